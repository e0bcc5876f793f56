// Runs on labels that are classes: what each engine makes of them, that they train alike, and the metrics of each kind of task.
import { describe, expect, test } from "vitest";
import { TableSet } from "../../src/data/table-set.ts";
import type { TaskSettings } from "../../src/data/task-kinds.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import { taskMetrics } from "../../src/diagnostics/task-metrics.ts";
import type { Run } from "../../src/engines/engine.ts";
import { RowMaker } from "../../src/engines/rows/row-maker.ts";
import { tasksIn } from "../../src/engines/task-losses.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { GOLDEN } from "../stats/golden/golden.ts";
import { expectAgreement, expectSameDiagnostics, resultOf } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";
import { classRun, classTable, labelsIn } from "../support/class-runs.ts";
import { range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";
import { someRows, tableOf, tableRun } from "../support/tables.ts";

const engines = bothEngines();

const entropyOf = (shares: readonly number[]) => -shares.reduce((sum, share) => sum + share * Math.log(share), 0);

describe("labels of a table that are classes", () => {
  const { x, y } = new TableSet(classTable(), { seed: 0, run: 1 }, { trainRows: 45, heldoutRows: 15 }).rows("train");

  test("are the places of their numbers among the classes'", () => {
    const [a] = someRows(60).map(([first]) => first);
    expect(a).toBeDefined();
    const expected = someRows(60).map((row) => {
      const [binary = 0, categorical = 0] = labelsIn(row);
      return `${binary === 7 ? 1 : 0} ${{ 1: 0, 2: 1, 5: 2 }[categorical]}`;
    });
    const both = new TableSet(classTable(), { seed: 0, run: 1 }, { trainRows: 45, heldoutRows: 15 });
    const found = (["train", "heldout"] as const).flatMap((set) => {
      const { y } = both.rows(set);
      return range(y.length / 3).map((n) => `${y[3 * n]} ${y[3 * n + 1]}`);
    });
    expect(found.sort()).toEqual(expected.sort());
    expect(x).toHaveLength(135);
  });

  test("have losses in units of the entropy of the training rows, or in nats if they are raw", async () => {
    const training = { steps: 1, evalEvery: 1, batch: 45 };
    const [inUnits, nats] = [
      await resultOf(engines.cpu, classRun(training)),
      await resultOf(engines.cpu, classRun(training, true)),
    ];
    const share = (k: number, label: number) => range(45).filter((n) => y[3 * n + k] === label).length / 45;
    const entropies = [entropyOf([share(0, 0), share(0, 1)]), entropyOf([share(1, 0), share(1, 1), share(1, 2)])];
    for (const [k, entropy] of entropies.entries())
      expect(nats.curve.train[0]?.[k] / inUnits.curve.train[0]?.[k]).toBeCloseTo(entropy, 6);
  });
});

test.each([
  ["in batches of 7", {}],
  ["in batches of 3, by sgd with Huber's loss", { batch: 3, optimizer: "sgd", huberDelta: 0.5 }],
] as const)("cpu and tfjs agree on labels of all kinds, with weights, %s", (_, training) =>
  expectAgreement(classRun(training), [engines.cpu, engines.tfjs]),
);

test("runs that train together have units of their own", async () => {
  const runs = [0, 1, 2].map((index) => ({ ...classRun(), index, id: `mmoe/${index}` }));
  const losses = new Map<number, unknown>();
  await engines.tfjs.train(runs, { onResult: ({ run, curve }) => losses.set(run.index, curve.heldout) });
  expect(losses.get(2)).toEqual((await resultOf(engines.tfjs, runs[2] as Run)).curve.heldout);
});

test("cpu and tfjs agree on a factorization machine with a task of several classes", () => {
  const run = classRun();
  const { inputs, tasks, outputs } = run.model;
  const model = ZOO["factorization-machine"].build({ inputs, tasks, outputs: outputs as readonly number[] });
  expect(outputs).toEqual([1, 3, 1]);
  return expectAgreement({ ...run, model }, [engines.cpu, engines.tfjs]);
});

describe("labels of the generator that are signs", () => {
  const real = makeRun({ index: 2 });
  const signs = { ...real, data: { ...real.data, binaryLabels: true } };
  const tasks = [0, 1].map((): TaskSettings => ({ kind: "binary", weight: 1 }));

  test("are 1 where the label is above 0, by formula and by kernel", () => {
    const [labels, y] = [real, signs].map(({ data, correlationMatrix }) =>
      new TaskSet(data, correlationMatrix, { seed: 0, run: 2 }).rows("train", 50),
    );
    expect(y?.x).toEqual(labels?.x);
    expect([...(y?.y ?? [])]).toEqual([...(labels?.y ?? [])].map((label) => Number(label > 0)));
    const made = { x: new Float32Array(50 * 100), y: new Float32Array(100) };
    new RowMaker(signs).fill(made, "train", 0);
    expect(made).toEqual(y);
  });

  test("cpu and tfjs agree on them", () =>
    expectAgreement({ ...signs, training: { ...real.training, taskKinds: tasks } }, [engines.cpu, engines.tfjs]));
});

test.each(["sum", "pcgrad", "gradnorm"] as const)("cpu and tfjs agree on a funnel of classes by %s", async (method) => {
  const run = makeRun(
    { index: 2 },
    { method, batch: 64, taskKinds: [0, 1].map(() => ({ kind: "binary", weight: 1 })) },
  );
  const data = { ...run.data, binaryLabels: true };
  await expectAgreement({ ...run, data, model: { ...run.model, funnel: [1, 0] } }, [engines.cpu, engines.tfjs]);
});

test("cpu and tfjs agree on a funnel across a task of several outputs", () => {
  const run = classRun();
  return expectAgreement({ ...run, model: { ...run.model, funnel: [2, 0] } } as Run, [engines.cpu, engines.tfjs]);
});

describe("taskMetrics(tasks, predictions)", () => {
  test.each(["binary", "categorical", "regression"] as const)("gives a %s task scikit-learn's metrics", (kind) => {
    const { outputs, labels, ...golden } = GOLDEN.metrics[kind];
    const { scale = 1, ...expected }: Record<string, number> = golden;
    const [one, y] = [outputs.flat(), labels].map((values) => Float32Array.from(values)) as [
      Float32Array,
      Float32Array,
    ];
    const classes = one.length / y.length;
    const task = { kind, weight: 1, ...(kind === "categorical" && { classes }) };
    const found = taskMetrics([task], { outputs: one, y }, { scales: [scale] });
    for (const [name, value] of Object.entries(expected)) expect(found[`${name}/1`], name).toBeCloseTo(value, 7);
  });

  test("gives a task NaN for what its kind lacks", () => {
    const [y, outputs] = [Float32Array.of(1, 0, 1, 0, 2, 3), Float32Array.of(2, 3, 1, 0, 2, -1, 0, 1, 1, 3)];
    const metrics = taskMetrics(tasksIn(classRun()), { outputs, y });
    const lacking = ["auc/2", "auc/3", "rSquared/1", "accuracy/3"].map((name) => metrics[name]);
    expect(lacking).toEqual(new Array(4).fill(Number.NaN));
  });
});

describe("a run on labels that are classes", () => {
  const run = classRun({ steps: 20, evalEvery: 10 });

  test("has the same metrics on cpu and tfjs, within float32's rounding", async () => {
    const found = await expectSameDiagnostics(run, [engines.cpu, engines.tfjs], 5e-4);
    expect(found?.steps).toEqual([10, 20]);
  });

  test("has log losses that are its held-out losses in nats", async () => {
    const nats = await resultOf(engines.cpu, classRun({ steps: 20, evalEvery: 10 }, true));
    const { curve, diagnostics } = nats;
    for (const k of [0, 1])
      expect(diagnostics?.values[`logLoss/${k + 1}`]?.at(-1)).toBeCloseTo(curve.heldout.at(-1)?.[k] as number, 5);
  });
});

test("a run without validation rows has metrics at each of its evaluations, and in the label's own units", async () => {
  const data = tableOf(60);
  const { curve, diagnostics } = await resultOf(engines.cpu, tableRun({ data }, { steps: 20, evalEvery: 2 }));
  expect(diagnostics?.steps).toEqual(curve.steps);
  const set = new TableSet(data, { seed: 0, run: 0 }, { trainRows: 45, heldoutRows: 15 });
  const labels = [...set.places("train")].map((place) => someRows(60)[place]?.[4]);
  const mean = labels.reduce((sum, label) => sum + label) / labels.length;
  const std = Math.sqrt(labels.reduce((sum, label) => sum + (label - mean) ** 2, 0) / labels.length);
  for (const [i, [, loss = 0]] of curve.heldout.entries())
    expect(diagnostics?.values["rmse/2"]?.[i]).toBeCloseTo(std * Math.sqrt(loss), 5);
});

test("a run on a table has metrics, and one on the generator's numbers none", async () => {
  const { diagnostics } = await resultOf(engines.cpu, tableRun());
  expect(Object.keys(diagnostics?.values ?? {}).join(" ")).toBe("rSquared/1 rSquared/2 rmse/1 rmse/2 mae/1 mae/2");
  expect((await resultOf(engines.cpu, makeRun())).diagnostics).toBeUndefined();
});

test.each([[3], [64]])(
  "more held-out rows than are taken at once are all predicted, in batches of %i",
  async (batch) => {
    const { data } = makeRun();
    const tasks = [0, 1].map(() => ({ kind: "binary", weight: 1 }) as const);
    const run: Run = makeRun(
      { data: { ...data, binaryLabels: true, rawLabels: true } },
      { taskKinds: tasks, batch, heldoutRows: 301 },
    );
    for (const engine of [engines.cpu, engines.tfjs]) {
      const { curve, diagnostics } = await resultOf(engine, run);
      for (const k of [0, 1])
        expect(diagnostics?.values[`logLoss/${k + 1}`]?.at(-1)).toBeCloseTo(curve.heldout.at(-1)?.[k] as number, 4);
    }
  },
);
