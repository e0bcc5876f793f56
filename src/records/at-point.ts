import type { Config } from "../config/config.ts";
import { configDifferences, widened } from "../config/same-sweep.ts";
import { GRID_KEYS, gridPoints, lacks, listedKeys, valuesOf } from "../config/schema.ts";
import { valueText } from "../config/setting-rows.ts";
import type { GridKey } from "../config/settings.ts";
import { didYouMean } from "../config/suggest.ts";
import { tunedKeys } from "../config/tuned.ts";
import { UsageError } from "../errors.ts";
import { cellKey, type GridPoint, type GridValue, partOf } from "../identity/cell.ts";
import { groupBy } from "../stats/group-by.ts";
import type { Results } from "./read-results.ts";

/** The part of a sweep's results that `choice` leaves: a setting that it fixes is no longer a list. */
export function resultsAt(results: Results, choice: GridPoint): Results {
  const keys = Object.keys(choice);
  if (keys.length === 0) return results;
  const fixed = keys.filter((key) => Array.isArray(results.config[key as GridKey]));
  const records = results.records.flatMap((record) => {
    if (!fixed.every((key) => record.point[key] === choice[key])) return [];
    return [{ ...record, point: partOf(record.point, (key) => !fixed.includes(key)) }];
  });
  const config = { ...results.config, ...choice, points: pointsAt(results.config.points, choice, fixed) };
  return { ...results, config, records, at: { ...results.at, ...choice } };
}

/** The points of a search that have the values of a choice, without those. */
function pointsAt(points: Config["points"], choice: GridPoint, fixed: readonly string[]): Config["points"] {
  const left = points?.filter(({ values }) => fixed.every((key) => values[key as GridKey] === choice[key]));
  return (
    left?.map((one) => ({ ...one, values: partOf(one.values as GridPoint, (key) => !fixed.includes(key)) })) ?? null
  );
}

/**
 * The choice in texts such as `lr=0.01` or `lr=0.01,batch=16`, of values that the sweep has. Throws UsageError, which
 * calls the texts' source `flag`.
 */
export function choiceIn(
  texts: readonly string[],
  { config, path }: Pick<Results, "config" | "path">,
  flag: string,
): GridPoint {
  const choice: Record<string, GridPoint[string]> = {};
  for (const text of texts.flatMap((each) => each.split(","))) {
    const [, name, value] = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(`${flag}: expected setting=value, such as lr=0.01, got '${text}'`);
    const key = GRID_KEYS.find((known) => known === name);
    if (key === undefined)
      throw new UsageError(
        `${flag}: unknown setting '${name}'${didYouMean(name, GRID_KEYS) || `; settings: ${GRID_KEYS.join(", ")}`}`,
      );
    if (tunedKeys(config).includes(key))
      throw new UsageError(`${flag}: ${path} has a tuned ${key} for each model; omit it`);
    if (key in choice) throw new UsageError(`${flag}: ${key} is given twice; give it once`);
    const values = [...new Set(gridPoints(config).map((point) => point[key] ?? (config[key] as GridValue)))];
    const found = values.find((one) => String(one) === value || (typeof one === "number" && Number(value) === one));
    if (found === undefined)
      throw new UsageError(`${flag}: ${path} has the ${key} ${values.join(", ")}, not ${value}; give one that it has`);
    choice[key] = found;
  }
  const unused = listedKeys(config).filter((key) => choice.method !== undefined && lacks(choice.method, key));
  return { ...choice, ...Object.fromEntries(unused.map((key) => [key, "default"])) };
}

/** Results that can't be taken together. */
export interface SeveralPoints {
  /** E.g. `there are several points (lr: 0.001, 0.01)`. */
  readonly why: string;
  /** A choice that leaves one point: `lr=0.001`. */
  readonly choice: string;
  /** Both, as the end of an error. */
  readonly text: string;
}

/** What is to be chosen in results of several grid points; undefined for those of one. */
export function severalPoints({ config }: Results): SeveralPoints | undefined {
  const listed = listedKeys(config);
  if (listed.length === 0) return undefined;
  const lists = listed.map((key) => `${key}: ${valueText(config[key])}`).join("; ");
  const first = gridPoints(config)[0];
  const choice = listed.map((key) => `${key}=${first[key]}`).join(",");
  const why = `there are several points (${lists})`;
  return { why, choice, text: `${why}; choose one, such as --at ${choice}` };
}

/**
 * Joins sweeps into one that lists the settings `keys`, in which they may differ; what was tuned may differ too. Where several
 * sweeps have the same run, the first one's is kept. Throws UsageError if other settings differ.
 */
export function joinedResults([first, ...others]: readonly Results[], keys: readonly GridKey[]): Results {
  if (others.length === 0) return first;
  for (const { path, config } of others) {
    const chosen = [first.config, config].flatMap(tunedKeys) as GridKey[];
    const alike = Object.fromEntries([...keys, ...chosen, "tuned" as const].map((key) => [key, first.config[key]]));
    const apart = configDifferences(first.config, { ...config, ...alike });
    if (apart.length > 0)
      throw new UsageError(
        `${path} differs from ${first.path} in more than ${keys.join(" and ")}: ${apart.join("; ")}`,
      );
  }
  const listing = ({ config }: Results): Config => ({
    ...config,
    ...Object.fromEntries(keys.map((key) => [key, valuesOf(config, key)])),
  });
  const config = others.reduce((wide, other) => widened(wide, listing(other)), listing(first));
  const records = [first, ...others].flatMap((results) =>
    results.records.map((record) => {
      const values = listedKeys(config).map((key) => [key, record.point[key] ?? results.config[key]]);
      return { ...record, point: Object.fromEntries(values) as GridPoint };
    }),
  );
  const known = groupBy(records, (record) => `${cellKey(record)} ${record.run}`);
  return { ...first, config, records: [...known.values()].map(([record]) => record) };
}
