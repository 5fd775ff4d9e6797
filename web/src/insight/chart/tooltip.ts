/** One line of a tooltip. */
export interface TipLine {
  label: string;
  value: string;
  color?: string;
  tone?: "up" | "down" | "even";
}

/** A tooltip as nodes: what users typed is text, never markup. */
export function tipNode(title: string, lines: TipLine[]): HTMLElement {
  const node = document.createElement("div");
  node.className = "ch-tip";
  node.append(part("b", "", title));
  for (const line of lines) {
    const row = document.createElement("div");
    const name = part("span", "", line.label);
    if (line.color) {
      const mark = document.createElement("i");
      mark.style.background = line.color;
      name.prepend(mark);
    }
    row.append(name, part("span", `tn ${line.tone ? `ch-${line.tone}` : ""}`, line.value));
    node.append(row);
  }
  return node;
}

/** The frame of a tooltip; the inside is drawn by `tipNode`. */
export const TIP_FRAME = {
  className: "ch-tip-frame",
  backgroundColor: "transparent",
  borderWidth: 0,
  padding: 0,
  confine: true,
  transitionDuration: 0,
  extraCssText: "box-shadow: none;",
};

function part(tag: string, className: string, text: string): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}
