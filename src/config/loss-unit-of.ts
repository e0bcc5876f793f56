import { baseRate } from "../data/label-form.ts";
import { type Ladder, ladderLosses, lossOfMean } from "../data/ladder-loss.ts";
import type { GeneratorSettings } from "../data/settings.ts";
import { entropy, type TaskKind } from "../data/task-kinds.ts";
import { memo } from "../memo.ts";
import type { Config } from "./config.ts";
import { generatorOf, OF_LABELS } from "./generated.ts";
import { LABEL_VARIANCE, type LossUnit } from "./losses.ts";
import { tasksOfRuns } from "./task-kinds.ts";

type OfTasks = "labels" | "labelKind" | "taskKinds" | "taskWeights" | "taskWeightDecay";
type OfLabels = (typeof OF_LABELS)[number] | OfTasks;
type Losses = Pick<Config, "data" | "rows" | "tasks" | "loss" | "huberDelta" | OfLabels>;

/** The unit of a sweep's losses: they are in that of the loss that is trained on, and by the rows' weights if they have some. */
export function lossUnitOf(config: Losses): LossUnit {
  const unit = unweightedUnit(config);
  const { rows, taskKinds } = config;
  if (rows?.weight === undefined && !taskKinds.some(({ classWeight }) => classWeight)) return unit;
  const { measure, constant, ofMean } = unit;
  const isOfRates = constant === "the base rate";
  const best = isOfRates ? { constant: "the weighted base rate", ofMean } : { ofMean: null };
  return { ...unit, measure: `weighted ${measure}`, ...best };
}

function unweightedUnit(config: Losses): LossUnit {
  const kinds = new Set<TaskKind>(tasksOfRuns(config)?.map(({ kind }) => kind) ?? ["regression"]);
  const { labels, loss } = config;
  if (!kinds.has("regression")) return ofClasses(config);
  if (kinds.size > 1) return ofBoth(config);
  if (loss === "squared" && labels === "standardised") return LABEL_VARIANCE;
  return { measure: errorLoss(config), of: `of ${labels} labels`, ofMean: ofMeanOf(config) };
}

function errorLoss({ loss, huberDelta }: Losses): string {
  return loss === "huber" ? `mean Huber loss (delta ${huberDelta})` : "mean squared error";
}

function ofClasses(config: Losses): LossUnit {
  const words = { measure: "log loss", constant: "the base rate" };
  if (config.labels === "standardised") return { ...words, of: "in units of the base rate's entropy", ofMean: 1 };
  const labels = commonGenerator(config); // a table's rates differ from label to label
  const rate = labels && baseRate(labels);
  return { ...words, of: "in nats", ofMean: rate === undefined ? null : entropy([1 - rate, rate]) };
}

/** Labels of which some are numbers, and some classes. */
function ofBoth(config: Losses): LossUnit {
  const words = { measure: `${errorLoss(config)} or log loss`, constant: "the mean or the base rate" };
  if (config.labels === "raw") return { ...words, of: "of raw labels or in nats", ofMean: null };
  return {
    ...words,
    of: "in units of label variance or of the base rate's entropy",
    ofMean: config.loss === "squared" ? 1 : null,
  };
}

/** Of rows of the user's own: of the squared error, the mean variance of the labels over all rows. */
function ofMeanOf(config: Losses): number | null {
  const { rows, loss, huberDelta } = config;
  const labels = commonGenerator(config);
  if (rows === null) return labels ? lossOfMean(labels, loss === "huber" ? huberDelta : null) : null;
  return loss === "huber" ? null : rows.labelVariances.reduce((sum, one) => sum + one, 0) / rows.labelVariances.length;
}

/** The generator whose labels all tasks and grid points have; undefined if they differ. */
function commonGenerator(config: Losses): GeneratorSettings | undefined {
  if (config.rows !== null || OF_LABELS.some((key) => Array.isArray(config[key]))) return undefined;
  const settings = generatorOf(config);
  return settings.tasks === undefined ? settings : undefined;
}

/** The ladder of losses, which every task, model and correlation has. Throws RangeError for rows of the user's own: nobody knows their formula. */
export const ladderOf = memo((config: Config): Ladder => {
  const { loss, huberDelta } = config;
  const rungs = ladderLosses(generatorOf(config), loss === "huber" ? huberDelta : null);
  return { rungs, ofMean: lossUnitOf(config).ofMean as number };
});
