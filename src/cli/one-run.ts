import { statSync } from "node:fs";
import { join } from "node:path";
import type { AnyRun } from "../engines/engine.ts";
import type { TrainingSettings } from "../engines/training-settings.ts";
import { UsageError } from "../errors.ts";
import { CONFIG } from "../records/find-results.ts";

/** A config, or in place of a results folder the config that its sweep stored. */
export function configFileOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, CONFIG) : path;
}

/**
 * The first of the same run's cells, which must agree in some settings. Throws UsageError for models or grid points that
 * differ in one.
 */
export function agreeing(runs: readonly AnyRun[], keys: readonly (keyof TrainingSettings)[]): AnyRun {
  for (const key of keys) {
    const values = [...new Set(runs.map(({ training }) => JSON.stringify(training[key])))];
    if (values.length === 1) continue;
    throw new UsageError(
      `${key}: the models or grid points have ${values.join(", ")}; choose one, for example with --set ${key}=${values[0]} or --set models=[mmoe]`,
    );
  }
  return runs[0];
}
