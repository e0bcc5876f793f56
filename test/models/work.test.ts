import { expect, test } from "vitest";
import { ZOO } from "../../src/models/zoo.ts";
import { modelWork } from "../../src/sweep/work.ts";

const [D, K] = [7, 3];
const workOf = (name: keyof typeof ZOO) => modelWork(ZOO[name].build({ inputs: D, tasks: K }));

test("modelWork(spec) counts the parameters, weights and units of all layers", () => {
  const [E, H, T] = [8, 16, 8];
  const weights = D * E * H + K * D * E + K * (H * T + T);
  expect(workOf("mmoe")).toMatchObject({
    parameters: weights + E * H + K * (T + 1), // gates have no biases
    weights,
    units: E * H + K * E + K * (T + 1),
  });
});

test("modelWork(spec) counts the experts' units that mixes read: at each gate of each level", () => {
  const mixed = (name: keyof typeof ZOO) => workOf(name).mixed;
  expect([mixed("shared-bottom"), mixed("omoe"), mixed("mmoe")]).toEqual([0, 8 * 16, K * 8 * 16]);
  expect(mixed("mmoe-mlp")).toBe(K * 4 * 32); // of experts of 64, 32 and 32 units
  expect(mixed("ple")).toBeGreaterThan(mixed("cgc"));
});
