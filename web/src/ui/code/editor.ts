import { completionKeymap, completionStatus } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, type Extension, Transaction } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, placeholder, tooltips } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** What is marked in a text, and what is said of it. */
export type Mark = Pick<Diagnostic, "from" | "to" | "severity" | "message">;

/** What an editor is opened with. */
export interface Opened {
  parent: Element;
  text: string;
  readOnly: boolean;
  /** Numbers of lines, signs beside lines with marks, and Tab that indents: for documents. */
  isDocument: boolean;
  placeholder: string;
  /** The words of the editor itself, in the reader's language. */
  phrases: Record<string, string>;
  extensions: Extension;
  onText: (text: string) => void;
  /** The caret was moved by the reader. */
  onCaret: (at: number) => void;
}

/** The colours of what is written, by the classes of `code.css`. */
const COLOURS = HighlightStyle.define([
  { tag: [tags.function(tags.variableName), tags.propertyName], class: "code-function" },
  { tag: tags.variableName, class: "code-name" },
  { tag: tags.string, class: "code-text" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], class: "code-value" },
  { tag: tags.comment, class: "code-comment" },
]);

/** Escape that closes the list of completions is not for the drawer or the page around. */
const escapes = EditorView.domEventHandlers({
  keydown(event, view) {
    if (event.key === "Escape" && completionStatus(view.state)) event.stopPropagation();
    return false;
  },
});

function partsOfDocument(): Extension {
  return [lineNumbers(), lintGutter(), json(), keymap.of([indentWithTab])];
}

/** An editor of code. After Escape, Tab leaves it. */
export function openEditor(opened: Opened) {
  const attributes = new Compartment();
  const view = new EditorView({
    parent: opened.parent,
    state: EditorState.create({
      doc: opened.text,
      extensions: [
        history(),
        escapes,
        opened.extensions,
        opened.isDocument ? partsOfDocument() : EditorView.lineWrapping,
        bracketMatching(),
        syntaxHighlighting(COLOURS),
        placeholder(opened.placeholder),
        keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        tooltips({ parent: document.body }),
        EditorState.readOnly.of(opened.readOnly),
        EditorState.phrases.of(opened.phrases),
        attributes.of([]),
        EditorView.updateListener.of(({ docChanged, selectionSet, state, transactions }) => {
          const isReaders = transactions.some((one) => one.annotation(Transaction.userEvent));
          if (docChanged && isReaders) opened.onText(state.doc.toString());
          if (selectionSet && isReaders) opened.onCaret(state.selection.main.head);
        }),
      ],
    }),
  });

  return {
    /** Goes on with a text that was not typed here. */
    setText(text: string): void {
      if (text === view.state.doc.toString()) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        annotations: Transaction.addToHistory.of(false),
      });
    },
    setAttributes(of: Record<string, string>): void {
      view.dispatch({ effects: attributes.reconfigure(EditorView.contentAttributes.of(of)) });
    },
    setMarks(marks: Mark[]): void {
      const end = view.state.doc.length;
      const inside = marks.map((mark) => ({
        ...mark,
        from: Math.min(mark.from, end),
        to: Math.min(mark.to, end),
      }));
      view.dispatch(setDiagnostics(view.state, inside));
    },
    /** Selects a place and brings it into the middle; takes the keyboard where that is wanted. */
    reveal(from: number, to: number, focus: boolean): void {
      view.dispatch({
        selection: { anchor: from, head: to },
        effects: EditorView.scrollIntoView(from, { y: "center" }),
      });
      if (focus) view.focus();
    },
    hasFocus: () => view.hasFocus,
    close: () => view.destroy(),
  };
}

export type Editor = ReturnType<typeof openEditor>;
