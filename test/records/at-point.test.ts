import { describe, expect, test } from "vitest";
import { choiceIn, resultsAt, severalPoints } from "../../src/records/at-point.ts";
import { cellLosses, commonRuns, lossesOf } from "../../src/records/cell-losses.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";

const SET = ["runs=2", "models=omoe,mmoe", "correlations=0.5", "lr=0.001,0.01", "trainRows=500,fresh"];
const lossOf = ({ training }: { training: { lr: number; trainRows: number | "fresh" } }) =>
  training.lr + (training.trainRows === "fresh" ? 1 : 0);
const results = madeResults(lossOf, SET);

describe("choiceIn(texts, results, flag)", () => {
  test("reads values that the sweep has, several by commas or one by one", () => {
    expect(choiceIn(["lr=0.01, trainRows=fresh"], results, "--at")).toEqual({ lr: 0.01, trainRows: "fresh" });
    expect(choiceIn(["lr=1e-3", "trainRows=500"], results, "--at")).toEqual({ lr: 0.001, trainRows: 500 });
    expect(choiceIn([], results, "--at")).toEqual({});
  });

  test("takes the one value of a setting that is no list", () => {
    expect(choiceIn(["batch=256"], results, "--at")).toEqual({ batch: 256 });
  });

  test("takes no value of a constant that the chosen method does not have", () => {
    const grid = madeResults(lossOf, [...SET, "method=sum,cagrad", "method.c=0.1,0.4"]);
    const choice = { method: "sum", "method.c": "default" };
    expect(choiceIn(["method=sum"], grid, "--at")).toEqual(choice);
    expect(choiceIn(["method=sum,method.c=default"], grid, "--at")).toEqual(choice);
    expect(choiceIn(["method=cagrad,method.c=0.4"], grid, "--at")).toEqual({ method: "cagrad", "method.c": 0.4 });
  });

  test.each([
    ["lr", "--at: expected setting=value, such as lr=0.01, got 'lr'"],
    ["", "--at: expected setting=value, such as lr=0.01, got ''"],
    ["lrr=0.01", "--at: unknown setting 'lrr'; did you mean 'lr'?"],
    ["seed=0", /^--at: unknown setting 'seed'; settings: groupSize, inputs, /],
    ["lr=0.02", "--at: results/made has the lr 0.001, 0.01, not 0.02; give one that it has"],
    ["batch=64", "--at: results/made has the batch 256, not 64; give one that it has"],
    ["lr=0.01,lr=0.001", "--at: lr is given twice; give it once"],
  ])("refuses '%s' in a line", (text, message) => {
    expect(() => choiceIn([text], results, "--at")).toThrow(message);
  });
});

describe("resultsAt(results, choice)", () => {
  test("are those of the sweep with one value, but for the runs' ids", () => {
    const at = resultsAt(results, { lr: 0.01, trainRows: "fresh" });
    const alone = madeResults(lossOf, [...SET, "lr=0.01", "trainRows=fresh"]);
    expect(at.at).toEqual({ lr: 0.01, trainRows: "fresh" });
    expect({ ...at.config, origins: {} }).toEqual({ ...alone.config, origins: {} });
    expect(at.records.map(({ id: _, ...record }) => record)).toEqual(
      alone.records.map(({ id: _, ...record }) => record),
    );
    expect(at.records[0]?.id).toBe("omoe/p=0.50/trainRows=fresh/lr=0.01/000");
  });

  test("keep the other listed settings as lists", () => {
    const at = resultsAt(results, { lr: 0.01 });
    expect(at.config.trainRows).toEqual([500, "fresh"]);
    expect(cellLosses(at, "train").map(({ point }) => point.trainRows)).toEqual([500, "fresh", 500, "fresh"]);
    expect(at.records.every(({ lr, point }) => lr === 0.01 && !("lr" in point))).toBe(true);
    expect(severalPoints(at)).toEqual({
      why: "there are several points (trainRows: 500, fresh)",
      choice: "trainRows=500",
      text: "there are several points (trainRows: 500, fresh); choose one, such as --at trainRows=500",
    });
  });

  test("are all results at a value that every run has, and without a choice", () => {
    expect(resultsAt(results, { batch: 256 }).records).toEqual(results.records);
    expect(resultsAt(results, {})).toBe(results);
    expect(severalPoints(resultsAt(results, { lr: 0.01, trainRows: 500 }))).toBeUndefined();
  });
});

const withGaps: LossOf = ({ model, correlation, index }) => {
  if (model.name === "omoe" && index === 1) return correlation === 1 ? "failed" : "missing";
  return index === 4 ? "missing" : index + correlation / 10;
};
const gappy = madeResults(withGaps, ["runs=5", "models=[omoe, mmoe]", "correlations=[0.5, 1]"]);

test("cellLosses(results, loss) has every cell of the config, its failures and what is missing", () => {
  const cells = cellLosses(gappy, "train");
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
  const [omoe, mmoe] = cellLosses(gappy, "train");
  const cells = [omoe, mmoe].filter((cell) => cell !== undefined);
  const runs = commonRuns(cells);
  expect(runs).toEqual([0, 2, 3]);
  expect(cells.map((cell) => [...lossesOf(cell, runs)])).toEqual(Array(2).fill([0.05, 2.05, 3.05]));
});

test("commonRuns(cells) are in their order, not in that in which they ended", () => {
  const [cell] = cellLosses({ ...gappy, records: gappy.records.toReversed() }, "train");
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
