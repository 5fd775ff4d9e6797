import type { FormScreen, TaskScreen } from "@/api/types";

/** The form as a step shows it: only its fields, with what it lets be changed and asks for. */
export function taskForm(form: FormScreen, screen: TaskScreen): FormScreen {
  const fields = form.fields.flatMap((field) => {
    const access = screen.fields[field.key];
    if (access === undefined) return [];
    const required = field.required || screen.required.includes(field.key);
    return [{ ...field, access, required }];
  });
  return { ...form, fields };
}
