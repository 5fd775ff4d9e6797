import type { Problem } from "@/api/problem";
import { t } from "@/app/i18n";
import { locate, locateKey, type Place, pointerStep } from "./source";

/** The names that nothing is known of, where a problem is about such. */
function unknownMembers({ params }: Pick<Problem, "params">): string[] {
  const { reason, member } = params ?? {};
  return reason === "members_unknown" && Array.isArray(member) ? member.map(String) : [];
}

/** A problem with several names that nothing is known of, as one for each, at its own place. */
export function eachMember<P extends Problem>(problem: P): P[] {
  const members = unknownMembers(problem);
  if (members.length === 0) return [problem];
  return members.map((name) => ({
    ...problem,
    pointer: problem.pointer + pointerStep(name),
    message: t("designer.unknown_member", { name }),
    params: { ...problem.params, member: [name] },
  }));
}

/** Where in a text a problem stands: at the value that it points to, or at the unknown name. */
export function placeOf(text: string, problem: Pick<Problem, "pointer" | "params">): Place | null {
  const { pointer } = problem;
  return unknownMembers(problem).length > 0 ? locateKey(text, pointer) : locate(text, pointer);
}
