// `chooseBy`: what chooses steps and settings on validation rows: the loss, or a metric of one task or its mean.
import { TASK_KINDS, type TaskKind } from "../data/task-kinds.ts";
import { groupMetricsOf, metricsOfKind } from "../diagnostics/task-metrics.ts";
import { UsageError } from "../errors.ts";
import { ownMetricName } from "../text.ts";
import type { Place, Settings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import { taskNames, tasksOfRuns } from "./task-kinds.ts";

/** The metrics that can decide, and which values of them are better. */
const BETTER: Readonly<Record<string, "higher" | "lower">> = {
  auc: "higher",
  averagePrecision: "higher",
  gauc: "higher",
  ndcg: "higher",
  mrr: "higher",
  accuracy: "higher",
  f1Macro: "higher",
  rSquared: "higher",
  logLoss: "lower",
  calibrationError: "lower",
  rmse: "lower",
  mae: "lower",
};

export interface DecidingMetric {
  /** As in `MEASURES`: `auc`. */
  readonly metric: string;
  /** From 0; null for the mean over tasks. */
  readonly task: number | null;
  readonly isHigherBetter: boolean;
}

/** The metrics of a sweep that can decide, those in the user's code too. */
export function betterIn({ metrics }: Pick<Settings, "metrics">): typeof BETTER {
  const own = metrics.map(({ name, better = "higher" }) => [ownMetricName(name), better] as const);
  return { ...BETTER, ...Object.fromEntries(own) };
}

/** The metric that `chooseBy` names; undefined for the loss. */
export function decidingMetric(settings: Pick<Settings, "chooseBy" | "metrics">): DecidingMetric | undefined {
  const [, metric = "", task] = new RegExp(`^(.+?)(\\d+|${MEAN})$`).exec(settings.chooseBy) ?? [];
  if (metric === "") return undefined;
  const isHigherBetter = betterIn(settings)[metric] === "higher";
  return { metric, task: task === MEAN ? null : Number(task) - 1, isHigherBetter };
}

/** In place of a task's number: `aucMean`. */
export const MEAN = "Mean";

/** Refuses what is no metric of a task of the user's own rows: UsageError. */
export function checkChooseBy(settings: Settings, place: Place): void {
  const { chooseBy, rows, patience, refit } = settings;
  if (chooseBy === LOSS) return;
  if (rows === null && patience === null && refit)
    throw new UsageError(`${place("chooseBy")}: chooses on validation rows; add --steps auto, or leave it out`);
  expectDeciding(chooseBy, settings, place("chooseBy"), "loss or one of");
}

/** Refuses what is no metric that a task of the runs has, or all tasks: UsageError at `place`. */
export function expectDeciding(name: string, settings: Settings, place: string, expected = "one of"): void {
  const { rows, tasks } = settings;
  const kinds = tasksOfRuns(settings)?.map(({ kind }) => kind) ?? new Array<TaskKind>(tasks).fill(TASK_KINDS[0]);
  const labels = taskNames(settings);
  const namesOf = (kind: TaskKind, k: number) => {
    const all = [...Object.keys(metricsOfKind(kind)), ...(rows?.metricsBy === undefined ? [] : groupMetricsOf(kind))];
    const own = settings.metrics.filter(({ tasks: of }) => of?.includes(labels[k]) ?? true);
    return [...all.filter((name) => name in BETTER), ...own.map(({ name }) => ownMetricName(name))];
  };
  const ofTasks = kinds.flatMap((kind, k) => namesOf(kind, k).map((name) => `${name}${k + 1}`));
  const shared = Object.keys(betterIn(settings)).filter((name) =>
    kinds.every((kind, k) => namesOf(kind, k).includes(name)),
  );
  const known = [...ofTasks, ...shared.map((name) => `${name}${MEAN}`)];
  if (!known.includes(name))
    throw new UsageError(`${place}: expected ${expected} ${known.join(", ")}, got '${name}'${didYouMean(name, known)}`);
}

export const LOSS = "loss";
