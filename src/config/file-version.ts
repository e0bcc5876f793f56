import { UsageError } from "../errors.ts";
import { CONFIG_VERSION, FILE_SCHEMA, OPTIONAL_SETTINGS, type Settings } from "./schema.ts";
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
      /** The option that gave a part of the setting. */
      readonly flagOf?: ((key: string) => string) | undefined;
      readonly valuesAfter: (before: Settings) => Partial<Record<keyof Settings, unknown>>;
    });

/**
 * A complete config file with the values, and the marks, of settings that it lacks and may lack. A stored config says its
 * version. Throws UsageError for a file that a newer mmoe stored.
 */
export function withDefaults({ source, values }: GivenValues): GivenValues {
  if (!isTree(values)) return { source, values };
  if (values.version !== undefined) refuseNewer(source, values);
  const lacking = Object.entries(OPTIONAL_SETTINGS).filter(([key]) => !(key in values));
  const defaults = Object.fromEntries(lacking.map(([key, setting]) => [key, setting.default]));
  const marks = Object.fromEntries(lacking.map(([key, setting]) => [key, setting.mark ?? "assumed"]));
  return {
    source,
    values: { ...values, ...defaults, ...(isTree(values.marks) && { marks: { ...marks, ...values.marks } }) },
  };
}

function refuseNewer(source: string, values: Tree): void {
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

/** The values of a file that was written while configs had the setting `cross`. Throws UsageError for a crossed sweep. */
export function withoutCross(values: unknown, source: string): unknown {
  if (!isTree(values) || !("cross" in values)) return values;
  const { cross, marks, ...others } = values;
  if (cross !== null)
    throw new UsageError(
      `${source}: cross: only older versions of mmoe cross seeds; use one of them, or read runs.csv as docs/findings.md does`,
    );
  if (!isTree(marks)) return { ...others, ...(marks !== undefined && { marks }) };
  const { cross: _, ...rest } = marks;
  return { ...others, marks: rest };
}

export type Tree = Readonly<Record<string, unknown>>;

export function isTree(values: unknown): values is Tree {
  return typeof values === "object" && values !== null && !Array.isArray(values);
}
