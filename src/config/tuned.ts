// Values that mmoe tune chose for each model, or each cell.
import { UsageError } from "../errors.ts";
import { type GridPoint, type GridValue, pointText } from "../identity/cell.ts";
import {
  gridPoints,
  listedKeys,
  type Place,
  type PointSettings,
  type SettingKey,
  type Settings,
  valuesOf,
} from "./schema.ts";
import type { GridKey } from "./settings.ts";

type Tuned = NonNullable<Settings["tuned"]>;
type Choice = Tuned["choices"][number];

/** The settings of a model at a correlation: its choice in place of those of all. */
export function tunedFor<T extends PointSettings>(settings: T, model: string, correlation: number | null): T {
  const choice = settings.tuned?.choices.find((one) => isFor(one, model, correlation, settings));
  return choice === undefined ? settings : { ...settings, ...choice.values };
}

function isFor(choice: Choice, model: string, p: number | null, values: Readonly<Record<string, unknown>>): boolean {
  const { correlation = p, at = {} } = choice;
  return (
    choice.model === model && correlation === p && Object.entries(at).every(([key, value]) => values[key] === value)
  );
}

/** Settings that have values of their own for some models. */
export function tunedKeys({ tuned }: Pick<Settings, "tuned">): string[] {
  return [...new Set(tuned?.choices.flatMap(({ values }) => Object.keys(values)))];
}

/** Every value of a setting that some run is trained with. */
export function trainedValues(settings: Settings, key: GridKey): GridValue[] {
  const { tuned } = settings;
  if (tuned === null) return [...valuesOf(settings, key)];
  const own = tuned.choices.flatMap(({ values }) => values[key] ?? valuesOf(settings, key));
  return [...new Set<GridValue>(own)];
}

/** The choices on one line: `omoe: lr=0.001; mmoe at 0.5: lr=0.01`. */
export function choicesText({ choices }: Tuned): string {
  return choices
    .map(({ model, correlation, at = {}, values }) => {
      const where = correlation === undefined ? "" : ` at ${correlation}`;
      const point = Object.keys(at).length === 0 ? "" : ` with ${pointText(at as GridPoint)}`;
      return `${model}${where}${point}: ${pointText(values as GridPoint)}`;
    })
    .join("; ");
}

/**
 * Refuses choices that leave open what a cell is trained with, settings `overridden` that they would hide, and runs that
 * chose themselves: UsageError.
 */
export function checkTuned(settings: Settings, overridden: readonly string[], place: Place): void {
  const { tuned, models, correlations, seed } = settings;
  if (tuned === null) return;
  const keys = tunedKeys(settings);
  const other = keys.find((key) => overridden.includes(key) || listedKeys(settings).some((listed) => listed === key));
  if (other !== undefined) {
    const why = `'tuned' has a value of ${other} for each model`;
    throw new UsageError(`${place(other as SettingKey)}: ${why}; leave it out, or add --set tuned=null`);
  }
  if (seed === tuned.seed)
    throw new UsageError(`${place("seed")}: must differ from the seed of the tuning runs, got ${seed}`);
  for (const model of models) {
    for (const [p, point] of (correlations ?? [null]).flatMap((p) =>
      gridPoints(settings).map((point) => [p, point] as const),
    )) {
      const found = tuned.choices.filter((choice) => isFor(choice, model, p, { ...settings, ...point }));
      if (found.length === 1) continue;
      const what = [p === null ? model : `${model} at ${p}`, pointText(point)].filter((text) => text !== "").join(", ");
      throw new UsageError(
        `${place("tuned")}: expected one choice for ${what}, got ${found.length}; tune again with it, or add --set tuned=null`,
      );
    }
  }
}
