import { describe, expect, test } from "vitest";
import { loadConfig, override, setOverride } from "../../src/config/load.ts";
import { ladderOf, lossUnitOf } from "../../src/config/loss-unit-of.ts";
import { meanText, unitText } from "../../src/config/losses.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
import { tableFile } from "../support/tables.ts";

const rows = settingRows(loadConfig("fixed-rows", ["lr=0.02"].map(setOverride)));
const row = (name: string) => rows.find((one) => one.name === name);

test("settingRows(config) marks what the paper gives, is assumed and is yours, the generator's constants behind their data", () => {
  expect(row("runs")).toMatchObject({ value: "200", from: "paper" });
  expect(row("trainRows")).toMatchObject({ value: "30000", from: "assumed" });
  expect(row("lr")).toMatchObject({ value: "0.02", from: "yours" });
  const names = rows.map(({ name }) => name);
  expect(names.slice(0, 4)).toEqual(["data", "inputs", "scale", "alpha"]);
  expect(row("noiseStd")).toMatchObject({
    from: "paper",
    why: "section 3.2: N(0, 0.01), a variance",
    ofGenerator: true,
  });
});

test("settingRows(config) of a table names the loss of each kind of label, and nothing as the paper's", () => {
  const own = (...set: string[]) => loadConfig("fixed-rows", [`rows=${tableFile()}`, ...set].map(setOverride));
  const both = own();
  const kinds = (...of: ("binary" | "regression")[]) =>
    of.map((kind, k) => ({ column: `y_${k}`, kind, weight: 1, classes: [] }));
  const lossOf = (taskKinds: typeof both.taskKinds) =>
    settingRows({ ...both, taskKinds }).find(({ name }) => name === "loss")?.value;
  expect(lossOf(kinds("binary", "binary"))).toBe("log loss");
  expect(lossOf(kinds("binary", "regression"))).toMatch(/^squared for \S+, log loss for \S+$/);
  expect(lossOf([])).toBe("squared");
  expect(new Set(settingRows(both).map(({ from }) => from))).toEqual(new Set(["yours", "default"]));
});

/** The unit of the paper preset's losses with other settings. */
function unitOf(changes: Readonly<Record<string, string>>) {
  const overrides = Object.entries(changes).map(([key, value]) => override(key, key, value));
  return lossUnitOf(loadConfig("fixed-rows", overrides));
}

test.each([
  [{}, "mean squared error, in units of label variance", "predicting the mean is 1"],
  [{ labels: "raw" }, "mean squared error, of raw labels", "predicting the mean is 2.89"],
  [{ loss: "huber", labels: "raw" }, "mean Huber loss (delta 1), of raw labels", "predicting the mean is 0.924"],
  [{ loss: "huber", huberDelta: "0.5" }, "mean Huber loss (delta 0.5), of standardised labels", "the mean is 0.288"],
])("the losses of %j are a %s; %s", (changes, unit, mean) => {
  const made = unitOf(changes);
  expect([unitText(made), meanText(made)]).toEqual([unit, expect.stringContaining(mean)]);
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
    expect(raw.rungs[3] / raw.ofMean).toBeCloseTo(0.625, 3);
    expect(huber.rungs).toHaveLength(5);
    for (const [j, loss] of huber.rungs.entries()) {
      expect(loss).toBeLessThan(of().rungs[j] / 2 + 1e-6); // alike where no error is beyond delta
      expect(loss).toBeLessThan(huber.ofMean);
    }
  });
});
