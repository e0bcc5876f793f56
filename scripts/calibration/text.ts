import { table } from "../../src/cli/text/table.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import type { Ranked } from "./rank.ts";

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** A row of `settings.csv`: the setting, its distance, and of each cell the loss at the end of the axis and the distance. */
export function settingRow({ distance, ...setting }: Ranked): Record<string, string | number> {
  const cells = distance.cells.flatMap(({ cell, rms, end }) => [
    [`${cell} end`, end.toFixed(4)],
    [`${cell} rms`, rms.toFixed(3)],
  ]);
  const { unit, rms, z } = distance;
  return { ...setting, unit: short(unit), rms: rms.toFixed(4), z: z.toFixed(3), ...Object.fromEntries(cells) };
}

const AXES = ["constants", "loss", "initializer", "rows", "batch", "lr", "shown", "tasks"] as const;

export function nearestText(ranked: readonly Ranked[]): string {
  const rows = ranked.map(({ runs, distance: { unit, rms, z }, ...setting }) => [
    ...AXES.map((axis) => String(setting[axis])),
    ...[String(runs), short(unit), rms.toFixed(3), z.toFixed(2)],
  ]);
  return table([[...AXES, "runs", "unit", "rms", "z"], ...rows]);
}

/** The least distance with each value of each axis, all other axes free. */
export function profileText(ranked: readonly Ranked[]): string {
  const rows = AXES.flatMap((axis) =>
    [...groupBy(ranked, (one) => String(one[axis]))].map(([value, all]) => [axis, value, ...leastOf(all)]),
  );
  return table([["axis", "value", "rms", "z", "settings"], ...rows]);
}

function leastOf(ranked: readonly Ranked[]): string[] {
  const rms = Math.min(...ranked.map(({ distance }) => distance.rms));
  const z = Math.min(...ranked.map(({ distance }) => distance.z));
  return [rms.toFixed(3), z.toFixed(2), String(ranked.length)];
}
