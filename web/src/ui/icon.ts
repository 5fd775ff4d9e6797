import sprite from "./icons.svg?url";

/** Where the picture of an icon is; `name` is one of `icons.json`. */
export function iconHref(name: string): string {
  return `${sprite}#${name}`;
}

/** An icon for scripts that build elements without Vue. */
export function iconElement(name: string, size = ""): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("class", size ? `i ${size}` : "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(namespace, "use");
  use.setAttribute("href", iconHref(name));
  svg.append(use);
  return svg;
}
