// Values that mmoe tune chose for each model, or each cell.
import { UsageError } from "../errors.ts";
import { type GridPoint, type GridValue, listedKeys, pointText, valuesOf } from "./grid.ts";
import type { PointSettings, SettingKey, Settings } from "./schema.ts";
import type { GridKey } from "./settings.ts";

type Tuned = NonNullable<Settings["tuned"]>;
export type Choice = Tuned["choices"][number];

/** The settings of a model at a correlation: its choice in place of those of all. */
export function tunedFor<T extends PointSettings>(settings: T, model: string, correlation: number | null): T {
  const choice = choiceFor(settings, model, correlation);
  return choice === undefined ? settings : { ...settings, ...choice.values };
}

function choiceFor({ tuned }: Pick<Settings, "tuned">, model: string, correlation: number | null): Choice | undefined {
  return tuned?.choices.find((one) => one.model === model && (one.correlation ?? correlation) === correlation);
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
    .map(({ model, correlation, values }) => {
      return `${model}${correlation === undefined ? "" : ` at ${correlation}`}: ${pointText(values as GridPoint)}`;
    })
    .join("; ");
}

/**
 * Refuses choices that leave open what a cell is trained with, settings `overridden` that they would hide, and runs that
 * chose themselves: UsageError. `place` names a setting as the user gave it.
 */
export function checkTuned(
  settings: Settings,
  overridden: readonly string[],
  place: (key: SettingKey) => string,
): void {
  const { tuned, models, correlations, seed } = settings;
  if (tuned === null) return;
  const keys = tunedKeys(settings);
  const other = keys.find((key) => overridden.includes(key) || listedKeys(settings).some((listed) => listed === key));
  if (other !== undefined) {
    const why = `'tuned' has a value of ${other} for each model`;
    throw new UsageError(`${place(other as SettingKey)}: ${why}; leave it out, or add --set tuned=null`);
  }
  if (seed === tuned.seed)
    throw new UsageError(`${place("seed")}: expected another seed than that of the runs that tuned, got ${seed}`);
  for (const model of models) {
    const own = tuned.choices.filter((choice) => choice.model === model);
    for (const p of correlations ?? [null]) {
      const found = own.filter(({ correlation }) => (correlation ?? p) === p);
      if (found.length === 1) continue;
      const what = p === null ? model : `${model} at ${p}`;
      throw new UsageError(
        `${place("tuned")}: expected one choice for ${what}, got ${found.length}; tune again with it, or add --set tuned=null`,
      );
    }
  }
}
