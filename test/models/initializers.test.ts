import { expect, test } from "vitest";
import { type Initializer, initialKernel } from "../../src/models/initializers.ts";
import { initialValues, parameterBlocks } from "../../src/models/parameters.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { keyOf } from "../../src/random/key.ts";
import { mean, standardDeviation } from "../../src/stats/moments.ts";

const FROM = 100;
const TO = 16;

function kernel(initializer: Initializer, from = FROM, to = TO): Float32Array {
  return initialKernel(initializer, from, to, keyOf("kernel"));
}

/** Uniform on (-limit, limit): bounded by it, and of its mean and standard deviation within 4 standard errors or so. */
function expectUniform(values: Float32Array, limit: number): void {
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(limit));
  expect(Math.abs(mean(values))).toBeLessThan((4 * limit) / Math.sqrt(3 * values.length));
  expect(standardDeviation(values) / (limit / Math.sqrt(3))).toBeCloseTo(1, 1);
}

test("glorot-uniform is uniform within sqrt(6 / (in + out))", () => {
  expectUniform(kernel({ name: "glorot-uniform" }), Math.sqrt(6 / (FROM + TO)));
});

test("he-uniform is uniform within sqrt(6 / in)", () => {
  expectUniform(kernel({ name: "he-uniform" }), Math.sqrt(6 / FROM));
});

test("truncated-normal never goes beyond 2 of its sd, and has .88 of it as its own", () => {
  const values = kernel({ name: "truncated-normal", std: 0.1 }, 400, 50);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.2000001);
  expect(standardDeviation(values) / 0.08796).toBeCloseTo(1, 1);
  expect(Math.abs(mean(values))).toBeLessThan(0.003);
});

test("truncated-normal is scaled by its sd", () => {
  const [narrow, wide] = [0.1, 0.37].map((std) => kernel({ name: "truncated-normal", std })) as [
    Float32Array,
    Float32Array,
  ];
  for (const [i, value] of narrow.entries()) expect(wide[i]).toBeCloseTo(3.7 * value, 6);
});

test("each expert is drawn with its own fan, D to H: neither D·E nor E·H comes in", () => {
  const model = ZOO.mmoe.build({ inputs: FROM, tasks: 2 });
  const values = initialValues(model, { name: "glorot-uniform" }, keyOf);
  const experts = parameterBlocks(model).filter(({ part, kind }) => part === "experts" && kind === "kernel");
  expect(experts).toHaveLength(8);
  for (const { offset, size } of experts)
    expectUniform(values.subarray(offset, offset + size), Math.sqrt(6 / (FROM + TO)));
});
