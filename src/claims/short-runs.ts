import { valuesOf } from "../config/grid.ts";
import type { Settings } from "../config/schema.ts";
import { numberOf, thousands } from "../units.ts";

/** The axis of the paper's Figures 3 and 4 ends there; its unit, which the paper leaves open, is a step or more. */
const LEAST_STEPS = 10_000;

/** A line for a sweep whose runs, or some of them, are too short for any reading of the paper; none for another. */
export function shortRuns(settings: Settings): string[] {
  const least = Math.min(...valuesOf(settings, "steps").map(Number));
  if (least >= LEAST_STEPS) return [];
  return [
    `runs of ${numberOf(least, "step")} are too short to be compared with the paper's, which have ${thousands(LEAST_STEPS)} or more`,
  ];
}
