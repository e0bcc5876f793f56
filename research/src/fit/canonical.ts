import type { GeneratorSettings } from "../../../src/data/settings.ts";

/** Decimals of fitted constants: people paste them. Distances are those of the rounded constants. */
const DECIMALS = 4;

/**
 * One of the many constants that give the same labels, or labels mirrored at 0, and so the same label correlations:
 * sines in order of their frequencies, which are positive (sin(-a + b) = sin(a + pi - b)), phases from 0 to 2 pi, the
 * first of them at most pi (all phases change their sign together, which is y of -x, negated). Rounded.
 */
export function canonical(settings: GeneratorSettings): GeneratorSettings {
  const { scale, alpha, beta } = settings;
  const positive = alpha.map((a, i): [number, number] => {
    const b = beta[i];
    return a < 0 ? [-a, turned(Math.PI - b)] : [a, turned(b)];
  });
  const sines = positive.sort(([a], [b]) => a - b);
  const mirrored = (sines[0]?.[1] ?? 0) > Math.PI;
  return {
    ...settings,
    scale: rounded(scale),
    alpha: sines.map(([a]) => rounded(a)),
    beta: sines.map(([, b]) => rounded(mirrored ? turned(-b) : b)),
  };
}

/** An angle from 0 to 2 pi. */
function turned(angle: number): number {
  const turn = 2 * Math.PI;
  return ((angle % turn) + turn) % turn;
}

function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS));
}
