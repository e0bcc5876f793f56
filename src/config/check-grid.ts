import { UsageError } from "../errors.ts";
import { GRID_KEYS, type SettingKey, type Settings } from "./schema.ts";
import type { GridKey } from "./settings.ts";

/** A list of one value is that value: no grid. */
export function withoutSingles(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const single = GRID_KEYS.includes(key as GridKey) && Array.isArray(value) && value.length === 1;
      return [key, single ? value[0] : value];
    }),
  );
}

/** Settings that some runs may not use, and why; undefined if all runs use it. */
const UNUSED: readonly { readonly key: GridKey; readonly why: (settings: Settings) => string | undefined }[] = [
  {
    key: "initializerStd",
    why: ({ initializer }) => {
      const other = [initializer].flat().find((name) => name !== "truncated-normal");
      return other && `the initializer ${other} does not use it`;
    },
  },
  {
    key: "sampling",
    why: ({ trainRows }) => ([trainRows].flat().includes("fresh") ? "fresh rows are not sampled" : undefined),
  },
  ...(["beta1", "beta2", "epsilon"] as const).map((key) => ({
    key,
    why: ({ optimizer }: Settings) => ([optimizer].flat().includes("sgd") ? "sgd does not use it" : undefined),
  })),
  ...(["decaySteps", "decayFactor"] as const).map((key) => ({
    key,
    why: ({ schedule }: Settings) => {
      const other = [schedule].flat().find((name) => name !== "steps");
      return other && `the schedule ${other} does not use it`;
    },
  })),
];

/**
 * Refuses a list that would train the same run under several names: UsageError. `place` names a setting as the user gave
 * it.
 */
export function checkGrid(settings: Settings, place: (key: SettingKey) => string): void {
  for (const { key, why } of UNUSED) {
    const [values, reason] = [settings[key], why(settings)];
    if (!Array.isArray(values) || reason === undefined) continue;
    throw new UsageError(`${place(key)}: expected one value, since ${reason}; got ${values.join(", ")}`);
  }
}
