import { expect, test } from "vitest";
import { cellLosses, commonRuns, lossesOf } from "../../src/records/cell-losses.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";

const lossOf: LossOf = ({ model, correlation, index }) => {
  if (model.name === "omoe" && index === 1) return correlation === 1 ? "failed" : "missing";
  return index === 4 ? "missing" : index + correlation / 10;
};
const results = madeResults(lossOf, ["runs=5", "models=[omoe, mmoe]", "correlations=[0.5, 1]"]);

test("cellLosses(results, loss) has every cell of the config, its failures and what is missing", () => {
  const cells = cellLosses(results, "train");
  const counts = cells.map(({ model, correlation, byRun, failed, missing }) => {
    return [model, correlation, [...byRun.keys()], failed.map(({ id }) => id), missing];
  });
  expect(counts).toEqual([
    ["omoe", 0.5, [0, 2, 3], [], 2],
    ["mmoe", 0.5, [0, 1, 2, 3], [], 1],
    ["omoe", 1, [0, 2, 3], ["omoe/p=1.00/001"], 1],
    ["mmoe", 1, [0, 1, 2, 3], [], 1],
  ]);
});

test("lossesOf(cell, commonRuns(cells)) pairs the runs that are done in all of the cells", () => {
  const [omoe, mmoe] = cellLosses(results, "train");
  const cells = [omoe, mmoe].filter((cell) => cell !== undefined);
  const runs = commonRuns(cells);
  expect(runs).toEqual([0, 2, 3]);
  expect(cells.map((cell) => [...lossesOf(cell, runs)])).toEqual(Array(2).fill([0.05, 2.05, 3.05]));
});

test("commonRuns(cells) are in their order, not in that in which they ended", () => {
  const [cell] = cellLosses({ ...results, records: results.records.toReversed() }, "train");
  expect([...(cell?.byRun.keys() ?? [])]).toEqual([3, 2, 0]);
  expect(commonRuns(cell ? [cell] : [])).toEqual([0, 2, 3]);
});

test("cellLosses of a sweep without a finished run has empty cells", () => {
  const cells = cellLosses(
    madeResults(() => "missing", ["runs=3"]),
    "heldout",
  );
  expect(cells).toHaveLength(9);
  expect(cells.map(({ byRun, missing }) => [byRun.size, missing])).toEqual(Array(9).fill([0, 3]));
  expect(commonRuns(cells)).toEqual([]);
});
