import { describe, expect, test } from "vitest";
import { dropoutInto } from "../../src/models/dropout.ts";
import { type Initializer, initialKernel } from "../../src/models/initializers.ts";
import { initialValues, parameterBlocks } from "../../src/models/parameters.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { keyOf } from "../../src/random/key.ts";
import { normals } from "../../src/random/normal.ts";
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

test.each([
  ["glorot-uniform", 6 / (FROM + TO)],
  ["he-uniform", 6 / FROM],
  ["lecun-uniform", 3 / FROM],
] as const)("%s is uniform within the root of %f", (name, square) => {
  expectUniform(kernel({ name }), Math.sqrt(square));
});

/**
 * Closed forms of a standard normal cut at 2, from its density phi(2) = .0539910 and Phi(2) = .9772499: variance
 * 1 - 4 phi / (2 Phi - 1) = .7737413, kurtosis (3 - 28 phi / (2 Phi - 1)) / variance² = 2.3655.
 */
describe.each([
  { name: "fan-in-normal", variance: 0.7737413, limit: 2 },
  { name: "lecun-normal", variance: 1, limit: 2 / Math.sqrt(0.7737413) },
] as const)("$name", ({ name, variance, limit }) => {
  const values = kernel({ name }, 50, 4000);
  const scaled = Array.from(values, (value) => value * Math.sqrt(50)); // [200,000], in units of 1 / sqrt(in)

  test(`has variance ${variance} / in, whatever the other fan is`, () => {
    expect(mean(scaled.map((z) => z ** 2)) / variance).toBeCloseTo(1, 2); // standard error .0026
    expect(Math.abs(mean(scaled))).toBeLessThan(0.009);
  });

  test("is a normal cut at two of its standard deviations", () => {
    const largest = scaled.reduce((most, z) => Math.max(most, Math.abs(z)), 0);
    expect(largest).toBeLessThanOrEqual(limit + 1e-6);
    expect(largest).toBeGreaterThan(0.999 * limit);
    expect(mean(scaled.map((z) => z ** 4)) / variance ** 2).toBeCloseTo(2.3655, 1);
  });
});

test("truncated-normal never goes beyond 2 of its sd, and has .88 of it as its own", () => {
  const values = kernel({ name: "truncated-normal", std: 0.1 }, 400, 50);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.2000001);
  expect(standardDeviation(values) / 0.08796).toBeCloseTo(1, 1);
  expect(Math.abs(mean(values))).toBeLessThan(0.003);
});

test("truncated-normal draws a value beyond again in its own column, from the next row", () => {
  const rows = [0, 1, 2, 3].map((row) => normals(keyOf("kernel"), 1502, row));
  const expected = Float32Array.from({ length: 1502 }, (_, i) => rows.find((row) => Math.abs(row[i]) <= 2)?.[i] ?? 0);
  expect(kernel({ name: "truncated-normal", std: 1 }, 751, 2)).toEqual(expected);
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
  const values = initialValues(model, { initializer: { name: "glorot-uniform" } }, keyOf);
  const experts = parameterBlocks(model).filter(({ part, kind }) => part === "experts" && kind === "kernel");
  expect(experts).toHaveLength(8);
  for (const { offset, size } of experts)
    expectUniform(values.subarray(offset, offset + size), Math.sqrt(6 / (FROM + TO)));
});

test("stacked-glorot-uniform gives experts the fans of one tensor [in, out, E], and every other kernel its own", () => {
  const stacked = { name: "stacked-glorot-uniform" } as const;
  const own = { name: "glorot-uniform" } as const;
  const model = ZOO.mmoe.build({ inputs: FROM, tasks: 2 });
  const values = initialValues(model, { initializer: stacked }, keyOf);
  const others = initialValues(model, { initializer: own }, keyOf);
  for (const { part, kind, offset, size } of parameterBlocks(model)) {
    const of = (all: Float32Array) => all.subarray(offset, offset + size);
    // tf.keras' _compute_fans of [100, 16, 8]: 100 · 16 = 1,600 and 100 · 8 = 800
    if (part === "experts" && kind === "kernel") expectUniform(of(values), Math.sqrt(6 / (1600 + 800)));
    else expect(of(values)).toEqual(of(others));
  }
  const single = ZOO["shared-bottom"].build({ inputs: FROM, tasks: 2 });
  expect(initialValues(single, { initializer: stacked }, keyOf)).toEqual(
    initialValues(single, { initializer: own }, keyOf),
  );
});

test("vectors of embeddings have the deviation that is given, of the draws that have 1 / sqrt(size) by default", () => {
  const model = { ...ZOO.mmoe.build({ inputs: FROM, tasks: 2 }), embeddings: [{ rows: 400, size: 16 }] };
  const initializer = { name: "glorot-uniform" } as const;
  const [usual, small] = [{ initializer }, { initializer, embeddingStd: 0.01 }].map((how) =>
    initialValues(model, how, keyOf),
  );
  const [{ kind, offset, size } = { kind: "", offset: 0, size: 0 }] = parameterBlocks(model);
  expect([kind, size]).toEqual(["table", 400 * 16]);
  for (const [i, value] of small.entries())
    expect(value).toBeCloseTo(i >= offset && i < offset + size ? 0.04 * usual[i] : usual[i], 7);
});

function factors(units: number, probability: number, row = 0, step = 1): Float32Array {
  const out = new Float32Array(units);
  dropoutInto(out, [3, 4], probability, row, step);
  return out;
}

test("dropoutInto(out, key, 0.3) drops 30% of units and keeps their mean 1", () => {
  const many = factors(100_000, 0.3);
  expect(new Set(many)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
  expect(Math.abs(many.filter((factor) => factor === 0).length / 100_000 - 0.3)).toBeLessThan(0.005);
  expect(Math.abs(mean(many) - 1)).toBeLessThan(0.007);
});

test("dropoutInto(out, key, 0) drops nothing", () => {
  expect(mean(factors(1000, 0))).toBe(1);
});

test("dropoutInto(out) gives each row and step masks of its own, whatever the layer's width", () => {
  expect(factors(7, 0.5)).toEqual(factors(40, 0.5).slice(0, 7));
  expect(factors(40, 0.5)).not.toEqual(factors(40, 0.5, 1));
  expect(factors(40, 0.5)).not.toEqual(factors(40, 0.5, 0, 2));
});
