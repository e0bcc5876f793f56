// Points of several losses, of which lower is better: which of them none beats, and how far those reach.

/** The losses of K tasks. */
export type Losses = readonly number[];

/** For each point whether no other one is at least as low everywhere and lower somewhere. */
export function areUndominated(points: readonly Losses[]): boolean[] {
  return points.map((point) => !points.some((other) => dominates(other, point)));
}

/** Whether `a` is nowhere higher than `b`, and lower somewhere. */
export function dominates(a: Losses, b: Losses): boolean {
  let isLower = false;
  for (let k = 0; k < a.length; k++) {
    if (!(a[k] <= b[k])) return false;
    if (a[k] < b[k]) isLower = true;
  }
  return isLower;
}

/** The volume below `reference` that points dominate (Zitzler and Thiele 1998): exact, by slices of the last loss. */
export function hypervolume(points: readonly Losses[], reference: Losses): number {
  const inside = points.filter((point) => point.every((value, k) => value < reference[k]));
  const last = reference.length - 1;
  const ordered = inside.sort((a, b) => a[last] - b[last]);
  if (last === 1) return area(ordered, reference);
  return ordered.reduce((sum, point, i) => {
    const height = (ordered[i + 1]?.[last] ?? reference[last]) - point[last];
    const below = ordered.slice(0, i + 1).map((one) => one.slice(0, last));
    return height === 0 ? sum : sum + height * hypervolume(below, reference.slice(0, last));
  }, 0);
}

/** Of points of two losses that are below the reference, by rising second loss. */
function area(ordered: readonly Losses[], [right, top]: Losses): number {
  let [sum, left] = [0, right];
  for (const [x, y] of ordered) {
    if (x >= left) continue;
    sum += (left - x) * (top - y);
    left = x;
  }
  return sum;
}

/**
 * By which factor all losses of `point` together would change until the front reaches them, on the ray from the origin: above 1 the
 * point is beyond the front. No point of the front dominates another; that of two losses is the line through them, by rising first loss,
 * that of more the points alone.
 */
export function reachOf(front: readonly Losses[], point: Losses): number {
  const ratios = front.map((one) => one.map((value, k) => value / point[k]));
  const atPoints = Math.min(...ratios.map((one) => Math.max(...one)));
  if (point.length > 2) return atPoints;
  const ordered = ratios.sort((a, b) => a[0] - b[0]);
  return Math.min(atPoints, ...ordered.slice(1).map((next, i) => diagonal(ordered[i], next)));
}

/** Where the line from `a` to `b` has two equal losses; infinite if that is beyond its ends. */
function diagonal(a: Losses, b: Losses): number {
  const [before, after] = [a[0] - a[1], b[0] - b[1]];
  if (before * after >= 0) return Number.POSITIVE_INFINITY; // at an end, which is a point itself
  const share = before / (before - after);
  return a[0] + share * (b[0] - a[0]);
}
