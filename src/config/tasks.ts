import { correlationMatrix } from "../data/correlation-matrix.ts";
import { generatorSettings } from "../data/presets.ts";
import { UsageError } from "../errors.ts";
import { thousands } from "../units.ts";
import type { SettingKey, Settings } from "./schema.ts";

/** Most products of numbers that make the tasks of one run: they take some seconds. */
const MOST_PRODUCTS = 1_000_000_000;

/**
 * Refuses tasks that the generator can't make at one of the correlations: UsageError. `place` names a setting as the
 * user gave it.
 */
export function checkTasks(settings: Settings, place: (key: SettingKey) => string): void {
  const { tasks, data, rows, correlations, correlationMatrix: pattern } = settings;
  if (rows !== null) return;
  if (data === null) throw new UsageError(`${place("data")}: expected a generator, got nothing; give data or rows`);
  if (correlations === null) throw new UsageError(`${place("correlations")}: expected a list of numbers, got nothing`);
  const { inputs } = generatorSettings(data);
  if (tasks > inputs) {
    const of = typeof data === "string" ? ` of the generator '${data}'` : "";
    const expected = `at most ${inputs}, the inputs${of}`;
    throw new UsageError(`${place("tasks")}: expected ${expected}, got ${tasks}`);
  }
  const products = tasks ** 2 * inputs;
  if (products > MOST_PRODUCTS) {
    const expected = `tasks² times inputs to be at most ${thousands(MOST_PRODUCTS)}`;
    throw new UsageError(`${place("tasks")}: too large: expected ${expected}, got ${thousands(products)}`);
  }
  const setting = pattern === null ? "correlations" : "correlationMatrix";
  for (const p of correlations) {
    try {
      correlationMatrix(tasks, p, pattern);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UsageError(`${place(setting)}: ${error.message}`);
    }
  }
}
