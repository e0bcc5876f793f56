import { describe, expect, test } from "vitest";
import { changeBetween, changeCsv } from "../../src/summary/folder-change.ts";
import { csvRows } from "../support/csv.ts";
import { chance, type LossOf, madeResults } from "../support/made-results.ts";

const one = ["models=[mmoe]", "correlations=[1]"];
const earlier: LossOf = (run) => 0.2 + 0.01 * (run.index % 5);
const change = (after: LossOf, { set = [...one, "runs=30"], tolerance = 0 } = {}) =>
  changeBetween(madeResults(earlier, set), madeResults(after, set), { loss: "train", tolerance });

/** Higher by about `by`, which differs from run to run. */
const shifted =
  (by: number): LossOf =>
  (run) =>
    (earlier(run) as number) + by * (1 + 0.2 * chance(run));

describe("changeBetween(a, b, { tolerance })", () => {
  test("is B minus A, and undecided over fewer than 20 pairs, equal or not", () => {
    const zero = { value: 0, low: 0, high: 0 };
    expect(change(earlier).cells).toMatchObject([{ pairs: 30, equal: 30, verdict: "same", change: zero }]);
    const [higher] = change((run) => (earlier(run) as number) + 0.05).cells;
    expect(higher?.change.value).toBeCloseTo(0.05, 12);
    expect(higher?.mean).toBeCloseTo(0.22, 12);
    const of = (after: LossOf, runs: number) => change(after, { set: [...one, `runs=${runs}`] }).cells[0];
    expect([of(earlier, 19), of(earlier, 20)]).toMatchObject([
      { equal: 19, verdict: "undecided" },
      { verdict: "same" },
    ]);
    expect(of(shifted(0.1), 19)).toMatchObject({ pairs: 19, verdict: "undecided" });
    expect(of(shifted(0.1), 1)?.change.low).toBeNaN();
  });

  test("finds B worse only where its interval lies above the tolerance", () => {
    expect(change(shifted(0.01))).toMatchObject({ worse: true, cells: [{ verdict: "worse", equal: 0 }] });
    expect(change(shifted(0.01), { tolerance: 0.01 })).toMatchObject({
      worse: false,
      cells: [{ verdict: "undecided" }],
    });
    expect(change(shifted(0.01), { tolerance: 0.02 })).toMatchObject({ worse: false, cells: [{ verdict: "same" }] });
    expect(change(shifted(-0.01))).toMatchObject({ worse: false, cells: [{ verdict: "better" }] });
    const first: LossOf = (run) => (run.correlation === 0.5 ? shifted(0.01) : earlier)(run);
    expect(change(first, { set: ["models=[mmoe]", "correlations=[0.5, 1]", "runs=30"] })).toMatchObject({
      worse: true,
      cells: [{ verdict: "worse" }, { verdict: "same" }],
    });
  });

  test("counts the pairs that decide an undecided cell, at least 20", () => {
    const scattered: LossOf = (run) => (earlier(run) as number) + (run.index % 2 === 0 ? 0.025 : -0.015);
    const needed = (runs: number, tolerance = 0) =>
      change(scattered, { set: [...one, `runs=${runs}`], tolerance }).cells.map((cell) => [cell.verdict, cell.needed]);
    // statsmodels' TTestPower().solve_power(0.005 / sd, alpha=0.05, power=0.8), and of the other bound power=0.9
    expect(needed(24)).toEqual([["undecided", 133]]);
    expect(needed(24, 0.01)).toEqual([["undecided", 178]]);
    expect(needed(24, 0.1)).toEqual([["same", Number.NaN]]);
    expect(needed(4)).toEqual([["undecided", Number.NaN]]);
    expect(change(shifted(0.1), { set: [...one, "runs=19"] }).cells).toMatchObject([{ needed: 20 }]);
  });

  test("raises the level with the number of cells", () => {
    // 1.9 standard errors above the tolerance: beyond 95 %, not beyond the level for nine cells
    const barely: LossOf = (run) => (earlier(run) as number) + 0.01 * Math.sin(run.index * 2.4) + 0.0029;
    expect(change(barely).worse).toBe(true);
    expect(change(barely, { set: ["runs=30"] }).worse).toBe(false);
  });

  test("lists what only one has, and counts a failure in B as worse", () => {
    const set = [...one, "runs=4"];
    const gaps =
      (missing: number, failed: number): LossOf =>
      (run) =>
        run.index === missing ? "missing" : run.index === failed ? "failed" : earlier(run);
    const [a, b] = [madeResults(gaps(0, 1), set), madeResults(gaps(2, 3), set)];
    expect(changeBetween(a, b, { loss: "train", tolerance: 0 })).toMatchObject({
      worse: true,
      cells: [{ pairs: 0, verdict: "undecided" }],
      onlyInA: ["mmoe/p=1.00/002"],
      onlyInB: ["mmoe/p=1.00/000"],
      failedInA: ["mmoe/p=1.00/001"],
      failedInB: ["mmoe/p=1.00/003"],
    });
  });

  test("compares the cells that both have", () => {
    const [a, b] = [
      madeResults(earlier, ["runs=2", "correlations=[0.5, 1]"]),
      madeResults(earlier, ["runs=3", "correlations=[1]"]),
    ];
    const { cells, onlyInA, onlyInB } = changeBetween(a, b, { loss: "heldout", tolerance: 0 });
    expect(cells.map(({ model, correlation, pairs }) => `${model} ${correlation} ${pairs}`)).toEqual([
      "shared-bottom 1 2",
      "omoe 1 2",
      "mmoe 1 2",
    ]);
    expect([onlyInA.length, onlyInB.length]).toEqual([6, 3]);
  });
});

test("changeCsv(change) has a row for each cell", () => {
  const set = ["models=[mmoe]", "correlations=[0.5, 1]", "lr=[0.1, 0.01]", "runs=30"];
  const told = change((run) => (run.correlation === 1 ? earlier : shifted(0.01))(run), { set, tolerance: 0.005 });
  const rows = csvRows(changeCsv(told));
  const same = {
    pairs: "30",
    equal: "30",
    meanInA: expect.stringMatching(/^0\.22/),
    change: "0",
    low: "0",
    high: "0",
    verdict: "same",
  };
  expect(rows.map(({ correlation, lr, verdict }) => [correlation, lr, verdict])).toEqual([
    ["0.5", "0.1", "worse"],
    ["0.5", "0.01", "worse"],
    ["1", "0.1", "same"],
    ["1", "0.01", "same"],
  ]);
  expect(rows[3]).toEqual({
    loss: "train",
    model: "mmoe",
    correlation: "1",
    lr: "0.01",
    ...same,
    tolerance: "0.005",
    needed: "",
  });
  const { low, value, high } = told.cells[0]?.change ?? {};
  expect([rows[0]?.low, rows[0]?.change, rows[0]?.high].map(Number)).toEqual([low, value, high]);
});
