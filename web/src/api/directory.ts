import { answer, api } from "./http";
import type { AppEntry, Directory, DirectoryDepartment, DirectoryMember } from "./types";

let loading: Promise<Directory> | null = null;

/** Members, departments and roles of the organisation; fetched once a page. */
export function getDirectory(): Promise<Directory> {
  loading ??= answer(api.GET("/directory")).catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

let apps: Promise<AppEntry[]> | null = null;

/** The apps that the reader can open; fetched once a page. */
export function getApps(): Promise<AppEntry[]> {
  apps ??= answer(api.GET("/apps")).catch((error) => {
    apps = null;
    throw error;
  });
  return apps;
}

/** The name of a member, or the id while or where it is not known. */
export function memberName(directory: Directory | null, id: string): string {
  return directory?.members.find((member: DirectoryMember) => member.id === id)?.name ?? id;
}

/** The name of a department, or the id while or where it is not known. */
export function departmentName(directory: Directory | null, id: string): string {
  const found = directory?.departments.find((one: DirectoryDepartment) => one.id === id);
  return found?.name ?? id;
}
