import { expect, test } from "vitest";
import type { ClaimRule, PartRule } from "../../src/claims/claim.ts";
import { judge } from "../../src/claims/judge.ts";
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
    return { model, correlation, point: {}, byRun: new Map(losses), failed: [], missing: 0 };
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
