import { table } from "../../src/cli/text/table.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import type { Ranked } from "./rank.ts";

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** A row of `settings.csv`: the setting, its distances, and of each cell the loss at the end of the axis and the distances. */
export function settingRow({ distance, literal, spread, fitted, ...setting }: Ranked): Record<string, string | number> {
  const cells = distance.cells.flatMap(({ cell, rms, end }) => [
    [`${cell} end`, end.toFixed(4)],
    [`${cell} rms`, rms.toFixed(3)],
  ]);
  const { unit, rms, z } = distance;
  return {
    ...setting,
    unit: short(unit),
    rms: rms.toFixed(4),
    z: z.toFixed(3),
    ...Object.fromEntries(cells),
    ...(literal && { "literal rms": literal.rms.toFixed(4), "literal up to": literal.upTo }),
    ...(spread && { emd: spread.emd.toFixed(4), "emd by chance": spread.chance.toFixed(4) }),
    ...(fitted && { "unit emd": fitted.emd.toFixed(4) }),
    ...(spread && Object.fromEntries([...spread.cells].map(([cell, emd]) => [`${cell} emd`, emd.toFixed(4)]))),
  };
}

const AXES = ["constants", "loss", "initializer", "rows", "batch", "lr", "shown", "tasks", "variant"] as const;

export function nearestText(ranked: readonly Ranked[]): string {
  const rows = ranked.map(({ runs, distance: { unit, rms, z }, literal, spread, fitted, ...setting }) => [
    ...AXES.map((axis) => String(setting[axis])),
    String(runs),
    short(unit),
    rms.toFixed(3),
    z.toFixed(2),
    fitted?.emd.toFixed(3) ?? "",
    literal?.rms.toFixed(3) ?? "",
    literal ? String(literal.upTo) : "",
    spread?.emd.toFixed(3) ?? "",
    spread?.chance.toFixed(3) ?? "",
  ]);
  return table([[...AXES, "runs", "unit", "rms", "z", "unit emd", "literal", "up to", "emd", "chance"], ...rows]);
}

/** The least distances with each value of each axis, all other axes free. */
export function profileText(ranked: readonly Ranked[]): string {
  const rows = AXES.flatMap((axis) =>
    [...groupBy(ranked, (one) => String(one[axis]))].map(([value, all]) => [axis, value, ...leastOf(all)]),
  );
  return table([["axis", "value", "rms", "z", "literal", "emd", "settings"], ...rows]);
}

function leastOf(ranked: readonly Ranked[]): string[] {
  const least = (value: (one: Ranked) => number | undefined, digits: number) => {
    const known = ranked.map(value).filter((one) => one !== undefined);
    return known.length === 0 ? "" : Math.min(...known).toFixed(digits);
  };
  return [
    least(({ distance }) => distance.rms, 3),
    least(({ distance }) => distance.z, 2),
    least(({ literal }) => literal?.rms, 3),
    least(({ spread }) => spread?.emd, 3),
    String(ranked.length),
  ];
}
