import { describe, expect, test } from "vitest";
import { lackText, ladderOf, rungName, rungOf } from "../../src/config/ladder.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";

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

describe("ladderOf(config)", () => {
  const of = (...set: string[]) => ladderOf(loadConfig("paper", ["data=four-sines", ...set].map(setOverride)));

  test("has the noise floor, a rung for each sine and the loss of the mean", () => {
    const { rungs, ofMean } = of();
    expect(rungs.map((loss) => loss.toFixed(4))).toEqual(["0.0035", "0.1765", "0.4327", "0.6250", "0.8886"]);
    expect(ofMean).toBe(1);
  });

  test("is in the unit of the sweep's losses", () => {
    const [raw, huber] = [of("labels=raw"), of("loss=huber", "huberDelta=1")];
    expect((raw.rungs[3] as number) / raw.ofMean).toBeCloseTo(0.625, 3);
    expect(huber.rungs).toHaveLength(5);
    for (const [j, loss] of huber.rungs.entries()) {
      expect(loss).toBeLessThan((of().rungs[j] as number) / 2 + 1e-6); // alike where no error is beyond delta
      expect(loss).toBeLessThan(huber.ofMean);
    }
  });
});
