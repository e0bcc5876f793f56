import { describe, expect, test } from "vitest";
import { lackText, rungName, rungOf } from "../../src/data/ladder-loss.ts";

const LADDER = { rungs: [0.1, 0.3, 0.7], ofMean: 1 };

describe("rungOf(loss, ladder)", () => {
  test("is the nearest rung, the lower one halfway", () => {
    const losses = [0, 0.1, 0.2, 0.201, 0.3, 0.5, 0.51, 0.7, 0.85, 0.86, 1, 9];
    expect(losses.map((loss) => rungOf(loss, LADDER))).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });

  test("is the nearest where cancelling sines make a rung lower than the one before", () => {
    const ladder = { rungs: [0.1, 0.5, 0.2], ofMean: 1 };
    expect([0.1, 0.14, 0.16, 0.34, 0.36, 0.74, 0.76].map((loss) => rungOf(loss, ladder))).toEqual([
      0, 0, 2, 2, 1, 1, 3,
    ]);
  });

  test("has a name, and what a task there lacks", () => {
    expect([0, 1, 2, 3].map((rung) => rungName(rung, LADDER))).toEqual(["rung 0", "rung 1", "rung 2", "above"]);
    expect([0, 1, 2, 3].map((rung) => lackText(rung, LADDER))).toEqual([
      "lacks no sine",
      "lacks the fastest sine",
      "lacks all 2 sines",
      "no better than the mean",
    ]);
    expect(lackText(2, { ...LADDER, rungs: [0.1, 0.2, 0.3, 0.4] })).toBe("lacks the 2 fastest sines");
  });
});
