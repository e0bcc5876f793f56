export type GridValue = number | string;

/** One choice of the settings that are lists, by their names: `{ lr: 0.01 }`. Empty for a sweep without a list. */
export type GridPoint = Readonly<Record<string, GridValue>>;

/** E.g. `lr=0.01, batch=16`; empty for a sweep without a list. */
export function pointText(point: GridPoint, between = ", "): string {
  return Object.entries(point)
    .map(([key, value]) => `${key}=${value}`)
    .join(between);
}

/** An order of points that depends only on their values: numbers rise, and come before words. */
export function comparePoints(a: GridPoint, b: GridPoint): number {
  for (const key of Object.keys(a)) {
    const order = compareValues(a[key] ?? "", b[key] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

export function compareValues(a: GridValue, b: GridValue): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === "number" ? -1 : 1;
}
