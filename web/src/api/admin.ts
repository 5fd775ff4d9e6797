import { answer, api, type Schemas } from "./http";

type Localized = Schemas["LocalizedText"];

/** A member, as admins see them. */
export type MemberEntry = Schemas["MemberEntry"];

/** What an admin fills in of a member, new or old. */
export type MemberInput = Pick<
  Schemas["MemberToAdd"],
  "name" | "department" | "roles" | "is_admin"
>;

export type DepartmentEntry = Schemas["DepartmentEntry"];

export type RoleEntry = Schemas["RoleEntry"];

export type ApiKeyEntry = Schemas["KeyEntry"];

export type PackageEntry = Schemas["PackageEntry"];

export const listMembers = (): Promise<MemberEntry[]> =>
  answer(api.GET("/members")).then(({ members }) => members);

export const addMember = (member: Schemas["MemberToAdd"]): Promise<{ id: string }> =>
  answer(api.POST("/members", { body: member }));

export const changeMember = (id: string, change: Schemas["MemberEdit"]): Promise<void> =>
  answer(api.PATCH("/members/{id}", { params: { path: { id } }, body: change }));

/** What is a member's, before they are deactivated. */
export const getHoldings = (id: string): Promise<Schemas["Holdings"]> =>
  answer(api.GET("/members/{id}/holdings", { params: { path: { id } } }));

export const listDepartments = (): Promise<DepartmentEntry[]> =>
  answer(api.GET("/departments")).then(({ departments }) => departments);

export const addDepartment = (department: Schemas["DepartmentToAdd"]): Promise<{ id: string }> =>
  answer(api.POST("/departments", { body: department }));

export const changeDepartment = (id: string, change: Schemas["DepartmentEdit"]): Promise<void> =>
  answer(api.PATCH("/departments/{id}", { params: { path: { id } }, body: change }));

export const listRoles = (): Promise<RoleEntry[]> =>
  answer(api.GET("/roles")).then(({ roles }) => roles);

export const addRole = (role: { key: string; label: Localized }): Promise<void> =>
  answer(api.POST("/roles", { body: role }));

export const changeRole = (key: string, label: Localized): Promise<void> =>
  answer(api.PATCH("/roles/{key}", { params: { path: { key } }, body: { label } }));

export const listApiKeys = (): Promise<ApiKeyEntry[]> =>
  answer(api.GET("/api-keys")).then(({ keys }) => keys);

/** Makes a key; the answer is the only place where the whole of it ever stands. */
export const addApiKey = (key: Schemas["KeyToAdd"]): Promise<Schemas["NewKey"]> =>
  answer(api.POST("/api-keys", { body: key }));

export const revokeApiKey = (id: string): Promise<void> =>
  answer(api.DELETE("/api-keys/{id}", { params: { path: { id } } }));

/** The newest jobs, of a state when one is given, and what publishes left for later. */
export const listJobs = (state: string | null, limit: number): Promise<Schemas["Jobs"]> =>
  answer(api.GET("/jobs", { params: { query: { state: state ?? undefined, limit } } }));

export const cancelJob = (id: string): Promise<void> =>
  answer(api.POST("/jobs/{id}/cancel", { params: { path: { id } } }));

export const runJobAgain = (id: string): Promise<void> =>
  answer(api.POST("/jobs/{id}/run-again", { params: { path: { id } } }));

export const listPackages = (): Promise<PackageEntry[]> =>
  answer(api.GET("/packages")).then(({ packages }) => packages);
