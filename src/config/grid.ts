// The points of a sweep whose settings have several values.
import type { GridPoint, GridValue } from "../identity/cell.ts";
import { GRID_KEYS, type Settings } from "./schema.ts";
import type { GridKey } from "./settings.ts";

/** The settings that are lists, in the order of a config. */
export function listedKeys(settings: Settings): GridKey[] {
  return GRID_KEYS.filter((key) => Array.isArray(settings[key]));
}

/** Every combination of the listed settings, the last one varying fastest; one empty point if none is a list. */
export function gridPoints(settings: Settings, keys = listedKeys(settings)): GridPoint[] {
  return keys.reduce<GridPoint[]>(
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
  return [settings[key]].flat();
}
