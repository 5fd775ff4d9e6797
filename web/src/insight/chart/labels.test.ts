import { describe, expect, it } from "vitest";
import { type Labelled, placeLabels } from "./labels";

const BAR = 46;
const FLOOR = 200;
const column = (at: number, top: number, bottom: number, width: number): Labelled => ({
  middle: at * 78 + 39,
  top,
  bottom,
  width,
});

describe("the labels of bars", () => {
  it("stand above their bars where there is room", () => {
    expect(placeLabels([column(0, 24, 200, 60), column(1, 40, 60, 60)], BAR, FLOOR)).toEqual([
      16, 32,
    ]);
  });

  it("go below where two neighbours of the same height would touch", () => {
    const both = [column(0, 24, 200, 82), column(1, 24, 60, 90)];
    expect(placeLabels(both, BAR, FLOOR)).toEqual([16, 76]);
  });

  it("go up where below is no room either", () => {
    const both = [column(0, 80, 200, 82), column(1, 80, 190, 82)];
    expect(placeLabels(both, BAR, FLOOR)).toEqual([72, 56]);
  });

  it("lie on no bar of another", () => {
    // A wide text over a low bar, between two high ones.
    const three = [column(0, 20, 200, 40), column(1, 150, 190, 130), column(2, 20, 200, 40)];
    expect(placeLabels(three, BAR, FLOOR)[1]).toBeLessThan(12);
  });
});
