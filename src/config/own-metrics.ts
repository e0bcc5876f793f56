// Metrics in the user's code: where they are defined, and of what they are.
import { basename } from "node:path";
import { forAll, UsageError } from "../errors.ts";
import { ownMetricName } from "../text.ts";
import type { DecidingMetric } from "./choose-by.ts";
import type { MetricDefinition } from "./own-model-schema.ts";
import { changesOf } from "./own-models.ts";
import type { Place, Settings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import { taskNames } from "./task-kinds.ts";

/** Refuses tasks that there are not: UsageError. */
export function checkMetrics(settings: Settings, place: Place): void {
  const names = taskNames(settings);
  forAll(settings.metrics, ({ name, tasks = [] }) => {
    const other = tasks.find((task) => !names.includes(task));
    if (other === undefined) return;
    const expected = `expected some of ${names.join(", ")}, got '${other}'${didYouMean(other, names)}`;
    throw new UsageError(`${place("metrics")}: ${name}: tasks: ${expected}`);
  });
}

/** Metrics on one line: `hit_rate: my.py, better="lower" (sha256 1f0c9d3e)`. */
export function metricsText(metrics: readonly MetricDefinition[]): string {
  const texts = metrics.map(({ name, file, sha256 = "", ...how }) => {
    return `${name}: ${[basename(file), ...changesOf(how)].join(", ")} (sha256 ${sha256.slice(0, 8)})`;
  });
  return texts.join("; ");
}

/** The metrics as a run has them; `by` is the one that chooses its steps and settings. */
export function metricsOfRuns(settings: Settings, by: DecidingMetric | undefined) {
  const names = taskNames(settings);
  return settings.metrics.map(({ name, file, function: made = name, sha256 = "", tasks }) => ({
    ...{ name: ownMetricName(name), file, function: made, sha256 },
    ...(tasks && { tasks: tasks.map((task) => names.indexOf(task)) }),
    ...(by?.metric === ownMetricName(name) && { chooses: true as const }),
  }));
}
