import type { Bound, CellName, Part, Verdict } from "./claim.ts";

const OF_PARTS: Readonly<Record<Verdict, readonly [outcome: string, which: string]>> = {
  holds: ["hold", "the closest"],
  "does not hold": ["do not hold", "the farthest"],
  undecided: ["are undecided", "the farthest"],
};

/** A verdict's reason in a line: the part that it hangs on. */
export function because(verdict: Verdict, parts: readonly Part[], deciding: Part, leastRuns: number): string {
  if (deciding.runs < leastRuns) {
    return `too few runs: ${deciding.runs} in all of its cells, ${leastRuns} are needed`;
  }
  const [outcome, which] = OF_PARTS[verdict];
  const alike = parts.filter((part) => part.verdict === verdict).length;
  return `${alike} of ${parts.length} parts ${outcome}; ${which}: ${partText(deciding)}`;
}

/** A part in words and numbers: what, ours with its interval, and where it should be. */
export function partText(part: Part): string {
  return `${part.about} = ${oursText(part)}, expected ${boundText(part)}`;
}

/** E.g. `0.0479 [0.0390, 0.0571]`. */
export function oursText({ ours: { value, low, high }, unit }: Part): string {
  const [v, l, h] = [value, low, high].map((number) => numberText(number, unit)) as [string, string, string];
  return Number.isNaN(low) ? v : `${v} [${l}, ${h}]`;
}

/** The paper's own figure; a dash where there is none. */
export function paperText({ paper, unit }: Part): string {
  return numberText(paper?.value ?? Number.NaN, unit);
}

/** E.g. `above 0`, `0.75 to 1.33`. */
export function boundText({ bound, unit }: { readonly bound: Bound; readonly unit: Part["unit"] }): string {
  const [low, high] = [bound.low, bound.high].map((end) => (end === 0 ? "0" : numberText(end, unit)));
  if (bound.presumed) return `not below ${low}`;
  if (bound.high === Number.POSITIVE_INFINITY) return `above ${low}`;
  return bound.low === Number.NEGATIVE_INFINITY ? `below ${high}` : `${low} to ${high}`;
}

function numberText(value: number, unit: Part["unit"]): string {
  return Number.isNaN(value) ? "-" : value.toFixed(unit === "loss" ? 4 : 2);
}

export function lackingText(cells: readonly CellName[]): string {
  return `the sweep lacks ${cells.map(({ model, correlation }) => `${model} at ${correlation}`).join(", ")}`;
}
