import { describe, expect, test } from "vitest";
import type { Bound, ClaimPart, ClaimRule, PartRule } from "../../src/claims/claim.ts";
import { because, countText, judge } from "../../src/claims/judge.ts";
import {
  HIGHER_CORRELATION,
  LOWEST_ALIKE,
  lossRises,
  MIXTURES_WIN,
  ROBUST_AT_ONE,
  SHARED_BOTTOM_VARIES,
  SMALLER_GAP,
} from "../../src/claims/rules.ts";
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
  return { model: "mmoe", correlation: 1, point: {}, byRun, failed: [], missing: 0, overlap: 0 };
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

type Change = (loss: number) => number;
/** What a margin is compared with: changes of the cells' losses that make the statistic `size`. */
type Changes = (size: number) => Readonly<Record<string, Change>>;

function shifted(by: number): Change {
  return (loss) => loss + by;
}
function scaled(factor: number): Change {
  return (loss) => loss * factor;
}

/** All cells have the same skewed losses, run by run, but for the changes: no resample of as many runs as it takes moves the statistic. */
function verdictOf(rule: PartRule, changes: Readonly<Record<string, Change>>) {
  const cells = rule.cells.map(({ model, correlation }): CellLosses => {
    const change = changes[`${model} ${correlation}`] ?? ((loss) => loss);
    const losses = Array.from(
      { length: rule.leastRuns },
      (_, run) => [run, change(0.2 * Math.exp(Math.sin(2.4 * run)))] as const,
    );
    return { model, correlation, point: {}, byRun: new Map(losses), failed: [], missing: 0, overlap: 0 };
  });
  return judge([{ rule, cells, parts: 1 }]).get(rule)?.verdict;
}

const FIGURE3 = lossRises([0.5, 0.7, 1]);
const SMALL = "shared-bottom-16";

const MARGINS: readonly [claim: ClaimRule, about: string, side: "above" | "below", margin: number, changes: Changes][] =
  [
    [HIGHER_CORRELATION, "mmoe: loss at 0.5 minus loss at 1", "above", 0, (s) => ({ "mmoe 0.5": shifted(s) })],
    [HIGHER_CORRELATION, "mmoe: loss at 0.5 minus loss at 0.9", "above", -1 / 60, (s) => ({ "mmoe 0.5": shifted(s) })],
    [HIGHER_CORRELATION, "omoe: loss at 0.9 minus loss at 1", "above", -1 / 60, (s) => ({ "omoe 0.9": shifted(s) })],
    [FIGURE3, `${SMALL}: loss at 0.5 minus loss at 1`, "above", 0, (s) => ({ [`${SMALL} 1`]: shifted(-s) })],
    [FIGURE3, `${SMALL}: loss at 0.7 minus loss at 1`, "above", -1 / 60, (s) => ({ [`${SMALL} 0.7`]: shifted(s) })],
    ...["shared-bottom", "omoe"].flatMap((model): [ClaimRule, string, "below", number, Changes][] => {
      const about = `half of ${model}'s gap between 0.5 and 1,`;
      const gap = { [`${model} 0.5`]: shifted(0.02) };
      return [
        [SMALLER_GAP, `${about} minus mmoe's`, "below", 0.01, (s) => ({ ...gap, "mmoe 0.5": shifted(s) })],
        [SMALLER_GAP, `${about} plus mmoe's`, "below", 0.01, (s) => ({ ...gap, "mmoe 1": shifted(s) })],
      ];
    }),
    [SMALLER_GAP, "omoe's loss to mmoe's at 1", "below", 4 / 3, (s) => ({ "omoe 1": scaled(s) })],
    [SMALLER_GAP, "omoe's loss to mmoe's at 1", "above", 3 / 4, (s) => ({ "omoe 1": scaled(s) })],
    [SMALLER_GAP, "omoe's loss at 0.5 to that at 1", "above", 4 / 3, (s) => ({ "omoe 0.5": scaled(s) })],
    [SMALLER_GAP, "mmoe's loss at 0.5 to that at 1", "below", 3 / 2, (s) => ({ "mmoe 0.5": scaled(s) })],
    [SMALLER_GAP, "mmoe's loss at 0.5 to that at 1", "above", 2 / 3, (s) => ({ "mmoe 0.5": scaled(s) })],
    [MIXTURES_WIN, "shared-bottom's loss minus omoe's at 0.9", "above", 0, (s) => ({ "omoe 0.9": shifted(-s) })],
    [
      SHARED_BOTTOM_VARIES,
      "shared-bottom's variance to mmoe's at 0.5",
      "above",
      2,
      (s) => ({ "shared-bottom 0.5": scaled(Math.sqrt(s)) }),
    ],
    [ROBUST_AT_ONE, "omoe's median to mmoe's at 1", "below", 4 / 3, (s) => ({ "omoe 1": scaled(s) })],
    [ROBUST_AT_ONE, "omoe's median to mmoe's at 1", "above", 3 / 4, (s) => ({ "omoe 1": scaled(s) })],
    [ROBUST_AT_ONE, "omoe's median to mmoe's at 0.5", "above", 4 / 3, (s) => ({ "omoe 0.5": scaled(s) })],
    [ROBUST_AT_ONE, "omoe's interquartile range to mmoe's at 1", "below", 2, (s) => ({ "omoe 1": scaled(s) })],
    [ROBUST_AT_ONE, "omoe's interquartile range to mmoe's at 1", "above", 1 / 2, (s) => ({ "omoe 1": scaled(s) })],
    [
      ROBUST_AT_ONE,
      "omoe's interquartile range to mmoe's at 0.5, divided by that at 1",
      "above",
      1,
      (s) => ({ "omoe 0.5": scaled(3 * s), "omoe 1": scaled(3) }),
    ],
    [
      LOWEST_ALIKE,
      "distance between the three models' 5 % quantiles at 0.9",
      "below",
      1 / 15,
      (s) => ({ "omoe 0.9": shifted(s), "mmoe 0.9": shifted(s / 2) }),
    ],
  ];

test.each(MARGINS.map(([claim, about, side, margin, changes]) => ({ ...claim, about, side, margin, changes })))(
  "$id, $about: holds just $side $margin, and does not hold just beyond",
  ({ parts, about, side, margin, changes }) => {
    const part = parts.find((one) => one.about === about) as PartRule;
    const inward = side === "above" ? 1e-4 : -1e-4;
    expect(verdictOf(part, changes(margin + inward))).toBe("holds");
    expect(verdictOf(part, changes(margin - inward))).toBe("does not hold");
  },
);

test("5.1-2 compares MMoE's gap with half of each other model's by its size, whatever its sign", () => {
  for (const model of ["shared-bottom", "omoe"]) {
    const parts = SMALLER_GAP.parts.filter(({ about }) => about.startsWith(`half of ${model}'s gap`));
    const smallest = (mmoeGap: number) => {
      const samples = [0.1, 0.08, 0.07 + mmoeGap, 0.07].map((mean) => ({ mean, ascending: new Float64Array() }));
      return Math.min(...parts.map(({ statistic }) => statistic(samples)));
    };
    expect(smallest(0.004)).toBeCloseTo(0.01 - 0.004, 12);
    expect(smallest(-0.015)).toBeCloseTo(0.01 - 0.015, 12);
  }
});
