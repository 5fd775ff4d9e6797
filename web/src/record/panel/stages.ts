import type { ChoiceOption, FormScreen, HistoryEvent, RecordValues } from "@/api/types";

export interface Stage {
  key: string;
  label: string;
  state: "past" | "now" | "to_come";
  /** How long the record stood here, in milliseconds; none where it never did. */
  spent: number | null;
}

/** The field that is drawn as a path of stages. */
export function pathField(screen: FormScreen) {
  return screen.fields.find(
    (field) => field.shape === "choice" && field.options.appearance === "path",
  );
}

/**
 * The stages of a record with the time spent in each, told from its history.
 *
 * A record that came back to a stage has the sum of its stays there.
 */
export function stagesOf(
  screen: FormScreen,
  record: RecordValues,
  history: HistoryEvent[],
  now = Date.now(),
): Stage[] {
  const field = pathField(screen);
  if (!field) return [];
  const options = (field.options.options ?? []).filter(
    (option: ChoiceOption) => !option.retired || option.key === record[field.key],
  );
  const at = options.findIndex((option) => option.key === record[field.key]);
  const spent = staysOf(field.key, record, history, now);
  return options.map((option, index) => ({
    key: option.key,
    label: option.label,
    state: index < at ? "past" : index === at ? "now" : "to_come",
    spent: index <= at ? (spent.get(option.key) ?? null) : null,
  }));
}

function staysOf(
  field: string,
  record: RecordValues,
  history: HistoryEvent[],
  now: number,
): Map<string, number> {
  const moves = history
    .flatMap((event) =>
      event.changes
        .filter((change) => change.field === field)
        .map((change) => ({ at: Date.parse(event.at), from: change.from, to: change.to })),
    )
    .sort((a, b) => a.at - b.at);
  const spent = new Map<string, number>();
  const add = (stage: unknown, time: number) => {
    if (typeof stage === "string") spent.set(stage, (spent.get(stage) ?? 0) + time);
  };
  let since = record.created_at ? Date.parse(record.created_at) : (moves[0]?.at ?? now);
  for (const move of moves) {
    add(move.from, move.at - since);
    since = move.at;
  }
  add(record[field], now - since);
  return spent;
}
