import { UsageError } from "../errors.ts";
import { CONFIG_VERSION, FILE_SCHEMA, LATER_SETTINGS, type Settings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

/** Values of one source: a file, or a flag such as `--corr`. */
export interface GivenValues {
  /** Its name in errors. */
  readonly source: string;
  readonly values: unknown;
  /** The folder that paths in it start from; by default the working folder. */
  readonly folder?: string;
}

/** Values that replace those of a file, or are made from what they replace. */
export type Override =
  | GivenValues
  | (Pick<GivenValues, "source" | "folder"> & {
      /** Whether it replaces the rows. */
      readonly isOfRows?: boolean;
      readonly valuesAfter: (before: Settings) => Partial<Record<keyof Settings, unknown>>;
    });

/**
 * Turns a config file of any version into one of this version: settings that came later get the value, and the mark,
 * that they had before they existed. A stored config says its version. A file without one is of the first version, or
 * of the newest whose settings it names; it must be complete for that version, apart from optional settings. Throws
 * UsageError for a file that a newer mmoe stored.
 */
export function upToDate({ source, values }: GivenValues): GivenValues {
  if (!isObject(values)) return { source, values };
  if (values.version !== undefined) refuseNewer(source, values);
  const version = values.version ?? namedVersion(values);
  const later = Object.entries(LATER_SETTINGS).filter(
    ([key, { since, optional }]) => !(key in values) && (since > Number(version) || optional),
  );
  const before = Object.fromEntries(later.map(([key, setting]) => [key, setting.before]));
  const marks = Object.fromEntries(later.map(([key, setting]) => [key, setting.mark]));
  return {
    source,
    values: { ...values, ...before, ...(isObject(values.marks) && { marks: { ...marks, ...values.marks } }) },
  };
}

/** The version of a file that does not say it: that of the newest setting in it. */
function namedVersion(values: object): number {
  const named = Object.entries(LATER_SETTINGS).filter(([key, { optional }]) => key in values && !optional);
  return Math.max(1, ...named.map(([, { since }]) => since));
}

function refuseNewer(source: string, values: Record<string, unknown>): void {
  const { version } = values;
  if (typeof version === "number" && version > CONFIG_VERSION) {
    const versions = `version ${version}, this one reads up to ${CONFIG_VERSION}`;
    throw new UsageError(`${source}: stored by a newer mmoe (${versions}); use that one`);
  }
  const known = Object.keys(FILE_SCHEMA.shape);
  const unknown = Object.keys(values).find((key) => !known.includes(key));
  if (unknown === undefined || didYouMean(unknown, known)) return; // the schema reports a typing mistake
  throw new UsageError(`${source}: unknown setting '${unknown}': a newer mmoe stored it; use that one`);
}

function isObject(values: unknown): values is Record<string, unknown> {
  return typeof values === "object" && values !== null && !Array.isArray(values);
}
