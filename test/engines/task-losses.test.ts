// Runs with test rows and validation rows: what is recorded of each, on each engine.
import { describe, expect, test } from "vitest";
import { dataIdentity } from "../../src/data/streams.ts";
import type { TableValues } from "../../src/data/table.ts";
import { cellsOf } from "../../src/data/table-cells.ts";
import { TableSet } from "../../src/data/table-set.ts";
import type { FromTable, Run } from "../../src/engines/engine.ts";
import { nodeAdapter } from "../../src/engines/process/languages.ts";
import { ProcessEngine } from "../../src/engines/process/process-engine.ts";
import { lineOf, recordIn } from "../../src/records/journal-line.ts";
import { type RunRecord, recordOf } from "../../src/records/record.ts";
import { withEarlyStopping } from "../../src/sweep/early-stopping.ts";
import { resultOf } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { isGap, numbersRun } from "../support/gap-runs.ts";
import { range, taskLosses } from "../support/reference.ts";
import { columnOf, setNumber, tableOf, tableRun } from "../support/tables.ts";

const engines = bothEngines();
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** 15 test rows, then 9 validation rows, beside 36 training rows. */
const PARTS = { trainRows: 36, heldoutRows: 24, validationRows: 9 };
const three = (training: Parameters<typeof tableRun>[1] = {}) => tableRun({}, { ...PARTS, ...training });

const setOf = (run: Run) => new TableSet((run as Run & FromTable).data, dataIdentity(run), run.training);

/** Mean squared errors [K] of float64 predictions over rows `from` to `to` of the held-out rows. */
function errorsOf(run: Run, parameters: ArrayLike<number>, from: number, to: number): number[] {
  const { x, y } = setOf(run).rows("heldout");
  return taskLosses(run.model, parameters, { x: x.subarray(3 * from, 3 * to), y: y.subarray(2 * from, 2 * to) });
}

describe("a run with validation rows", () => {
  test("records the losses of test rows and of validation rows, as a float64 program computes them", async () => {
    for (const engine of [engines.cpu, engines.tfjs]) {
      const run = three();
      const result = await resultOf(engine, run);
      const parameters = result.parameters as Float32Array;
      const near = (losses: readonly number[]) => losses.map((loss) => expect.closeTo(loss, 4));
      expect(result.curve.heldout.at(-1)).toEqual(near(errorsOf(run, parameters, 0, 15)));
      const validated = errorsOf(run, parameters, 15, 24);
      expect(result.curve.validation?.at(-1)).toEqual(near(validated));
      const record = recordOf(result, engine.name);
      expect(record.measures).toMatchObject({ validationTaskLoss: near(validated) });
      expect(record.measures?.validationLoss).toBeCloseTo(mean(validated), 4);
      expect((recordIn(Buffer.from(lineOf(record).trimEnd())) as RunRecord).curve).toEqual(record.curve);
    }
  });

  test("trains as one without them on the same training rows does, bit for bit", async () => {
    const plain = tableRun({}, { trainRows: 36, heldoutRows: 15 });
    const [with3, with2] = [await resultOf(engines.cpu, three()), await resultOf(engines.cpu, plain)];
    expect(with3.parameters).toEqual(with2.parameters);
    expect(with3.curve.heldout).toEqual(with2.curve.heldout);
  });

  test("has metrics at every evaluation, on test rows and on validation rows", async () => {
    for (const engine of [engines.cpu, engines.tfjs]) {
      const { diagnostics, curve } = await resultOf(engine, three({ steps: 20, evalEvery: 2 }));
      expect(diagnostics?.steps).toEqual(curve.steps);
      for (const name of ["rSquared", "validationRSquared"]) {
        const values = diagnostics?.values[`${name}/1`] as number[];
        expect(values.filter(Number.isFinite)).toHaveLength(10);
      }
      expect(diagnostics?.values["rSquared/1"]).not.toEqual(diagnostics?.values["validationRSquared/1"]);
    }
  });

  test("evaluates the last test rows alone before its end with evalRows, all at its end, and all validation rows each time", async () => {
    for (const engine of [engines.cpu, engines.tfjs]) {
      const run = (steps: number, evalRows?: number) =>
        three({ steps, evalEvery: 3, ...(evalRows !== undefined && { evalRows }) });
      const [early, whole] = [await resultOf(engine, run(3)), await resultOf(engine, run(6))];
      const { curve, diagnostics } = await resultOf(engine, run(6, 4));
      const near = (losses: readonly number[]) => losses.map((loss) => expect.closeTo(loss, 4));
      expect(curve.heldout[0]).toEqual(near(errorsOf(run(3), early.parameters as Float32Array, 11, 15)));
      expect(curve.heldout[1]).toEqual(whole.curve.heldout[1]);
      expect(curve.validation).toEqual(whole.curve.validation);
      const metrics = (values: typeof diagnostics, name: string) => values?.values[`${name}/1`];
      expect(metrics(diagnostics, "validationRSquared")).toEqual(metrics(whole.diagnostics, "validationRSquared"));
      expect(metrics(diagnostics, "rSquared")?.[0]).not.toBe(metrics(whole.diagnostics, "rSquared")?.[0]);
      expect(metrics(diagnostics, "rSquared")?.[1]).toBe(metrics(whole.diagnostics, "rSquared")?.[1]);
    }
  });

  test("of a model in JavaScript has both, too", async () => {
    const run = { ...three(), model: codeModel(LINEAR, { inputs: 3, tasks: 2 }) } as unknown as Run;
    const engine = new ProcessEngine({ adapter: nodeAdapter(), jobs: 1 });
    const { curve } = await resultOf(engine, run).finally(() => engine.dispose());
    expect(curve.validation).toHaveLength(curve.steps.length);
    expect(curve.validation?.at(-1)).not.toEqual(curve.heldout.at(-1));
  });

  test("has no loss of a task whose label no validation row has, and chooses its steps by the others", async () => {
    const run = numbersRun({ ...PARTS, steps: 60, batch: 6 });
    const places = setOf(run).rows("heldout").y;
    const own = range(9).filter((i) => !Number.isNaN(places[2 * (15 + i) + 1]));
    expect(own.length).toBeGreaterThan(0); // so the rows below lack labels that they had
    const lacking = validationPlaces(run);
    for (const place of lacking) setNumber((run.data as FromTable["data"]).values as TableValues, place, 4, Number.NaN);
    expect(lacking.filter((n) => !isGap(n, 1)).length).toBe(own.length);
    const stopped = { ...run, stopping: { patience: 2, validation: 0.2 } };
    const result = await resultOf(withEarlyStopping(engines.cpu), stopped);
    expect(result.failure).toBeUndefined();
    expect(result.curve.validation?.at(-1)).toEqual([expect.any(Number), Number.NaN]);
    const record = recordOf(result, "cpu");
    const { validationLoss, validationTaskLoss } = record.measures as Record<string, number[]>;
    expect(validationLoss).toBe(validationTaskLoss?.[0]);
    expect((recordIn(Buffer.from(lineOf(record).trimEnd())) as RunRecord).curve).toEqual(record.curve);
  });
});

/** The places in the table of a run's validation rows: of a table whose first input says it. */
function validationPlaces(run: Run): number[] {
  const numbers = new Float64Array(5 * 60);
  for (let n = 0; n < 60; n++) numbers.set([n, 1 - (n % 2), 0, n, n + 1], 5 * n);
  const data = tableOf(60, { standardise: false, rawLabels: true, values: { cells: cellsOf(numbers, 5) } });
  const { x } = new TableSet(data, dataIdentity(run), run.training).rows("heldout");
  return range(9).map((i) => x[3 * (15 + i)]);
}

describe("the number of steps of a run with validation rows", () => {
  const stopping = { patience: 3, validation: 0.2 };

  test("is that of the lowest loss on the validation rows, with which the run then ends", async () => {
    const run = { ...three({ steps: 200, evalEvery: 1, lr: 0.03 }), stopping };
    const result = await resultOf(withEarlyStopping(engines.cpu), run);
    const validated = (result.curve.validation as number[][]).map(mean);
    const looked = validated.filter((_, i) => (i + 1) % 6 === 0); // a pass is 6 steps of 7 of 36 rows
    expect(validated.at(-1)).toBe(Math.min(...looked));
    expect(recordOf(result, "cpu").measures?.validationLoss).toBeCloseTo(validated.at(-1) as number, 6);
  });

  test("does not depend on labels of test rows", async () => {
    const marks = range(60).map((n) => [0, 0, 1, 0, 2, 0][n % 6]);
    const run = (by: number) => {
      const data = tableOf(60, {}, marks);
      const values = data.values as TableValues;
      const labels = columnOf(values, 3);
      for (const [n, mark] of marks.entries()) if (mark === 1) setNumber(values, n, 3, by * labels[n]);
      const sizes = { trainRows: 40, heldoutRows: 20, validationRows: 10 };
      return { ...tableRun({ data }, { ...sizes, steps: 200, lr: 0.03 }), stopping };
    };
    const a = await resultOf(withEarlyStopping(engines.cpu), run(1));
    const b = await resultOf(withEarlyStopping(engines.cpu), run(100));
    expect([b.run.training.steps, b.curve.validation]).toEqual([a.run.training.steps, a.curve.validation]);
    expect(b.curve.heldout).not.toEqual(a.curve.heldout);
  });
});
