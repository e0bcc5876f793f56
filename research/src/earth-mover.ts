/** A bar of a histogram: `count` values anywhere from `low` to `high`. */
export interface Bin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * The earth mover's distance from a sample [N] to a histogram whose bars are spread evenly over their bins: the area
 * between both distribution functions, in the sample's unit. Bins rise and do not overlap. Throws RangeError if either is
 * empty.
 */
export function earthMover(sample: readonly number[], bins: readonly Bin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  if (sample.length === 0 || total === 0) throw new RangeError("earthMover: expected values, got none");
  const edges = [...new Set([...sample, ...bins.flatMap(({ low, high }) => [low, high])])].sort((a, b) => a - b);
  let area = 0;
  for (const [i, to] of edges.entries()) {
    const from = edges[i - 1];
    if (from === undefined) continue;
    const below = sample.filter((value) => value <= from).length / sample.length; // steps up at values alone
    area += (to - from) * meanSize(below - shareBelow(bins, total, from), below - shareBelow(bins, total, to));
  }
  return area;
}

/**
 * The distance to expect of `runs` values of the histogram's own distribution, if the histogram too is a sample: each
 * distribution function is off by a normal error of variance F (1 - F) / N.
 */
export function chanceDistance(bins: readonly Bin[], runs: number): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const area = bins.reduce((sum, { low, high }) => {
    const share = shareBelow(bins, total, (low + high) / 2);
    return sum + (high - low) * Math.sqrt(share * (1 - share));
  }, 0);
  return area * Math.sqrt((2 / Math.PI) * (1 / runs + 1 / total));
}

/** The histogram's distribution function. */
function shareBelow(bins: readonly Bin[], total: number, x: number): number {
  const below = bins.reduce(
    (sum, { low, high, count }) => sum + count * Math.min(Math.max((x - low) / (high - low), 0), 1),
    0,
  );
  return below / total;
}

/** The mean of |d| where d goes from `a` to `b` along a line. */
function meanSize(a: number, b: number): number {
  if (a * b >= 0) return Math.abs(a + b) / 2;
  return (a * a + b * b) / (2 * Math.abs(a - b));
}
