// Runs on labels that are classes: what each engine makes of them, and that they train alike.
import { describe, expect, test } from "vitest";
import { TableSet } from "../../src/data/table-set.ts";
import type { TaskSettings } from "../../src/data/task-kinds.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import type { Run } from "../../src/engines/engine.ts";
import { RowMaker } from "../../src/engines/rows/row-maker.ts";
import { expectAgreement, resultOf } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";
import { classRun, classTable, labelsIn } from "../support/class-runs.ts";
import { range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";
import { someRows } from "../support/tables.ts";

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
