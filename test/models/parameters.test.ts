import { expect, test } from "vitest";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { flopPerRow, paperCount, parameterBlocks, sharedParameters } from "../../src/models/parameters.ts";
import { gateCount } from "../../src/models/spec.ts";
import { MODEL_NAMES, type ModelName, ZOO } from "../../src/models/zoo.ts";
import { modelWork } from "../../src/sweep/work.ts";
import { range, taskGradients } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";
import { EMBEDDED, SELECTING, SPECS, STITCHED, someParameters, someRows } from "../support/specs.ts";

const PAPER = { inputs: 100, tasks: 2 };

test("mmoe and omoe have the paper's 13,056 weights in experts and towers", () => {
  expect(paperCount(ZOO.mmoe.build(PAPER))).toBe(13_056);
  expect(paperCount(ZOO.omoe.build(PAPER))).toBe(13_056);
});

test("mmoe-mlp has 50,826 parameters on 112 inputs; one expert and one gate used again would leave 19,270", () => {
  const blocks = parameterBlocks(ZOO["mmoe-mlp"].build({ inputs: 112, tasks: 2 }));
  const size = (of: typeof blocks) => of.reduce((sum, block) => sum + block.size, 0);
  expect(size(blocks)).toBe(50_826);
  expect(size(blocks.filter(({ name }) => !/^(experts|gates)\/[1-9]/.test(name)))).toBe(19_270);
});

test.each(MODEL_NAMES)(
  "the units of %s differ pairwise at the start, and so do its experts, gates and towers",
  (name) => {
    const model = ZOO[name].build({ inputs: 10, tasks: 3 });
    const parameters = initialParameters(makeRun({ model }));
    const kernels = parameterBlocks(model).filter(({ kind }) => kind === "kernel");
    const units = kernels.flatMap(({ offset, shape }) => {
      const [rows, columns] = shape as [number, number];
      return range(columns).map((unit) => range(rows).map((row) => parameters[offset + row * columns + unit]));
    });
    expect(new Set(units.map(String)).size).toBe(units.length);
  },
);

test.each(SPECS)(
  "biases, shifts, log-alphas and the last vectors of $name begin at 0, and nothing else does",
  (spec) => {
    const parameters = initialParameters(makeRun({ model: spec }));
    for (const { kind, shape, offset, size } of parameterBlocks(spec)) {
      const zeros = parameters.subarray(offset, offset + size).filter((value) => value === 0).length;
      expect(zeros).toBe(["bias", "shift", "log-alpha"].includes(kind) ? size : kind === "table" ? shape[1] : 0);
      if (kind === "table") expect(parameters[offset + size - 1]).toBe(0);
    }
  },
);

test("vectors of an embedding begin with the variance of a normal of variance 1 / size cut at 2 standard deviations", () => {
  const size = 25;
  const model = { ...EMBEDDED, embeddings: [{ rows: 401, size }], inputs: 3 };
  const parameters = initialParameters(makeRun({ model }));
  const vectors = parameters.subarray(0, 400 * size).map((value) => value * Math.sqrt(size));
  const variance = vectors.reduce((sum, value) => sum + value ** 2, 0) / vectors.length;
  expect(Math.abs(variance - 0.7737)).toBeLessThan(0.03); // 1 - 4 phi(2) / (2 Phi(2) - 1)
  expect(Math.max(...vectors.map(Math.abs))).toBeLessThanOrEqual(2.000001);
  expect(parameterBlocks(model)[0]).toMatchObject({ name: "embeddings/0/0/table", shape: [401, 25] });
});

test("tables are beside the networks: a model's units do not depend on how many vectors there are", () => {
  const units = (rows: number) =>
    MODEL_NAMES.map((name) => ZOO[name].build({ inputs: 9, tasks: 2, embeddings: [{ rows, size: 6 }] }).experts.layers);
  expect(units(1000)).toEqual(units(30));
  expect(units(30)).toEqual(MODEL_NAMES.map((name) => ZOO[name].build({ inputs: 14, tasks: 2 }).experts.layers));
});

test("tasks that share nothing have tables of their own, others one for all", () => {
  const tables = (name: ModelName) =>
    parameterBlocks(ZOO[name].build({ inputs: 9, tasks: 3, embeddings: [{ rows: 30, size: 6 }] }))
      .filter(({ part }) => part === "embeddings")
      .map((block) => block.name);
  const sets = (count: number) => range(count).map((set) => `embeddings/${set}/0/table`);
  const own: Partial<Record<ModelName, number>> = { "logistic-regression": 3, "factorization-machine": 6 };
  for (const name of MODEL_NAMES)
    expect(tables(name)).toEqual(sets(own[name] ?? (name.startsWith("single-task") ? 3 : 1)));
});

test("DSelect-k's gates begin within a hundredth of the smooth step's width", () => {
  const parameters = initialParameters(makeRun({ model: SELECTING }));
  const { gamma } = SELECTING.gate.select as { gamma: number };
  for (const { part, offset, size } of parameterBlocks(SELECTING)) {
    const most = Math.max(...parameters.subarray(offset, offset + size).map(Math.abs));
    if (part === "gates") expect(most / gamma).toBeLessThanOrEqual(0.01);
    if (part === "gates") expect(most / gamma).toBeGreaterThan(0.008);
  }
});

test("a stitch begins with .9 of a task's own units, and the others share .1", () => {
  const parameters = initialParameters(makeRun({ model: STITCHED }));
  const stitches = parameterBlocks(STITCHED).filter(({ part }) => part === "links");
  expect(stitches).toHaveLength(2);
  for (const { offset, size } of stitches)
    expect([...parameters.subarray(offset, offset + size)]).toEqual(
      [0.9, 0.05, 0.05, 0.05, 0.9, 0.05, 0.05, 0.05, 0.9].map((share) => expect.closeTo(share, 6)),
    );
});

test("initial values are named by run and model: the same at every correlation", () => {
  const start = initialParameters(makeRun());
  expect(initialParameters(makeRun({ correlation: 0.9 }))).toEqual(start);
  expect(initialParameters(makeRun({ index: 1 }))).not.toEqual(start);
  expect(initialParameters(makeRun({ seed: 1 }))).not.toEqual(start);
});

const D = 7;
const K = 3;

test("flopPerRow(spec) counts first layers twice, forward and to their weights, and others three times, of deep experts too", () => {
  const [E, H, T] = [8, 16, 8];
  const mmoe = 4 * D * (E * H + K * E) + 6 * K * (H * T + T);
  expect(flopPerRow(ZOO.mmoe.build({ inputs: D, tasks: K }))).toBe(mmoe);
  const behind = 4 * (64 * 32 + 32 * 32) + K * (32 * 64 + 64 * 32 + 32);
  expect(flopPerRow(ZOO["mmoe-mlp"].build({ inputs: D, tasks: K }))).toBe(4 * D * (4 * 64 + K * 4) + 6 * behind);
});

test("flopPerRow(spec) counts a task's products with shared factors once for each task, and the first one once", () => {
  const spec = { ...ZOO["tensor-factorization"].build({ inputs: D, tasks: K }), tower: { layers: [10] } };
  const factored = { ...spec, experts: { ...spec.experts, layers: [30] }, ranks: { inputs: 5, units: 6, tasks: 2 } };
  const behind = K * (5 * 6 + 6 * 30) + K * (30 * 5 + 5 * 6 + 6 * 10) + K * 10;
  expect(flopPerRow(factored)).toBe(4 * D * 5 + 6 * behind);
});

test("flopPerRow(spec) counts a machine's sums of factors and of their squares, forward and backward, for each input, id and class", () => {
  const embeddings = [
    { rows: 30, size: 5 },
    { rows: 9, size: 4 },
  ];
  const spec = ZOO["factorization-machine"].build({ inputs: D, embeddings, tasks: 2, outputs: [1, 3] });
  expect(flopPerRow(spec)).toBe(4 * (1 + 3) * D + 8 * (1 + 3) * D * 8);
});

const B = 30;

test.each(SPECS)("sharedParameters($name) are those that the losses of two tasks or more reach", (spec) => {
  const shared = sharedParameters(spec);
  const draws = range(5).map((seed) => taskGradients(spec, someParameters(spec, seed), someRows(spec, B, seed)));
  // of each parameter, how many tasks' losses have a gradient for it, in the draw where most have
  const counts = range(shared.length).map((p) =>
    Math.max(...draws.map((ofTasks) => ofTasks.filter((gradient) => gradient[p] !== 0).length)),
  );
  expect(counts.flatMap((count, p) => (count > 1 && shared[p] !== 1 ? [p] : []))).toEqual([]);
  for (const { part, name, offset, size } of parameterBlocks(spec)) {
    if (part === "gates" && gateCount(spec) === 1 && spec.experts.shared === 1) continue; // its one weight is always 1
    const ofShared = counts.slice(offset, offset + size).filter((_, i) => shared[offset + i] === 1);
    if (ofShared.length > 0) expect(Math.max(...ofShared), name).toBeGreaterThan(1);
  }
});

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
  expect(mixed("cgc")).toBe(K * (4 + 2) * 16);
  expect(mixed("ple")).toBe((2 * K * (4 + 2) + 4 + 2 * K) * 16); // two levels, and the first one's gate for the shared experts
});
