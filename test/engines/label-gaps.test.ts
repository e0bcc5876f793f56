// Labels that some rows lack: a row counts for the tasks whose label it has, on each engine.
import { describe, expect, test } from "vitest";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { dataIdentity } from "../../src/data/streams.ts";
import { TableSet } from "../../src/data/table-set.ts";
import type { Rows } from "../../src/data/task-set.ts";
import type { Run, RunResult } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import { cellPoints } from "../../src/records/curves-csv.ts";
import { lineOf, recordIn } from "../../src/records/journal-line.ts";
import { finalLosses, lowestLosses, type RunRecord, recordOf } from "../../src/records/record.ts";
import { expectAgreement, resultOf } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";
import { gapRun, isGap, numbersRun } from "../support/gap-runs.ts";
import { range, taskGradients, taskLosses } from "../support/reference.ts";
import { fedBatch, makeRun, taskSetOf } from "../support/runs.ts";
import { BOTTOM as FAMILY, MMOE } from "../support/specs.ts";
import { NATIVE, trained } from "./cpu/same-bits.ts";

const engines = bothEngines();

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const squares = (values: readonly number[]) => mean(values.map((value) => (value - mean(values)) ** 2));

const setOf = (run: Run, set: "train" | "heldout"): Rows => {
  const { heldoutRows, trainRows } = run.training;
  return run.correlation === null
    ? new TableSet(run.data, dataIdentity(run), run.training).rows(set)
    : taskSetOf(run).rows(set, set === "heldout" ? heldoutRows : Number(trainRows));
};

/** As `numbersRun`, on rows of the generator. */
function generatedRun(training: Partial<Run["training"]>): Run {
  const { model, training: plain } = numbersRun();
  const tasks = [{ labelled: 1 }, { noiseStd: 0.5 }];
  const data = { ...GENERATOR_PRESETS.linear.settings, inputs: 3, labelled: 0.25, tasks };
  return makeRun({ model, data }, { ...plain, ...training });
}

/** The mean squared errors [K] of float64 predictions over the rows that have a label; NaN where none has. */
function errorsOf({ model }: Run, parameters: ArrayLike<number>, rows: Rows): number[] {
  const hasLabel = (k: number) => rows.y.some((label, i) => i % model.tasks === k && !Number.isNaN(label));
  return taskLosses(model, parameters, rows).map((loss, k) => (hasLabel(k) ? loss : Number.NaN));
}

/** Parameters after `steps` plain steps in float64, and the losses before each. */
function trainedByHand(run: Run, steps: number): { parameters: Float64Array; losses: number[][] } {
  const parameters = Float64Array.from(initialParameters(run));
  const losses = range(steps).map((step) => {
    const batch = fedBatch(run, step + 1);
    const before = errorsOf(run, parameters, batch);
    const [one = [], other = []] = taskGradients(run.model, parameters, batch);
    for (const [i, slope] of one.entries()) parameters[i] -= 0.05 * (slope + 3 * other[i]);
    return before;
  });
  return { parameters, losses };
}

/** Losses with NaN as a curve shows them: the one before stands in place of NaN, and before the first the first. */
function carried(losses: readonly number[]): number[] {
  const first = losses.find((loss) => !Number.isNaN(loss)) as number;
  let before = first;
  return losses.map((loss) => (before = Number.isNaN(loss) ? before : loss));
}

describe("the rows of a table that lacks labels", () => {
  test("have NaN there, and the others' mean 0 and variance 1", () => {
    const { y } = setOf(numbersRun(), "train");
    const labels = range(45).map((n) => y[2 * n + 1]);
    const known = labels.filter((label) => !Number.isNaN(label));
    expect(known.length).toBeLessThan(20);
    expect([mean(known), squares(known)]).toEqual([expect.closeTo(0, 6), expect.closeTo(1, 6)]);
  });

  test("have a class where they have a label, and a correlation over those that have both", async () => {
    const run = gapRun({ steps: 1 });
    const { y } = setOf(run, "train");
    expect(new Set(range(45).map((n) => y[3 * n + 1]))).toEqual(new Set([0, 1, 2, Number.NaN]));
    const both = range(45).filter((n) => !Number.isNaN(y[3 * n]) && !Number.isNaN(y[3 * n + 2]));
    const [a, b] = [0, 2].map((k) => both.map((n) => y[3 * n + k])) as [number[], number[]];
    const products = mean(a.map((one, i) => (one - mean(a)) * (b[i] - mean(b))));
    const expected = products / Math.sqrt(squares(a) * squares(b));
    for (const engine of [engines.cpu, engines.tfjs])
      expect((await resultOf(engine, run)).labelCorrelations[1]).toBeCloseTo(expected, 6);
  });
});

test.each([
  ["of a table", 2, true, numbersRun, {}],
  ["of a table", 19, false, numbersRun, {}],
  ["of a table", 40, false, numbersRun, {}],
  ["of the generator", 3, true, generatedRun, {}],
  ["of the generator, fresh at each step", 3, true, generatedRun, { trainRows: "fresh" }],
] as const)(
  "steps on rows %s in batches of %i follow the mean gradient of the rows that have a label, as a float64 program does",
  async (_, batch, lacksSome, runWith, training) => {
    const steps = 6;
    const run = runWith({ steps, evalEvery: 1, batch, ...training });
    const { parameters, losses } = trainedByHand(run, steps);
    expect(losses.some(([, loss]) => Number.isNaN(loss))).toBe(lacksSome); // a batch without a label
    const points = range(2).map((k) => carried(losses.map((row) => row[k])));
    for (const engine of [engines.cpu, engines.tfjs]) {
      const result = await resultOf(engine, run);
      for (const [i, point] of result.curve.train.entries())
        expect(point).toEqual(range(2).map((k) => expect.closeTo(points[k]?.[i], 5)));
      expect(result.curve.batches).toEqual(losses.map((row) => row.map((loss) => Number(!Number.isNaN(loss)))));
      const record = recordOf(result, engine.name);
      const known = range(2).map((k) => losses.flatMap((row) => (Number.isNaN(row[k]) ? [] : [row[k]])));
      expect(finalLosses(record, "running")?.tasks).toEqual(known.map((own) => expect.closeTo(mean(own), 5)));
      expect(lowestLosses(record, "train")?.tasks[1]).toBeGreaterThan(0.001); // a batch without a label has no loss of 0
      expect([...(result.parameters ?? [])]).toEqual([...parameters].map((value) => expect.closeTo(value, 5)));
      const heldout = errorsOf(run, parameters, setOf(run, "heldout"));
      expect(result.curve.heldout.at(-1)).toEqual(heldout.map((loss) => expect.closeTo(loss, 4)));
      if (run.training.trainRows === "fresh") continue;
      const all = errorsOf(run, parameters, setOf(run, "train"));
      expect(result.trainingSetLoss).toEqual(all.map((loss) => expect.closeTo(loss, 4)));
    }
  },
);

test.each([1, 3, 19, 40])("every kernel set trains to the same bits, in batches of %i", (batch) => {
  const runs = [gapRun({ batch }), { ...gapRun({ batch }), model: { ...FAMILY, inputs: 3, outputs: [1, 3, 1] } }];
  const outcomes = trained("wasm", runs);
  expect(outcomes?.map(({ failure }) => failure)).toEqual([undefined, undefined]);
  for (const set of NATIVE) expect(trained(set, runs)).toEqual(outcomes);
});

test("the final running mean of a task that few rows have is the same however often the run is evaluated", async () => {
  for (const engine of [engines.cpu, engines.tfjs]) {
    const finals = [];
    for (const evalEvery of [1, 5, 40]) {
      const record = recordOf(await resultOf(engine, numbersRun({ steps: 40, evalEvery })), engine.name);
      const read = recordIn(Buffer.from(lineOf(record).trimEnd())) as RunRecord;
      expect(read.curve).toEqual(record.curve);
      finals.push(finalLosses(read, "running")?.tasks);
      const points = [...cellPoints([read])].filter((point) => point?.step === 40 && point.task !== "mean");
      expect(points.map((point) => point?.statistics.running[0])).toEqual(finals.at(-1));
    }
    for (const tasks of finals.slice(1)) expect(tasks).toEqual(finals[0]?.map((loss) => expect.closeTo(loss, 6)));
  }
});

test("a run without a batch that has a label of a task fails and says so", async () => {
  for (const engine of [engines.cpu, engines.tfjs]) {
    const { failure } = await resultOf(engine, numbersRun({ steps: 1, batch: 1 }));
    expect(failure).toBe("none of its batches has a label of task 2");
  }
});

test.each([
  ["in batches of 7", {}, [0, 2]],
  ["in batches of 3, by sgd with Huber's loss", { batch: 3, optimizer: "sgd", huberDelta: 0.5 }, [2]],
] as const)("cpu and tfjs agree on labels of all kinds, %s", async (_, training, tasks: readonly number[]) => {
  const some = (n: number, k: number) => tasks.includes(k) && isGap(n, k); // no batch lacks all: a loss of 0 has no ratio
  await expectAgreement(gapRun({ batch: 7, ...training }, some), [engines.cpu, engines.tfjs]);
});

describe("a missing label", () => {
  const model = { ...MMOE, inputs: 3, outputs: [1, 3, 1], experts: { shared: 0, perTask: 1, layers: [6] } };
  const apart = { ...model, name: "apart", gating: "none" } as const;
  const run = (lacks: typeof isGap): Run => ({ ...gapRun({}, lacks), model: apart });
  const lossesAt = ({ curve }: RunResult, k: number) => curve.heldout.map((losses) => losses[k]);
  const isOfSecond = (network: string) => /^(towers|experts)\/1\b/.test(network);

  test("changes nothing for the other tasks' parameters and losses, bit for bit", async () => {
    for (const engine of [engines.cpu, engines.tfjs]) {
      const [none, few]: (typeof isGap)[] = [() => false, (n, k) => k === 1 && isGap(n, 1)];
      const [whole, some] = [await resultOf(engine, run(none)), await resultOf(engine, run(few))];
      const changed = parameterBlocks(apart).filter(({ offset, size }) =>
        range(size).some((i) => whole.parameters?.[offset + i] !== some.parameters?.[offset + i]),
      );
      expect(changed.length).toBeGreaterThan(3);
      expect(changed.filter(({ name }) => !isOfSecond(name))).toEqual([]);
      expect([0, 2].map((k) => lossesAt(some, k))).toEqual([0, 2].map((k) => lossesAt(whole, k)));
      expect(lossesAt(some, 1)).not.toEqual(lossesAt(whole, 1));
    }
  });
});

test("a run whose held-out or training rows lack a task's label altogether fails and says so", async () => {
  for (const engine of [engines.cpu, engines.tfjs]) {
    const rare = gapRun({}, (n, k) => k === 2 && n !== 0);
    expect((await resultOf(engine, rare)).failure).toMatch(
      /^none of its (held-out|training) rows has a label of task 3$/,
    );
  }
});
