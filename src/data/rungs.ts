/** The rungs of a sweep's ladder, in the unit of its losses. */
export interface Ladder {
  /** [m + 1]: the loss of the best predictor that knows all but the j fastest sines; the first is that of the noise. */
  readonly rungs: readonly number[];
  /** The loss of predicting the labels' mean: above the last rung. */
  readonly ofMean: number;
}

/**
 * The rung that a task's loss rests on: the nearest, the lower one halfway; m + 1 if it is nearest to the loss of
 * predicting the mean. So on the lower side of the middle between two rungs a task has learned at least half of what the lower
 * one knows more. Sines that nearly cancel make a rung lower than the one before.
 */
export function rungOf(loss: number, { rungs, ofMean }: Ladder): number {
  const levels = [...rungs, ofMean].map((level, rung) => ({ level, rung })).sort((a, b) => a.level - b.level);
  const nearest = levels.find(({ level }, i) => {
    const next = levels[i + 1]?.level ?? Number.POSITIVE_INFINITY;
    return loss <= (level + next) / 2;
  });
  return (nearest ?? { rung: rungs.length }).rung;
}

/** `rung 2`; `above` for a loss near that of the mean. */
export function rungName(rung: number, { rungs }: Ladder): string {
  return rung < rungs.length ? `rung ${rung}` : "above";
}

/** What a task on a rung has not learned: `lacks the 2 fastest sines`. */
export function lackText(rung: number, { rungs }: Ladder): string {
  const sines = rungs.length - 1;
  if (rung > sines) return "no better than the mean";
  if (rung === 0) return "lacks no sine";
  if (rung === sines) return `lacks all ${sines} sines`;
  return rung === 1 ? "lacks the fastest sine" : `lacks the ${rung} fastest sines`;
}
