import { expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { cellsOf } from "../../src/data/table-cells.ts";
import { TableSet } from "../../src/data/table-set.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import type { FromTable, Run } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import { classRun, labelsIn } from "../support/class-runs.ts";
import { range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";
import { plainBottom } from "../support/specs.ts";
import { someRows, tableOf, tableRun } from "../support/tables.ts";

test("outputBias base-rate begins outputs at the log-odds or log shares of the training labels, all else as without it", () => {
  const run = classRun({ outputBias: "base-rate" });
  const [from, zero] = [initialParameters(run), initialParameters(classRun())];
  const set = new TableSet((run as Run & FromTable).data, { seed: 0, run: 1 }, { trainRows: 45, heldoutRows: 15 });
  const labels = [...set.places("train")].map((place) => labelsIn(someRows(60)[place]));
  const shareOf = (k: number, label: number) => labels.filter((row) => row[k] === label).length / 45;
  const expected: Record<string, number[]> = {
    "towers/0": [Math.log(shareOf(0, 7) / shareOf(0, 3))],
    "towers/1": [1, 2, 5].map((label) => Math.log(shareOf(1, label))),
    "towers/2": [0],
  };
  for (const { part, kind, network, offset, size } of parameterBlocks(run.model)) {
    const [own, before] = [from, zero].map((values) => [...values.subarray(offset, offset + size)]) as [
      number[],
      number[],
    ];
    if (part !== "outputs" || kind !== "bias") expect(own).toEqual(before);
    else for (const [c, value] of own.entries()) expect(value, network).toBeCloseTo(expected[network]?.[c], 6);
  }
});

test("in a funnel, an output begins at the log-odds of its label where the one before is there", () => {
  const rows = range(60).map((n) => [n, Number(n % 3 > 0), Number(n % 6 > 3)]); // 2 of 3, of which one of two
  const classes = [0, 1].map(() => [0, 1]);
  const data = tableOf(60, { inputs: 1, tasks: 2, classes, values: { cells: cellsOf(rows.flat(), 3) } });
  const [taskKinds, model] = [classes.map(() => ({ kind: "binary", weight: 1 }) as const), plainBottom(1, 2, 3)];
  const run = tableRun({ model: { ...model, funnel: [0, 1] }, data }, { taskKinds, outputBias: "base-rate" });
  const { y } = new TableSet(data, { seed: run.seed, run: run.index }, run.training).rows("train");
  const [ofFirst, ofBoth] = [0, 1].map((k) => y.filter((label, i) => i % 2 === k && label === 1).length);
  const values = initialParameters(run);
  const found = parameterBlocks(run.model).flatMap(({ kind, part, offset }) =>
    part === "outputs" && kind === "bias" ? [values[offset]] : [],
  );
  expect(found[0]).toBeCloseTo(Math.log(ofFirst / (y.length / 2 - ofFirst)), 5);
  expect(found[1]).toBeCloseTo(Math.log(ofBoth / (ofFirst - ofBoth)), 5);
});

test("of generated labels, outputs begin at the log-odds of the population, whichever class is rarer", () => {
  const taskKinds = [0, 1].map(() => ({ kind: "binary", weight: 1 }) as const);
  const paper = { ...makeRun().data, inputs: 4, binaryLabels: true, rawLabels: true };
  for (const beta of [paper.beta.map(() => 1), paper.beta.map(() => -1)]) {
    const data = { ...paper, beta };
    const run = makeRun({ data }, { taskKinds, outputBias: "base-rate" });
    const { y } = new TaskSet(data, correlationMatrix(2, 0.5), { seed: 0, run: 0 }).rows("train", 20_000);
    const share = y.reduce((sum, label) => sum + label, 0) / y.length;
    const values = initialParameters(run);
    for (const { part, kind, offset } of parameterBlocks(run.model))
      if (part === "outputs" && kind === "bias") expect(values[offset]).toBeCloseTo(Math.log(share / (1 - share)), 1);
    expect(Math.abs(share - 0.5)).toBeGreaterThan(0.03);
  }
});
