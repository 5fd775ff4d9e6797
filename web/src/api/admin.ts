import type { Localized } from "../form-designer/model/document";
import { path, send } from "./http";

/** A member, as admins see them. */
export interface MemberEntry {
  id: string;
  account: string;
  name: string;
  department: string | null;
  roles: string[];
  locale: string;
  is_admin: boolean;
  active: boolean;
  has_password: boolean;
  created_at: string;
}

/** What is sent for a new member; for an old one only what changes. */
export interface MemberInput {
  account?: string;
  name?: string;
  password?: string;
  department?: string | null;
  roles?: string[];
  locale?: string;
  is_admin?: boolean;
  active?: boolean;
}

export interface DepartmentEntry {
  id: string;
  name: Localized;
  parent: string | null;
  head: string | null;
  position: number;
}

export type DepartmentInput = Partial<Omit<DepartmentEntry, "id">>;

export interface RoleEntry {
  key: string;
  label: Localized;
  members: string[];
}

export interface ApiKeyEntry {
  id: string;
  name: string;
  /** How the key begins. */
  prefix: string;
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
}

export interface PackageEntry {
  key: string;
  label: string | null;
  description: string | null;
  /** The version that comes with the program. */
  available: string | null;
  installed: string | null;
  installed_at: string | null;
}

export const listMembers = (): Promise<MemberEntry[]> =>
  send<{ members: MemberEntry[] }>("GET", "/members").then((answer) => answer.members);

export const addMember = (member: MemberInput): Promise<{ id: string }> =>
  send("POST", "/members", { body: member });

export const changeMember = (id: string, change: MemberInput): Promise<void> =>
  send("PATCH", path`/members/${id}`, { body: change });

export const listDepartments = (): Promise<DepartmentEntry[]> =>
  send<{ departments: DepartmentEntry[] }>("GET", "/departments").then((one) => one.departments);

export const addDepartment = (department: DepartmentInput): Promise<{ id: string }> =>
  send("POST", "/departments", { body: department });

export const changeDepartment = (id: string, change: DepartmentInput): Promise<void> =>
  send("PATCH", path`/departments/${id}`, { body: change });

export const listRoles = (): Promise<RoleEntry[]> =>
  send<{ roles: RoleEntry[] }>("GET", "/roles").then((answer) => answer.roles);

export const addRole = (role: { key: string; label: Localized }): Promise<void> =>
  send("POST", "/roles", { body: role });

export const changeRole = (key: string, label: Localized): Promise<void> =>
  send("PATCH", path`/roles/${key}`, { body: { label } });

export const listApiKeys = (): Promise<ApiKeyEntry[]> =>
  send<{ keys: ApiKeyEntry[] }>("GET", "/api-keys").then((answer) => answer.keys);

/** Makes a key; the answer is the only place where the whole of it ever stands. */
export const addApiKey = (name: string): Promise<ApiKeyEntry & { key: string }> =>
  send("POST", "/api-keys", { body: { name } });

export const revokeApiKey = (id: string): Promise<void> => send("DELETE", path`/api-keys/${id}`);

export const listPackages = (): Promise<PackageEntry[]> =>
  send<{ packages: PackageEntry[] }>("GET", "/packages").then((answer) => answer.packages);
