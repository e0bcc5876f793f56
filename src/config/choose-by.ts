// `chooseBy`: what chooses steps and settings on validation rows: the loss, or a metric of one task or its mean.
import { TASK_KINDS, type TaskKind } from "../data/task-kinds.ts";
import { groupMetricsOf, metricsOfKind } from "../diagnostics/task-metrics.ts";
import { UsageError } from "../errors.ts";
import type { Place, Settings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import { tasksOfRuns } from "./task-kinds.ts";

/** The metrics that can decide, and which values of them are better. */
export const BETTER: Readonly<Record<string, "higher" | "lower">> = {
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

/** The metric that `chooseBy` names; undefined for the loss. */
export function decidingMetric({ chooseBy }: Pick<Settings, "chooseBy">): DecidingMetric | undefined {
  const [, metric = "", task] = new RegExp(`^(.+?)(\\d+|${MEAN})$`).exec(chooseBy) ?? [];
  if (metric === "") return undefined;
  return { metric, task: task === MEAN ? null : Number(task) - 1, isHigherBetter: BETTER[metric] === "higher" };
}

/** In place of a task's number: `aucMean`. */
export const MEAN = "Mean";

/** Refuses what is no metric of a task of the user's own rows: UsageError. */
export function checkChooseBy(settings: Settings, place: Place): void {
  const { chooseBy, rows, tasks, patience, refit } = settings;
  if (chooseBy === LOSS) return;
  if (rows === null && patience === null && refit)
    throw new UsageError(`${place("chooseBy")}: chooses on validation rows; add --steps auto, or leave it out`);
  const kinds = tasksOfRuns(settings)?.map(({ kind }) => kind) ?? new Array<TaskKind>(tasks).fill(TASK_KINDS[0]);
  const namesOf = (kind: TaskKind) => {
    const all = [...Object.keys(metricsOfKind(kind)), ...(rows?.metricsBy === undefined ? [] : groupMetricsOf(kind))];
    return all.filter((name) => name in BETTER);
  };
  const ofTasks = kinds.flatMap((kind, k) => namesOf(kind).map((name) => `${name}${k + 1}`));
  const shared = Object.keys(BETTER).filter((name) => kinds.every((kind) => namesOf(kind).includes(name)));
  const known = [...ofTasks, ...shared.map((name) => `${name}${MEAN}`)];
  if (known.includes(chooseBy)) return;
  const meant = didYouMean(chooseBy, known);
  throw new UsageError(`${place("chooseBy")}: expected loss or one of ${known.join(", ")}, got '${chooseBy}'${meant}`);
}

export const LOSS = "loss";
