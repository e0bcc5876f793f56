import type { Cell } from "../identity/cell.ts";
import { listed } from "../listed.ts";
import { countedText } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import type { Bound, ClaimPart, Verdict } from "./claim.ts";

const OF_PARTS: Readonly<Record<Verdict, readonly [one: string, several: string, which: string]>> = {
  holds: ["holds", "hold", "the closest"],
  "does not hold": ["does not hold", "do not hold", "the farthest"],
  undecided: ["is undecided", "are undecided", "the farthest"],
};

const DIGITS: Readonly<Record<ClaimPart["unit"], number>> = { loss: 4, ratio: 2 };

/** A verdict's reason in one line: the part that decides it, one of `parts`. */
export function because(parts: readonly ClaimPart[], deciding: ClaimPart): string {
  const count = countText(parts, deciding);
  const [, , which] = OF_PARTS[deciding.verdict];
  return hasTooFewRuns(deciding) ? count : `${count}; ${which}: ${partText(deciding)}`;
}

/** How many parts have the verdict of the one that decides, or what that one lacks. */
export function countText(parts: readonly ClaimPart[], deciding: ClaimPart): string {
  const { verdict, runs, leastRuns } = deciding;
  if (hasTooFewRuns(deciding)) return `too few runs: ${runs} in all of its cells, ${leastRuns} are needed`;
  const [one, several] = OF_PARTS[verdict];
  const alike = parts.filter((part) => part.verdict === verdict).length;
  const all = parts.length === 1 ? "1 part" : `${parts.length} parts`;
  return `${alike} of ${all} ${alike === 1 ? one : several}`;
}

function hasTooFewRuns({ runs, leastRuns }: ClaimPart): boolean {
  return runs < leastRuns;
}

/** A part in words and numbers: what it is, ours with its interval, and where it should be. */
export function partText(part: ClaimPart): string {
  return `${part.about} = ${oursText(part)}, expected ${boundText(part)}`;
}

/** Ours with its interval. */
export function oursText({ ours, unit, runs }: ClaimPart): string {
  return countedText(ours, DIGITS[unit], runs);
}

/** The paper's own value; a dash if there is none. */
export function paperText({ paper, unit }: ClaimPart): string {
  return paper === null ? "-" : paper.value.toFixed(DIGITS[unit]);
}

/** E.g. `above 0`, `0.75 to 1.33`. */
export function boundText({ bound, unit }: { readonly bound: Bound; readonly unit: ClaimPart["unit"] }): string {
  const [low, high] = [bound.low, bound.high].map((end) => (end === 0 ? "0" : end.toFixed(DIGITS[unit])));
  if (bound.high === Number.POSITIVE_INFINITY) return `above ${low}`;
  return bound.low === Number.NEGATIVE_INFINITY ? `below ${high}` : `${low} to ${high}`;
}

/** Cells by model, models that lack the same correlations together: `the sweep lacks omoe and mmoe at 0.9 and 1`. */
export function lackingText(cells: readonly Cell[]): string {
  const where = [...groupBy(cells, ({ model }) => model)].map(([model, some]) => {
    return { model, at: listed(some.map(({ correlation }) => String(correlation))) };
  });
  const alike = [...groupBy(where, ({ at }) => at)];
  const parts = alike.map(([at, some]) => `${listed(some.map(({ model }) => model))} at ${at}`);
  return `the sweep lacks ${parts.join("; ")}`;
}
