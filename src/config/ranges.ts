// Ranges that a search draws numbers from, as texts such as 1e-4..1e-2.
import { UsageError } from "../errors.ts";
import { type GivenValues, isTree } from "./file-version.ts";
import { GRID_KEYS, SETTINGS_SCHEMA } from "./schema.ts";
import type { GridKey } from "./settings.ts";

/** Numbers from one to another, both included. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

export type Ranges = Map<GridKey, Range>;

const NUMBER = "([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?)";
const RANGE = new RegExp(`^\\s*${NUMBER}\\.\\.${NUMBER}\\s*$`, "i");

/**
 * The range in a text such as `1e-4..1e-2`; undefined for any other value. Its numbers are whole if its ends are, and if what it
 * is for `accepts` no half.
 */
export function rangeIn(source: string, value: unknown, accepts: (value: number) => boolean): Range | undefined {
  const ends = typeof value === "string" ? RANGE.exec(value)?.slice(1) : undefined;
  if (ends === undefined) return undefined;
  const [from, to] = ends.map(Number) as [number, number];
  if (from >= to) throw new UsageError(`${source}: expected a range that rises, such as 16..64, got '${value}'`);
  const half = Math.floor((from + to) / 2) + 0.5;
  return { from, to, isWhole: ends.every((end) => /^[-+]?\d+$/.test(end)) && !accepts(half) };
}

/** Values in which each range of a setting is the list of its ends; `ranges` gets it. */
export function withEnds(given: GivenValues, ranges: Ranges): GivenValues {
  if (!isTree(given.values)) return given;
  const values = Object.entries(given.values).map(([name, value]) => {
    const key = GRID_KEYS.find((one) => one === name);
    if (key === undefined) return [name, value];
    const source = given.source.startsWith("--") ? given.source : `${given.source}: ${key}`;
    const accepts = (number: number) => SETTINGS_SCHEMA.shape[key].safeParse(number).success;
    const range = rangeIn(source, value, accepts);
    ranges.delete(key);
    if (range === undefined || !(accepts(range.from) || accepts(range.to))) return [name, value]; // which the schema refuses
    ranges.set(key, range);
    return [name, [range.from, range.to]];
  });
  return { ...given, values: Object.fromEntries(values) };
}
