import { expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
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
