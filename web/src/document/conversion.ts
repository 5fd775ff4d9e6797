import type { ConversionLine } from "@/api/documents";
import { formatNumber } from "@/app/format";
import { t, tn } from "@/app/i18n";

/** A line of a conversion with words for its field and for what it becomes. */
export interface ConversionShown extends ConversionLine {
  name: string;
  becomes: string | null;
}

type Counts = Pick<ConversionLine, "converted" | "rounded" | "refused">;

/** Whether values are left behind, or lose something. */
export const losesValues = (line: Counts): boolean => line.rounded + line.refused > 0;

/** How many values do not convert, lose something, or convert whole; what is lost first. */
export function conversionCounts(line: Counts): string {
  return counted(line, ["refused", "rounded", "converted"]) || t("designer.conversion.none");
}

/** What all lines lose together, in words; empty for nothing. */
export function lossText(lines: Counts[], done = false): string {
  const sum = (kind: keyof Counts) => lines.reduce((total, line) => total + line[kind], 0);
  const all = { refused: sum("refused"), rounded: sum("rounded"), converted: 0 };
  return done ? conversionDone(all) : counted(all, ["refused", "rounded"]);
}

function counted(line: Counts, kinds: (keyof Counts)[], texts = "conversion"): string {
  return kinds
    .filter((kind) => line[kind] > 0)
    .map((kind) =>
      tn(`designer.${texts}.${kind}`, line[kind], { n: formatNumber(String(line[kind])) }),
    )
    .join(t("ui.list_separator"));
}

/** What a conversion has done, in words. */
export function conversionDone(line: Counts): string {
  return counted(line, ["refused", "rounded", "converted"], "kept");
}
