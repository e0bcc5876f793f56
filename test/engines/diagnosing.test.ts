import { expect, test } from "vitest";
import type { TableSettings } from "../../src/data/table.ts";
import { tableSetOf } from "../../src/data/table-set.ts";
import { DiagnosticRecorder } from "../../src/engines/diagnosing.ts";
import type { Diagnostics, FromTable, Run } from "../../src/engines/engine.ts";
import type { ModelName } from "../../src/models/zoo.ts";
import { rankingInGroups } from "../../src/stats/ranking.ts";
import { TRAINED, trainedRun } from "../diagnostics/golden/cases.ts";
import { GOLDEN } from "../diagnostics/golden/golden.ts";
import { expectSameDiagnostics, resultOf } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";
import { classRun } from "../support/class-runs.ts";
import { range } from "../support/reference.ts";

const engines = bothEngines();

const runOf = (name: ModelName, diagnosed = true): Run => {
  const { diagnostics: _, ...plain } = trainedRun(name);
  return diagnosed ? trainedRun(name) : plain;
};

test.each(TRAINED)(
  "cpu and tfjs give %s the diagnostics of an independent program, within float32's rounding",
  async (name) => {
    const a = await resultOf(engines.cpu, runOf(name));
    const expected = GOLDEN[`trained ${name}`] as Record<string, number>;
    expect(Object.keys(a.diagnostics?.values ?? {}).sort()).toEqual(Object.keys(expected).sort());
    for (const [quantity, value] of Object.entries(expected)) {
      expect(a.diagnostics?.values[quantity]?.at(-1), quantity).toBeCloseTo(value, 9); // of the same bits of weights
    }
    expect(a.diagnostics?.steps).toEqual([5, 10, 14]);
    await expectSameDiagnostics(runOf(name), [engines.cpu, engines.tfjs], 1e-4);
  },
);

test("a run has the same numbers with diagnostics as without, to the last bit", async () => {
  for (const engine of [engines.cpu, engines.tfjs]) {
    const [watched, plain] = [await resultOf(engine, runOf("mmoe")), await resultOf(engine, runOf("mmoe", false))];
    expect([watched.parameters, watched.curve]).toEqual([plain.parameters, plain.curve]);
    expect(Object.keys(plain)).not.toContain("diagnostics");
  }
});

test("a recorder goes on from what was measured before, and asks for nothing of its run otherwise", () => {
  const { diagnostics: _, ...plain } = runOf("mmoe");
  const before: Diagnostics = { steps: [5], values: { "gateDistance/1/2": [0.5] } };
  const recorder = new DiagnosticRecorder(runOf("mmoe"), before);
  expect([4, 5, 10, 14].map((step) => recorder.isDue(step))).toEqual([false, true, true, true]);
  recorder.add(10, () => new Float32Array(20_000).fill(0.01));
  expect(recorder.diagnostics?.steps).toEqual([5, 10]);
  expect(recorder.diagnostics?.values["gateDistance/1/2"]?.[0]).toBe(0.5);
  expect(recorder.diagnostics?.values.expertsInUse?.[0]).toBeNaN();
  expect(before.steps).toEqual([5]);
  expect([new DiagnosticRecorder(plain).isDue(5), new DiagnosticRecorder(plain).diagnostics]).toEqual([
    false,
    undefined,
  ]);
});

test("a recorder takes quantities that are named like what objects inherit", () => {
  const before: Diagnostics = { steps: [5], values: { constructor: [1], valueOf: [3] } as Diagnostics["values"] };
  const recorder = new DiagnosticRecorder(runOf("mmoe"), before);
  recorder.add(9, () => []);
  expect(recorder.diagnostics).toEqual({
    steps: [5, 9],
    values: { constructor: [1, Number.NaN], valueOf: [3, Number.NaN] },
  });
});

test("a recorder takes metrics within the groups of the rows that an evaluation is of, which may be the last ones", () => {
  const run = classRun();
  const groups = new Uint32Array(new SharedArrayBuffer(4 * 60));
  for (const row of groups.keys()) groups[row] = (row * row) % 4;
  const table = run.data as TableSettings;
  const data = { ...table, values: { ...table.values, groups: groups.buffer } } as TableSettings;
  const grouped = { ...run, data } as Run;
  const y = tableSetOf(grouped as Run & FromTable).labels("heldout"); // [15, 3]
  const outputs = Float32Array.from({ length: 15 * 5 }, (_, i) => Math.sin(i));
  const places = tableSetOf(grouped as Run & FromTable).places("heldout");
  for (const from of [0, 4]) {
    const recorder = new DiagnosticRecorder(grouped);
    const [own, labels] = [outputs.subarray(5 * from), y.subarray(3 * from)];
    recorder.add(
      10,
      () => [],
      () => ({ outputs: own, y: labels }),
    );
    const rows = range(15 - from);
    const columnOf = (values: Float32Array, width: number) =>
      Float32Array.from(rows, (n) => values[n * width] as number);
    const ofRows = Uint32Array.from(rows, (n) => groups[places[from + n] as number] as number);
    const expected = rankingInGroups(columnOf(own, 5), columnOf(labels, 3), ofRows, 10);
    expect(expected.gauc).not.toBeNaN();
    const { values } = recorder.diagnostics as Diagnostics;
    expect([values["gauc/1"], values["ndcg/1"], values["mrr/1"]]).toEqual([
      [expected.gauc],
      [expected.ndcg],
      [expected.mrr],
    ]);
  }
});
