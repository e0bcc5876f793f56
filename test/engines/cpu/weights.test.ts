import { expect, test } from "vitest";
import { weightsOf } from "../../../src/engines/cpu/weights.ts";
import { PANELS } from "../../../src/engines/rows/panels.ts";
import { ZOO } from "../../../src/models/zoo.ts";

const DIMENSIONS = { inputs: 100, tasks: 2 };

test("the first layers of all experts and all gates are one layer", () => {
  const first = weightsOf(ZOO.mmoe.build(DIMENSIONS), PANELS).layers.get("first");
  expect([first?.D, first?.N]).toEqual([100, 8 * 16 + 2 * 8]);
});

test("the first layers of all towers are one layer where the towers read the same units, and only there", () => {
  const names = (model: "omoe" | "mmoe") => [...weightsOf(ZOO[model].build(DIMENSIONS), PANELS).layers.keys()];
  expect(names("omoe")).toEqual(["first", "towers", "towers/0/output", "towers/1/output"]);
  expect(names("mmoe")).toContain("towers/1/0");
});
