import { departmentName, memberName } from "@/api/directory";
import { formatNumber, formatPercent, isDecimal } from "@/app/format";
import type { Plain } from "./kind";

/** The kind of what this browser does not know yet: it shows as text. */
export const PLAIN_KIND = "text";

/** The text of values that read as they are stored. */
export const plainAsIs: Plain = (value) => value;

export const plainOption: Plain = (value, { options }) =>
  options.options?.find((option) => option.key === value)?.label ?? value;

export const plainMember: Plain = (value, _field, directory) => memberName(directory, value);

export const plainDepartment: Plain = (value, _field, directory) =>
  departmentName(directory, value);

export const plainNumber: Plain = (value, { options }) => {
  if (!isDecimal(value)) return value;
  return options.percent ? formatPercent(value, options.places) : formatNumber(value);
};
