// Every page that there is, for those who must see all of them.

/** The pages that a member can open: `{name, path}`, with a record and a task where there is one. */
export async function pagesOf(page, api) {
  const pages = [
    { name: "workbench", path: "/" },
    { name: "tasks", path: "/tasks" },
  ];
  const { tasks } = await api(page, "GET", "/tasks?list=open&limit=1");
  if (tasks.length > 0) pages.push({ name: "task", path: `/tasks/${tasks[0].id}` });
  const forms = ["opportunity", "quotation", "contract"];
  for (const form of forms) {
    const base = `/apps/crm/forms/${form}`;
    pages.push({ name: `${form}-list`, path: base });
    const { records } = await api(page, "GET", `/forms/${form}/records?limit=1`);
    if (records.length > 0) {
      pages.push({ name: `${form}-record`, path: `${base}/records/${records[0].id}` });
      if (form === "opportunity") {
        pages.push({ name: `${form}-drawer`, path: `${base}?record=${records[0].id}` });
      }
    }
  }
  pages.push({ name: "opportunity-groups", path: "/apps/crm/forms/opportunity?group=stage" });
  pages.push({ name: "opportunity-new", path: "/apps/crm/forms/opportunity/new" });
  pages.push({ name: "quotation-new", path: "/apps/crm/forms/quotation/new" });
  for (const dashboard of ["plan_actual", "funnel", "gap"]) {
    pages.push({ name: dashboard.replace("_", "-"), path: `/apps/crm/dashboards/${dashboard}` });
  }
  return pages;
}

/** The pages that only an admin can open. */
export const ADMIN_PAGES = [
  { name: "form-designer", path: "/design/forms/opportunity" },
  { name: "flow-designer", path: "/design/flows/contract_approval" },
  { name: "document", path: "/design/documents/dashboard/plan_actual" },
  { name: "admin", path: "/admin" },
  { name: "members", path: "/admin/members" },
  { name: "api-keys", path: "/admin/api-keys" },
  { name: "jobs", path: "/admin/jobs" },
  { name: "packages", path: "/admin/packages" },
];

/** Waits until the page has what it asked the server for, and no skeleton is left. */
export async function settle(page) {
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(
    () => document.querySelectorAll(".sk, [aria-busy=true]").length === 0,
  );
}
