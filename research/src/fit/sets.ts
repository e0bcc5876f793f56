// What many fits have in common, and what not.
import type { Fit } from "./fit.ts";

/** A fit that stands for all that have nearly its ladder. */
export interface FitSet extends Fit {
  /** The fits that it stands for, itself included. */
  readonly fits: number;
}

/**
 * Of fits, best first, those whose ladders differ by more than `apart` at some rung from every better one's. Sets with
 * the same ladder may still differ in their phases, and so in how hard they are to learn.
 */
export function distinctSets(fits: readonly Fit[], apart: number): FitSet[] {
  const sets: { fit: Fit; fits: number }[] = [];
  for (const fit of fits) {
    const known = sets.find((set) => isNear(set.fit.ladder, fit.ladder, apart));
    if (known === undefined) sets.push({ fit, fits: 1 });
    else known.fits++;
  }
  return sets.map(({ fit, fits: count }) => ({ ...fit, fits: count }));
}

function isNear(a: readonly number[], b: readonly number[], apart: number): boolean {
  return a.every((value, j) => Math.abs(value - b[j]) <= apart);
}

/** Where a constant lies among fits: from `low` to `high`; a phase may pass 2 pi on that way. */
export interface Spread {
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

/** Spreads of the scale, of each sine's alpha c, alpha and beta, and of each rung, among fits of one number of sines. */
export function spreadsOf(fits: readonly Fit[]): Spread[] {
  const [first] = fits;
  if (first === undefined) return [];
  const sines = first.settings.alpha.map((_, i) => i);
  const of = (name: string, value: (fit: Fit) => number): Spread => {
    const values = fits.map(value);
    return { name, low: Math.min(...values), high: Math.max(...values) };
  };
  const alpha = (i: number) => (fit: Fit) => fit.settings.alpha[i];
  return [
    of("scale", ({ settings }) => settings.scale),
    ...sines.map((i) => of(`alpha${i + 1} x scale`, (fit) => alpha(i)(fit) * fit.settings.scale)),
    ...sines.map((i) => of(`alpha${i + 1}`, alpha(i))),
    ...sines.map((i) => ({ name: `beta${i + 1}`, ...arcOf(fits.map(({ settings }) => settings.beta[i])) })),
    ...first.ladder.map((_, j) => of(`rung ${j}`, (fit) => fit.ladder[j])),
  ];
}

/** The shortest arc that has all angles (0 to 2 pi): the circle without the largest gap between two neighbours. */
function arcOf(angles: readonly number[]): { low: number; high: number } {
  const sorted = [...angles].sort((a, b) => a - b);
  const turn = 2 * Math.PI;
  const gaps = sorted.map((angle, i) => (sorted[i + 1] ?? sorted[0] + turn) - angle);
  const last = gaps.indexOf(Math.max(...gaps));
  const low = sorted[(last + 1) % sorted.length];
  const high = sorted[last];
  return { low, high: high < low ? high + turn : high };
}
