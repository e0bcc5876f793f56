import { expect, test } from "vitest";
import { flopPerRow } from "../../src/models/parameters.ts";
import { ZOO } from "../../src/models/zoo.ts";

const D = 7;
const K = 3;

test("flopPerRow(spec) counts first layers twice, forward and to their weights, and others three times", () => {
  const [E, H, T] = [8, 16, 8];
  const first = D * (E * H + K * E);
  const behind = K * (H * T + T);
  expect(flopPerRow(ZOO.mmoe.build({ inputs: D, tasks: K }))).toBe(4 * first + 6 * behind);
});

test("flopPerRow(spec) counts the layers behind the first of a deep expert three times", () => {
  const first = D * (4 * 64 + K * 4);
  const behind = 4 * (64 * 32 + 32 * 32) + K * (32 * 64 + 64 * 32 + 32);
  expect(flopPerRow(ZOO["mmoe-mlp"].build({ inputs: D, tasks: K }))).toBe(4 * first + 6 * behind);
});

test("flopPerRow(spec) counts a task's products with shared factors once for each task, and the first one once", () => {
  const spec = { ...ZOO["tensor-factorization"].build({ inputs: D, tasks: K }), tower: { layers: [10] } };
  const factored = { ...spec, experts: { ...spec.experts, layers: [30] }, ranks: { inputs: 5, units: 6, tasks: 2 } };
  const behind = K * (5 * 6 + 6 * 30) + K * (30 * 5 + 5 * 6 + 6 * 10) + K * 10;
  expect(flopPerRow(factored)).toBe(4 * D * 5 + 6 * behind);
});
