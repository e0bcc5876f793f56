import { describe, expect, test } from "vitest";
import type { Bound, ClaimPart, PartRule } from "../../src/claims/claim.ts";
import { because, countText, judge } from "../../src/claims/judge.ts";
import type { CellLosses } from "../../src/records/cell-losses.ts";
import { range } from "../support/reference.ts";

const RUNS = 30;
const ZERO_UP = { low: 0, high: Number.POSITIVE_INFINITY };

/** A cell whose mean loss is `errors` standard errors above zero. */
function cellAt(errors: number): CellLosses {
  const noise = Array.from({ length: RUNS }, (_, run) => Math.sin(2.4 * run));
  const centre = noise.reduce((sum, one) => sum + one, 0) / RUNS;
  const error = Math.sqrt(noise.reduce((sum, one) => sum + (one - centre) ** 2, 0) / RUNS / (RUNS - 1));
  const byRun = new Map(noise.map((one, run) => [run, one - centre + errors * error]));
  return { model: "mmoe", correlation: 1, point: {}, byRun, failed: [], missing: 0 };
}

const RULE: PartRule = {
  about: "mean",
  unit: "loss",
  cells: [{ model: "mmoe", correlation: 1, point: {} }],
  statistic: ([cell]) => cell?.mean,
  bound: ZERO_UP,
  ofMeans: true,
  leastRuns: 20,
};

/** The verdict on "the mean is within the bound", one of `parts` of its claim. */
function verdictAt(errors: number, bound: Bound, { parts = 1, leastRuns = 20 } = {}): ClaimPart["verdict"] | undefined {
  const rule = { ...RULE, bound, leastRuns };
  return judge([{ rule, cells: [cellAt(errors)], parts }]).get(rule)?.verdict;
}

describe("judge(parts)", () => {
  test("holds where the whole 95 % interval is within the bound, and refutes at a level that the number of parts raises", () => {
    expect([2.3, 1.6, -1.6].map((errors) => verdictAt(errors, ZERO_UP, { parts: 9 }))).toEqual([
      "holds",
      "undecided",
      "undecided",
    ]);
    expect(verdictAt(-2.3, ZERO_UP)).toBe("does not hold");
    expect(verdictAt(-2.3, ZERO_UP, { parts: 9 })).toBe("undecided");
    expect(verdictAt(-3.5, ZERO_UP, { parts: 9 })).toBe("does not hold");
    const [narrow, wide] = [0.1, 1].map((end) => ({ low: -end, high: end }));
    expect(verdictAt(0, wide as Bound)).toBe("holds");
    expect(verdictAt(0, narrow as Bound)).toBe("undecided");
  });

  test("refutes nothing that an interval only touches", () => {
    const same = { ...cellAt(0), byRun: new Map(range(RUNS).map((run) => [run, 0.25])) };
    const at = (bound: Bound) => {
      const rule = { ...RULE, bound };
      return judge([{ rule, cells: [same], parts: 1 }]).get(rule)?.verdict;
    };
    const ends = [0.25, 0.2500001].map((low) => at({ low, high: 1 }));
    expect([...ends, at({ low: 0, high: 0.25 })]).toEqual(["undecided", "does not hold", "undecided"]);
  });

  test("decides nothing by too few runs", () => {
    expect(verdictAt(9, ZERO_UP, { leastRuns: RUNS })).toBe("holds");
    expect(verdictAt(9, ZERO_UP, { leastRuns: RUNS + 1 })).toBe("undecided");
  });
});

const part: ClaimPart = {
  about: "a mean",
  unit: "loss",
  bound: { low: 0, high: 1 },
  paper: null,
  ours: { value: 0.5, low: 0.4, high: 0.6 },
  runs: 20,
  leastRuns: 20,
  verdict: "holds",
};

const few: ClaimPart = { ...part, runs: 19, verdict: "undecided" };

test("because(parts, deciding) asks for more runs only below as many as the part needs", () => {
  expect(because([few], few)).toBe("too few runs: 19 in all of its cells, 20 are needed");
  expect(because([part], part)).toBe(
    "1 of 1 part holds; the closest: a mean = 0.5000 [0.4000, 0.6000], expected 0 to 1.0000",
  );
});

test("countText(parts, deciding) counts parts in the singular and the plural", () => {
  const of = (verdict: ClaimPart["verdict"], ...others: ClaimPart["verdict"][]) => {
    const parts = [verdict, ...others].map((each) => ({ ...part, verdict: each }));
    return countText(parts, parts[0]);
  };
  expect(of("undecided", "holds", "holds")).toBe("1 of 3 parts is undecided");
  expect(of("undecided", "undecided")).toBe("2 of 2 parts are undecided");
  expect(of("does not hold", "holds")).toBe("1 of 2 parts does not hold");
  expect(of("holds", "holds")).toBe("2 of 2 parts hold");
});
