import { groupBy } from "../../src/stats/group-by.ts";
import { type CurvePoint, trainedKey } from "./curves.ts";
import type { RunFinal } from "./finals.ts";

/** Of each cell the longest curve of some sets of curves; of those as long, the one of the last set. */
export function longestCurves(sets: readonly (readonly CurvePoint[])[]): CurvePoint[] {
  const curves = sets.flatMap((points) => [...groupBy(points, trainedKey).values()]);
  const last = (points: readonly CurvePoint[]) => Math.max(...points.map(({ step }) => step));
  return longest(curves, ([first]) => trainedKey(first), last).flat();
}

/** Of each run the end after most steps; of those after as many, the last one. */
export function longestRuns(finals: readonly RunFinal[]): RunFinal[] {
  return longest(
    finals,
    (final) => `${trainedKey(final)}, ${final.run}`,
    ({ steps }) => steps,
  );
}

function longest<T>(all: readonly T[], keyOf: (one: T) => string, stepsOf: (one: T) => number): T[] {
  return [...groupBy(all, keyOf).values()].map((same) => same.reduce((a, b) => (stepsOf(b) >= stepsOf(a) ? b : a)));
}
