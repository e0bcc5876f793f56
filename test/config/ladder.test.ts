import { describe, expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { ladderOf } from "../../src/config/loss-unit-of.ts";

describe("ladderOf(config)", () => {
  const of = (...set: string[]) => ladderOf(loadConfig("paper", ["data=four-sines", ...set].map(setOverride)));

  test("has the noise floor, a rung for each sine and the loss of the mean", () => {
    const { rungs, ofMean } = of();
    expect(rungs.map((loss) => loss.toFixed(4))).toEqual(["0.0035", "0.1765", "0.4327", "0.6250", "0.8886"]);
    expect(ofMean).toBe(1);
  });

  test("is in the unit of the sweep's losses", () => {
    const [raw, huber] = [of("labels=raw"), of("loss=huber", "huberDelta=1")];
    expect(raw.rungs[3] / raw.ofMean).toBeCloseTo(0.625, 3);
    expect(huber.rungs).toHaveLength(5);
    for (const [j, loss] of huber.rungs.entries()) {
      expect(loss).toBeLessThan(of().rungs[j] / 2 + 1e-6); // alike where no error is beyond delta
      expect(loss).toBeLessThan(huber.ofMean);
    }
  });
});
