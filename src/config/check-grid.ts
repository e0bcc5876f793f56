import { UsageError } from "../errors.ts";
import type { SettingKey, Settings } from "./schema.ts";
import { GRID_KEYS, type GridKey } from "./settings.ts";

/** A list of one value is that value: no grid. */
export function withoutSingles(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const single = GRID_KEYS.includes(key as GridKey) && Array.isArray(value) && value.length === 1;
      return [key, single ? value[0] : value];
    }),
  );
}

/**
 * Refuses a list that would train the same run under several names: UsageError. `place` names a setting as the user gave
 * it.
 */
export function checkGrid({ initializer, initializerStd }: Settings, place: (key: SettingKey) => string): void {
  if (!Array.isArray(initializerStd)) return;
  const other = [initializer].flat().find((name) => name !== "truncated-normal");
  if (other === undefined) return;
  const expected = `one number, since the initializer ${other} does not use it (truncated-normal alone does)`;
  throw new UsageError(`${place("initializerStd")}: expected ${expected}, got ${initializerStd.join(", ")}`);
}
