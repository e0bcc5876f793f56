// The points of a sweep whose settings have several values.
import type { Settings } from "./schema.ts";
import { GRID_KEYS, type GridKey } from "./settings.ts";

export type GridValue = number | string;

/** One choice of the settings that are lists, by their names: `{ lr: 0.01 }`. Empty for a sweep without a list. */
export type GridPoint = Readonly<Record<string, GridValue>>;

/** The settings that are lists, in the order of a config. */
export function listedKeys(settings: Settings): GridKey[] {
  return GRID_KEYS.filter((key) => Array.isArray(settings[key]));
}

/** Every combination of the listed settings, the last one varying fastest; one empty point if none is a list. */
export function gridPoints(settings: Settings): GridPoint[] {
  return listedKeys(settings).reduce<GridPoint[]>(
    (points, key) => points.flatMap((point) => valuesOf(settings, key).map((value) => ({ ...point, [key]: value }))),
    [{}],
  );
}

/** How many points there are, without making them. */
export function pointCount(settings: Settings): number {
  return listedKeys(settings).reduce((count, key) => count * valuesOf(settings, key).length, 1);
}

/** The values of a setting, listed or not. */
export function valuesOf(settings: Settings, key: GridKey): readonly GridValue[] {
  return [settings[key]].flat() as GridValue[];
}

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
