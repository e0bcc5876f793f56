// Weights of rows and of classes, which multiply losses, against a program in float64.
import { describe, expect, test } from "vitest";
import { dataIdentity } from "../../src/data/streams.ts";
import type { ClassWeights, TableSettings } from "../../src/data/table.ts";
import { TableSet } from "../../src/data/table-set.ts";
import { network } from "../../src/diagnostics/network.ts";
import { Tape } from "../../src/diagnostics/tape.ts";
import type { FromTable, Run } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { resultOf } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";
import { complaint } from "../support/complaint.ts";
import { gapRun } from "../support/gap-runs.ts";
import { range } from "../support/reference.ts";
import { fedBatch } from "../support/runs.ts";
import { BOTTOM } from "../support/specs.ts";
import { NATIVE, trained } from "./cpu/same-bits.ts";

const engines = bothEngines();

/** What each row of the table counts. */
const OWN = range(60).map((n) => (n % 7 === 0 ? 0 : 0.25 + (n % 5)));
const CLASSES: readonly (ClassWeights | null)[] = ["balanced", [2, 1, 5], null];

type Weighing = Partial<Pick<TableSettings, "classWeights">> & { readonly own?: readonly number[] };

/** A run of the labels of `gapRun` by plain steps, with weights. */
function weightedRun(
  training: Parameters<typeof gapRun>[0] = {},
  { own = OWN, classWeights = CLASSES }: Weighing = {},
) {
  const run = gapRun({ optimizer: "sgd", lr: 0.05, steps: 6, evalEvery: 1, ...training });
  const weights = new Float32Array(new SharedArrayBuffer(4 * own.length));
  weights.set(own);
  const { values, ...table } = run.data as TableSettings;
  const data = { ...table, reading: { weight: "w" }, classWeights, values: { ...values, weights: weights.buffer } };
  return { ...run, data } as Run & FromTable;
}

const tableSet = (run: Run & FromTable) => new TableSet(run.data, dataIdentity(run), run.training);

/** What a row counts for each task, [N][3], and what losses are multiplied by, by the definition. */
function definition(run: Run & FromTable) {
  const set = tableSet(run);
  const [places, y] = [[...set.places("train")], set.labels("train")];
  const known = range(3).map((k) => range(places.length).filter((n) => !Number.isNaN(y[3 * n + k])));
  const labelOf = (n: number, k: number) => y[3 * n + k] as number;
  const balanced = [0, 1].map((c) => {
    const rows = known[0] as number[];
    return rows.length / (2 * rows.filter((n) => labelOf(n, 0) === c).length);
  });
  const ofClasses = [balanced, CLASSES[1], [1]] as number[][];
  const product = (place: number, label: number, k: number) =>
    (OWN[place] as number) * (k === 2 ? 1 : (ofClasses[k]?.[label] as number));
  const sums = known.map((rows, k) => rows.reduce((sum, n) => sum + product(places[n] as number, labelOf(n, k), k), 0));
  const shares = [2, 3].map((C, k) =>
    range(C).map((c) => {
      const rows = (known[k] as number[]).filter((n) => labelOf(n, k) === c);
      return rows.reduce((sum, n) => sum + product(places[n] as number, c, k), 0) / (sums[k] as number);
    }),
  );
  const units = [...shares.map((of) => -1 / of.reduce((sum, share) => sum + share * Math.log(share), 0)), 1];
  const weight = (place: number, label: number, k: number) =>
    (product(place, label, k) * (known[k] as number[]).length) / (sums[k] as number);
  return { weight, units };
}

/** The loss of a task's outputs for a label, and its slopes, without unit. */
function lossOf(outputs: readonly number[], label: number, k: number): [number, number[]] {
  const [o = 0] = outputs;
  if (k === 2) return [(o - label) ** 2, [2 * (o - label)]];
  const logits = k === 0 ? [0, o] : outputs;
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const shares = logits.map((logit) => Math.exp(logit) / total);
  const slopes = shares.map((share, c) => share - Number(c === label));
  return [-Math.log(shares[label] as number), k === 0 ? slopes.slice(1) : slopes];
}

interface Batch {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly weights: ArrayLike<number>;
}

/** Losses [3] over the rows with a label, by `divisor` of their number and weights; and the gradient of their weighted sum. */
function judged(run: Run & FromTable, parameters: Float64Array, batch: Batch, divides: "rows" | "weights") {
  const { units } = definition(run);
  const B = batch.y.length / 3;
  const tape = new Tape(parameters, B);
  const { outputs } = network(tape, run.model, Float64Array.from(batch.x));
  const gradient = new Float64Array(parameters.length);
  const losses = outputs.map((output, k) => {
    const rows = range(B).filter((n) => !Number.isNaN(batch.y[3 * n + k]));
    const counts = rows.map((n) => batch.weights[3 * n + k] as number);
    const all = divides === "rows" ? rows.length : counts.reduce((sum, count) => sum + count, 0);
    const seed = new Float64Array(output.values.length);
    let sum = 0;
    for (const [i, n] of rows.entries()) {
      const own = [...output.values.subarray(n * output.width, (n + 1) * output.width)];
      const [loss, slopes] = lossOf(own, batch.y[3 * n + k] as number, k);
      sum += (counts[i] as number) * loss;
      for (const [c, slope] of slopes.entries()) seed[n * output.width + c] = ((counts[i] as number) * slope) / all;
    }
    const factor = (units[k] as number) * (run.training.taskKinds?.[k]?.weight as number);
    const { values } = tape.back(output, seed);
    for (const [p, slope] of values.entries()) gradient[p] += factor * slope;
    return ((units[k] as number) * sum) / all;
  });
  return { losses, gradient };
}

function setOf(run: Run & FromTable, set: "train" | "heldout"): Batch {
  const table = tableSet(run);
  const { weight } = definition(run);
  const { x, y } = table.rows(set);
  const places = table.places(set);
  const weights = Array.from(y, (label, i) => weight(places[Math.floor(i / 3)] as number, label, i % 3));
  return { x, y, weights };
}

test.each([2, 19, 40])(
  "in batches of %i, steps follow the mean gradient of the losses times the weights, and evaluations are means by weights",
  async (batch) => {
    const run = weightedRun({ batch });
    const parameters = Float64Array.from(initialParameters(run));
    const train = setOf(run, "train");
    const found = await resultOf(engines.cpu, run);
    for (const step of range(6)) {
      const fed = fedBatch(run, step + 1);
      const rowOf = (b: number) =>
        range(45).find((n) => range(3).every((d) => train.x[3 * n + d] === fed.x[3 * b + d])) as number;
      const weights = range(3 * batch).map((i) => train.weights[3 * rowOf(Math.floor(i / 3)) + (i % 3)] as number);
      const { losses, gradient } = judged(run, parameters, { ...fed, weights }, "rows");
      for (const [k, loss] of losses.entries())
        if (!Number.isNaN(loss)) expect(found.curve.train[step]?.[k], `${step} ${k}`).toBeCloseTo(loss, 4);
      for (const [p, slope] of gradient.entries()) parameters[p] -= 0.05 * (slope || 0);
    }
    expect([...(found.parameters ?? [])]).toEqual([...parameters].map((value) => expect.closeTo(value, 5)));
    const of = (set: "train" | "heldout") =>
      judged(run, parameters, setOf(run, set), "weights").losses.map((loss) => expect.closeTo(loss, 4));
    expect(found.curve.heldout.at(-1)).toEqual(of("heldout"));
    expect(found.trainingSetLoss).toEqual(of("train"));
  },
);

test("validation losses are means by weights, too", async () => {
  const run = weightedRun({ batch: 19, trainRows: 39, heldoutRows: 21, validationRows: 6 });
  const { curve, parameters } = await resultOf(engines.cpu, run);
  const { x, y, weights } = setOf(run, "heldout");
  const rows = { x: x.subarray(3 * 15), y: y.subarray(3 * 15), weights: Array.from(weights).slice(3 * 15) };
  const { losses } = judged(run, Float64Array.from(parameters ?? []), rows, "weights");
  expect(curve.validation?.at(-1)).toEqual(losses.map((loss) => expect.closeTo(loss, 4)));
});

describe("row weights", () => {
  test.each([1, 3, 19, 40])("train to the same bits on every kernel set, in batches of %i", (batch) => {
    const run = weightedRun({ batch });
    const runs = [run, { ...run, model: { ...BOTTOM, inputs: 3, tasks: 3, outputs: [1, 3, 1] } }];
    const outcomes = trained("wasm", runs);
    expect(outcomes?.map(({ failure }) => failure)).toEqual([undefined, undefined]);
    for (const set of NATIVE) expect(trained(set, runs)).toEqual(outcomes);
  });

  test("that are all alike give the bits of a run without them", () => {
    const [alike] =
      trained("wasm", [weightedRun({ batch: 19 }, { own: OWN.map(() => 1), classWeights: [null, null, null] })]) ?? [];
    const [plain] = trained("wasm", [gapRun({ optimizer: "sgd", lr: 0.05, steps: 6, evalEvery: 1, batch: 19 })]) ?? [];
    expect(alike).toEqual(plain);
  });

  test("are refused on TensorFlow, and fail a run whose test rows have none above 0", async () => {
    expect(complaint(() => engines.tfjs.check(weightedRun()))).toBe(
      "engine tfjs: trains without weights of rows and classes; leave them out, or give --engine cpu",
    );
    const places = tableSet(weightedRun()).places("heldout");
    const own = OWN.map((weight, place) => (places.includes(place) ? 0 : weight));
    expect((await resultOf(engines.cpu, weightedRun({}, { own }))).failure).toBe(
      "none of its held-out rows has a label of task 1 and a weight above 0",
    );
  });
});
