/**
 * P-values of one family, adjusted so that the chance of any wrong rejection is at most the level (Holm, "A Simple
 * Sequentially Rejective Multiple Test Procedure", Scand. J. Stat. 6, 1979), in the order given. NaN is not a test: it
 * stays and does not count.
 */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = pValues.map(() => Number.NaN);
  const tests = pValues.map((p, i) => ({ p, i })).filter(({ p }) => !Number.isNaN(p));
  tests.sort((a, b) => a.p - b.p);
  let highest = 0;
  for (const [rank, { p, i }] of tests.entries()) {
    highest = Math.max(highest, Math.min(1, (tests.length - rank) * p));
    adjusted[i] = highest;
  }
  return adjusted;
}
