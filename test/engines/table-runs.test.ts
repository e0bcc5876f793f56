// Runs on a table: the rows that each engine makes of it, and that they train alike.
import { describe, expect, test } from "vitest";
import { pairCorrelations } from "../../src/data/label-correlation.ts";
import { RowOrder } from "../../src/data/order.ts";
import { dataKey } from "../../src/data/streams.ts";
import { TableSet } from "../../src/data/table-set.ts";
import type { Engine, FromTable, RunResult } from "../../src/engines/engine.ts";
import { feedOf, RowSource } from "../../src/engines/rows/row-source.ts";
import { groupOf, groupsOf } from "../../src/engines/tfjs/groups.ts";
import { Room, setArrays } from "../../src/engines/tfjs/trainer/feed-arrays.ts";
import { FeedMaker } from "../../src/engines/tfjs/trainer/feed-maker.ts";
import { expectAgreement } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";
import { range } from "../support/reference.ts";
import { fedBatch } from "../support/runs.ts";
import { OMOE } from "../support/specs.ts";
import { tableOf, tableRun } from "../support/tables.ts";
import { NATIVE, trained } from "./cpu/same-bits.ts";

const engines = bothEngines();

const omoe = { ...OMOE, inputs: 3, tasks: 2 };

async function resultsOf(engine: Engine, runs: Parameters<Engine["train"]>[0]): Promise<RunResult[]> {
  const results: RunResult[] = [];
  await engine.train(runs, { onResult: (result) => results.push(result) });
  return results;
}

test.each([
  ["batches of 1", { batch: 1 }],
  ["batches of 7", { batch: 7, sampling: "replacement" as const }],
  ["more rows than a slice", { batch: 64, trainRows: 300, heldoutRows: 100 }],
])("every kernel set trains to the same bits: %s", (_, training) => {
  const data = tableOf(400);
  const runs = [tableRun({ data, index: 3 }, training), tableRun({ data, index: 3, model: omoe }, training)];
  const outcomes = trained("wasm", runs);
  expect(outcomes?.map(({ failure }) => failure)).toEqual([undefined, undefined]);
  for (const set of NATIVE) expect(trained(set, runs)).toEqual(outcomes);
});

test("cpu and tfjs agree", () => expectAgreement(tableRun({ index: 1 }), [engines.cpu, engines.tfjs]));

test("a run's numbers do not depend on the runs beside it, in worker threads", async () => {
  const runs = range(4).flatMap((index) => [tableRun({ index }), tableRun({ index, model: omoe })]);
  const losses = (results: readonly RunResult[]) =>
    results.map(({ run, curve }) => `${run.model.name} ${run.index} ${curve.heldout}`).sort();
  const alone: RunResult[] = [];
  for (const run of runs) alone.push(...(await resultsOf(engines.cpu, [run])));
  expect(losses(await resultsOf(engines.cpu, runs))).toEqual(losses(alone));
});

describe("the rows of a run", () => {
  const run = tableRun({ index: 2 });
  const set = new TableSet((run as typeof run & FromTable).data, { seed: 0, run: 2 }, run.training);

  test("have the label correlation of its training rows, on each engine", async () => {
    const expected = pairCorrelations(set.rows("train").y, 2);
    for (const engine of [engines.cpu, engines.tfjs])
      expect((await resultsOf(engine, [run]))[0]?.labelCorrelations).toEqual(expected);
  });

  test("are fed to steps as they are, and counted by RowOrder", () => {
    const group = groupOf([[run]]);
    const arrays = new Room().arrays(setArrays(group));
    new FeedMaker(group, { first: 0, end: 1 }).sets(arrays, 0);
    expect(arrays["train/x"]).toEqual(set.rows("train").x);
    expect(arrays["heldout/y"]).toEqual(set.rows("heldout").y);
    const [numbers, expected] = [new Uint32Array(7), new Uint32Array(7)];
    new RowSource(run).numbersInto(numbers, 3);
    new RowOrder(dataKey({ seed: 0, run: 2 }, "order"), 45, "epochs").batchInto(expected, 3);
    expect(numbers).toEqual(expected);
  });

  test("are made where they are needed, part by part and batch by batch", () => {
    const { sets } = feedOf(run);
    const rows = set.rows("train");
    expect(sets.train?.x).toEqual(rows.x);
    expect(sets.train?.inputs(5, 9)).toEqual(rows.x.subarray(5 * 3, 9 * 3));
    const { x, y } = fedBatch(run, 4);
    const numbers = new Uint32Array(7);
    new RowSource(run).numbersInto(numbers, 4);
    expect([...x]).toEqual([...numbers].flatMap((n) => [...rows.x.subarray(3 * n, 3 * n + 3)]));
    expect([...y]).toEqual([...numbers].flatMap((n) => [...rows.y.subarray(2 * n, 2 * n + 2)]));
  });

  test("are never fresh", () => {
    const rows = { x: new Float32Array(21), y: new Float32Array(14) };
    expect(() => new RowSource(run).freshInto(rows, 1)).toThrow("freshInto: expected a generator, got a table");
    expect(() => new RowSource(tableRun({}, { trainRows: "fresh" }))).toThrow("expected at least fresh train rows");
  });

  test("are one table's: runs of another do not train beside them", () => {
    const other = tableRun({ index: 2, data: tableOf(60, { sha256: "cd" }) });
    const grouping = { sizeOf: () => 8, mixed: true };
    expect(
      groupsOf([run, other, tableRun({ index: 2, model: omoe })], grouping).map(({ runs }) => runs.length),
    ).toEqual([2, 1]);
  });
});

test("a run whose rows are not in memory is refused", () => {
  const { values: _, ...data } = tableOf(60);
  expect(() => trained("wasm", [tableRun({ data })])).toThrow(
    "TableSet: expected the rows of /some.csv in memory, got none",
  );
});
