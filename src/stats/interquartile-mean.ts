/**
 * The mean of the middle half of ascending values: a quarter of them is cut off at each end. If n is not a multiple of
 * four, the two values at the cuts are weighted by the part of them that is left. NaN for no values.
 */
export function interquartileMean(sorted: ArrayLike<number>): number {
  const n = sorted.length;
  const cut = n / 4;
  const first = Math.floor(cut);
  let sum = 0;
  for (let i = first; i < n - first; i++) sum += sorted[i];
  if (n === 0) return Number.NaN;
  const beyond = sorted[first] + sorted[n - 1 - first];
  return (sum - (cut - first) * beyond) / (n / 2);
}
