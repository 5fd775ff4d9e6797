import {
  autocompletion,
  type Completion,
  type CompletionSource,
  closeBrackets,
  insertCompletionText,
  pickedCompletion,
} from "@codemirror/autocomplete";
import { StreamLanguage } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { iconOf, kindLabel } from "@/field/palette";
import { iconElement } from "@/ui/icon";
import type { Completions, Completion as Offer } from "./completion";
import { type TokenKind, tokenAt } from "./tokens";

/** What the pieces of formulas are for the colours of an editor. */
const STYLES: Record<TokenKind, string | null> = {
  function: "variableName.function",
  name: "variableName",
  number: "number",
  constant: "bool",
  text: "string",
  operator: null,
  space: null,
};

const LANGUAGE = StreamLanguage.define<null>({
  name: "formula",
  token(stream) {
    const { is, text } = tokenAt(stream.string, stream.pos);
    stream.pos += text.length;
    return STYLES[is];
  },
});

interface Offered extends Completion {
  offer: Offer;
}

/** Puts an offer in; the caret goes between the brackets of a function. */
function offered(offer: Offer): Offered {
  return {
    offer,
    label: offer.label,
    type: offer.kind,
    info: offer.hint,
    apply(view, completion, from, to) {
      const isCall = offer.kind === "function";
      const put = insertCompletionText(
        view.state,
        isCall ? `${offer.text}()` : offer.text,
        from,
        to,
      );
      const caret = from + offer.text.length + (isCall ? 1 : 0);
      view.dispatch({
        ...put,
        selection: { anchor: caret },
        annotations: pickedCompletion.of(completion),
      });
    },
  };
}

function icon(completion: Completion): Node {
  const { field } = (completion as Offered).offer;
  return iconElement(field ? iconOf(field as never) : "square-function", "i14");
}

function key(completion: Completion): Node | null {
  const { kind, label, text } = (completion as Offered).offer;
  return kind === "name" && label !== text ? element("code", text) : null;
}

function kind(completion: Completion): Node | null {
  const { field } = (completion as Offered).offer;
  return field ? element("small", kindLabel(field as never)) : null;
}

function element(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** The language of formulas in an editor, with what `find` offers at a place. */
export function formulaLanguage(
  find: (formula: string, caret: number) => Promise<Completions>,
): Extension {
  const source: CompletionSource = async ({ state, pos }) => {
    const { from, items } = await find(state.doc.toString(), pos);
    return items.length > 0 ? { from, options: items.map(offered), filter: false } : null;
  };
  return [
    LANGUAGE,
    closeBrackets(),
    autocompletion({
      override: [source],
      icons: false,
      addToOptions: [
        { render: icon, position: 20 },
        { render: key, position: 60 },
        { render: kind, position: 80 },
      ],
    }),
  ];
}
