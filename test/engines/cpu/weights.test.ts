import fc from "fast-check";
import { expect, test } from "vitest";
import { packWeights, unpackWeights, weightsOf } from "../../../src/engines/cpu/weights.ts";
import { PANELS } from "../../../src/engines/rows/panels.ts";
import { parameterCount } from "../../../src/models/parameters.ts";
import { ZOO } from "../../../src/models/zoo.ts";
import { anySpec } from "./specs.ts";

const DIMENSIONS = { inputs: 100, tasks: 2 };

test("unpackWeights gives the parameters of any model back that packWeights has laid out", () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const weights = weightsOf(spec, PANELS);
      const parameters = Float32Array.from({ length: parameterCount(spec) }, (_, i) => i + 1);
      const packed = new Float32Array(weights.size).fill(-1);
      packWeights(weights, parameters, packed);
      expect(unpackWeights(weights, packed)).toEqual(parameters);
    }),
    { seed: 1 },
  );
});

test("the first layers of all experts and all gates are one layer", () => {
  const first = weightsOf(ZOO.mmoe.build(DIMENSIONS), PANELS).layers.get("first");
  expect([first?.D, first?.N]).toEqual([100, 8 * 16 + 2 * 8]);
});

test("the first layers of all towers are one layer where the towers read the same units, and only there", () => {
  const names = (model: "omoe" | "mmoe") => [...weightsOf(ZOO[model].build(DIMENSIONS), PANELS).layers.keys()];
  expect(names("omoe")).toEqual(["first", "towers", "towers/0/output", "towers/1/output"]);
  expect(names("mmoe")).toContain("towers/1/0");
});
