/** A bar with a text that belongs to it; `top` and `bottom` are the bar's edges. */
export interface Labelled {
  middle: number;
  top: number;
  bottom: number;
  /** How wide the text is. */
  width: number;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** From the bar's edge to the text's base line, above and below. */
const ABOVE = 8;
const BELOW = 16;
/** A text's height over and under its base line, and the air around it. */
const ASCENT = 11;
const DESCENT = 3;
const AIR = 3;
const LINE = 16;

/**
 * The base lines of texts at bars, from left to right, such that no text lies on another or on
 * another's bar: above its bar, else below it, else higher up. `floor` is the axis.
 */
export function placeLabels(labels: Labelled[], bar: number, floor: number): number[] {
  const bars = labels.map(
    ({ middle, top, bottom }): Box => ({
      left: middle - bar / 2,
      right: middle + bar / 2,
      top,
      bottom,
    }),
  );
  const taken: Box[] = [];
  return labels.map((label, index) => {
    const others = [...taken, ...bars.filter((_, at) => at !== index)];
    const heights = [label.top - ABOVE, label.bottom + BELOW];
    for (let up = LINE; up < floor; up += LINE) heights.push(label.top - ABOVE - up);
    const fits = (line: number) =>
      line + DESCENT < floor && !others.some((one) => overlap(one, boxOf(label, line)));
    const line = heights.find(fits) ?? label.top - ABOVE;
    taken.push(boxOf(label, line));
    return line;
  });
}

function boxOf({ middle, width }: Labelled, line: number): Box {
  return {
    left: middle - width / 2 - AIR,
    right: middle + width / 2 + AIR,
    top: line - ASCENT,
    bottom: line + DESCENT,
  };
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}
