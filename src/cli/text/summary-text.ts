import { type Ladder, rungName } from "../../data/ladder-loss.ts";
import { type Cell, cellText, correlationText, modelAt, pointText, pointTitle } from "../../identity/cell.ts";
import type { ModelName } from "../../models/zoo.ts";
import { METRIC_WORDS, metricDigits, metricLabel } from "../../records/words.ts";
import { resamplesOf } from "../../stats/bootstrap.ts";
import { type Estimate, estimateText, LEVEL } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import { normalQuantile } from "../../stats/normal.ts";
import { ERROR, POWER } from "../../stats/power.ts";
import { type CellComparison, type SpreadComparison, untold } from "../../summary/comparisons.ts";
import type { ModelCost } from "../../summary/cost.ts";
import type { PlannedRuns } from "../../summary/planned-runs.ts";
import type { RowComparison } from "../../summary/row-pairs.ts";
import type { CellRungs, Rungs } from "../../summary/rungs.ts";
import { type CellSeesaw, type Seesaw, SHARE_NOTHING } from "../../summary/seesaw.ts";
import type { CellSummary, Summary } from "../../summary/summary.ts";
import { ownMetricsIn, type TaskCell, type TaskSummary } from "../../summary/task-summary.ts";
import { duration, parametersText, percentOf, thousands } from "../../units.ts";
import { MORE_ROWS } from "../options.ts";
import type { Block } from "./blocks.ts";
import { fewNote } from "./cell-names.ts";
import { type Rows, withoutColumns } from "./table.ts";

/**
 * Every statistic of every cell, with the share in bad minima if it is wanted: a table for each correlation and grid
 * point, a column for each model.
 */
export function statisticsOf(cells: readonly CellSummary[], hasBad: boolean): Block[] {
  const groups = groupBy(cells, pointTitle);
  return Array.from(groups, ([title, group]) => ({ rows: statisticsRows(title, group, hasBad) }));
}

function statisticsRows(title: string, cells: readonly CellSummary[], hasBad: boolean): string[][] {
  const row = (name: string, of: (cell: CellSummary) => string) => [name, ...cells.map(of)];
  const loss = (name: string, of: (loss: CellSummary["loss"]) => Estimate) =>
    row(name, (cell) => estimateText(of(cell.loss), 4, cell.loss.n));
  const extreme = (name: "min" | "max") => row(name, ({ loss }) => (loss.n === 0 ? "-" : loss[name].toFixed(4)));
  return [
    row(title, ({ model }) => model),
    row("runs", (cell) => String(cell.loss.n)),
    row("failed", ({ failed }) => String(failed.length)),
    row("missing", ({ missing }) => String(missing)),
    loss("mean", ({ mean }) => mean),
    loss("standard deviation", ({ sd }) => sd),
    loss("standard error", ({ se }) => se),
    extreme("min"),
    loss("first quartile", ({ q1 }) => q1),
    loss("median", ({ median }) => median),
    loss("third quartile", ({ q3 }) => q3),
    extreme("max"),
    loss("interquartile mean", ({ iqm }) => iqm),
    ...(hasBad ? [row("share in bad minima", ({ badShare, loss }) => estimateText(badShare, 3, loss.n))] : []),
  ];
}

/** Differences and tests between cells, with the family that each p-value is adjusted over. */
export function comparisonsOf({ models, correlations, points, spreads }: Summary): Block[] {
  const blocks: Block[] = [];
  if (models.length > 0) {
    const block = differencesOf("between models, the first minus the second:", models);
    blocks.push({ ...block, after: [block.after, ...besideLinear(models)].join("; ") });
  }
  if (correlations.length > 0)
    blocks.push(differencesOf("between correlations, the lower minus the higher:", correlations));
  const [onPoints] = points;
  if (onPoints !== undefined)
    blocks.push(differencesOf(`between grid points, each minus ${pointText(onPoints.second.point)}:`, points));
  if (spreads.length > 0) blocks.push(spreadsOf(spreads));
  const last = blocks.at(-1);
  if (last === undefined) return [];
  const all = [...models, ...correlations, ...points, ...spreads];
  const areOverlapping = [...models, ...correlations, ...points].some(({ correctedT }) => correctedT);
  const few = fewNote(
    all.map(({ pairs }) => pairs),
    "pairs",
  );
  const after = [
    ...(last.after === undefined ? [] : [last.after]),
    [captionOf(all, areOverlapping), ...few].join("; "),
  ].join("\n");
  return [...blocks.slice(0, -1), { ...last, after }];
}

const LINEAR: ModelName = "logistic-regression";

/** Which models are not told apart from a linear one: by the test, or, of too few pairs for it, by which is lower in each. */
function besideLinear(models: readonly CellComparison[]): string[] {
  const alike = models.flatMap(({ first, second, adjusted, improvement }) => {
    const [one, other] = first.model === LINEAR ? [second, first] : [first, second];
    const isTold = Number.isNaN(adjusted) ? improvement.value === 0 || improvement.value === 1 : adjusted < ERROR;
    return other.model === LINEAR && !isTold ? [one.model] : [];
  });
  return alike.length === 0 ? [] : [`not told apart from ${LINEAR}: ${[...new Set(alike)].join(", ")}`];
}

function captionOf(all: readonly { readonly pairs: number }[], areOverlapping: boolean): string {
  if (areOverlapping) return OVERLAPPING;
  const pairs = all.map((one) => Math.max(1, one.pairs));
  const [most, least] = [Math.min(...pairs), Math.max(...pairs)].map((n) => thousands(resamplesOf(n)));
  const resamples = most === least ? most : `${least} to ${most}`;
  return `intervals of 95 %: BCa bootstrap over runs or pairs of runs, ${resamples} resamples; shares by Wilson's score`;
}

/** What intervals there are of runs that share rows. */
const OVERLAPPING =
  "intervals of 95 %: of means alone, Student's t with the variance s² (1/n + test rows / training rows)";

function differencesOf(before: string, comparisons: readonly CellComparison[]): Block {
  const tests = comparisons.length;
  const hasTest = comparisons.some(({ adjusted }) => !Number.isNaN(adjusted));
  const rows = comparisons.map((comparison) => [
    pairName(comparison),
    String(comparison.pairs),
    estimateText(comparison.mean, 4, comparison.pairs),
    estimateText(comparison.median, 4, comparison.pairs),
    estimateText(comparison.improvement, 2, comparison.pairs),
    pText(comparison),
    neededText(comparison.needed),
  ]);
  const header = ["cells", "pairs", "mean difference", "median difference", "first lower", "p", NEEDED];
  const name = comparisons.some(({ correctedT }) => correctedT)
    ? "corrected resampled t test"
    : "Wilcoxon's signed-rank test";
  const test = hasTest ? `p: ${name}, by Holm over these ${tests}` : "no p: so few pairs can't be significant";
  const isNeeded = comparisons.some(({ needed }) => !Number.isNaN(needed));
  const after = `first lower: share of pairs; ${test}`;
  if (!isNeeded) return { before, rows: withoutColumns([header, ...rows], [NEEDED]), after };
  const note = neededNote(untold(comparisons.map(({ adjusted }) => adjusted)));
  return { before, rows: [header, ...rows], after: `${after}; ${note}`, lean: ["pairs", "median difference"] };
}

function pText({ adjusted }: { readonly adjusted: number }): string {
  if (Number.isNaN(adjusted)) return "-";
  return adjusted < 0.0001 ? "<.0001" : adjusted.toFixed(4);
}

/** The head of a column of pairs of runs. */
export const NEEDED = "runs needed";

/** More runs than this are out of reach. */
const MOST_NEEDED = 100_000;

/** How many runs tell a difference, up to `most`; a dash if that is not known, or not asked. */
export function neededText(needed: number, most = MOST_NEEDED): string {
  if (Number.isNaN(needed)) return "-";
  if (needed === Number.POSITIVE_INFINITY) return MORE_ROWS;
  return needed > most ? `>${thousands(most)}` : thousands(needed);
}

function neededNote(tests: number): string {
  const level = tests === 1 ? "" : `/${tests} (Holm's level for the next of the ${tests} not told apart)`;
  return `${NEEDED}: for a paired t test at 5 %${level} to tell a mean difference of this size with a probability of ${POWER}, if differences scatter as so far`;
}

/** How many runs of two models tell a difference of their mean losses. */
export function plannedBlock(planned: readonly PlannedRuns[], size: number): Block {
  const rows = planned.map((one) => [
    pairName(one),
    String(one.pairs),
    Number.isNaN(one.needed) ? "-" : one.deviation.toFixed(4),
    neededText(one.needed, Number.POSITIVE_INFINITY),
  ]);
  const header = ["cells", "pairs", "sd of differences", NEEDED];
  const after = `${NEEDED}: for a paired t test at 5 % to tell a difference of ${size} with a probability of ${POWER}, if differences scatter as so far`;
  return { before: "between models:", rows: [header, ...rows], after };
}

function spreadsOf(comparisons: readonly SpreadComparison[]): Block {
  const hasTest = comparisons.some(({ adjusted }) => !Number.isNaN(adjusted));
  const rows = comparisons.map((comparison) => [
    pairName(comparison),
    String(comparison.pairs),
    estimateText(comparison.iqr, 2, comparison.pairs),
    estimateText(comparison.sd, 2, comparison.pairs),
    ...(hasTest ? [pText(comparison)] : []),
  ]);
  const header = ["cells", "pairs", "ratio of interquartile ranges", "ratio of standard deviations"];
  const block = { before: "spread, the first to the second:", rows: [[...header, ...(hasTest ? ["p"] : [])], ...rows] };
  return hasTest
    ? { ...block, after: `p: Brown and Forsythe's test, by Holm over these ${comparisons.length}` }
    : block;
}

/** What models differ by on the same test rows, for each task and metric. */
export function rowPairBlocks(comparisons: readonly RowComparison[], before: string): Block[] {
  if (comparisons.length === 0) return [];
  const order = Object.keys(METRIC_WORDS);
  const sorted = [...groupBy(comparisons, ({ task }) => task).values()].flatMap((all) =>
    all.toSorted((a, b) => order.indexOf(a.metric) - order.indexOf(b.metric)),
  );
  const rows = sorted.map((one) => [
    `${one.task}: ${METRIC_WORDS[one.metric]}`,
    pairName(one),
    String(one.pairs),
    ...[one.difference, one.pairedError, one.unpairedError].map((value) => value.toFixed(4)),
  ]);
  const header = ["metric", "cells", "pairs", "mean difference", "paired error", "unpaired error"];
  const after =
    "errors: standard errors of one pair of trained models over further test rows, mean over pairs (AUC: DeLong; others: bootstrap over rows); unpaired: as if each had test rows of its own";
  return [{ before, rows: [header, ...rows], after, lean: ["unpaired error"] }];
}

/** E.g. `omoe, mmoe at 0.50`, `mmoe at 0.50, 1.00` or `mmoe at 0.50, lr=0.01`. */
function pairName({ first, second }: Pick<CellComparison, "first" | "second">): string {
  const [p, q] = [first.correlation, second.correlation];
  const name =
    first.model === second.model && p !== q
      ? `${modelAt(first.model, p)}, ${correlationText(q as number)}`
      : modelAt([...new Set([first.model, second.model])].join(", "), p);
  return Object.keys(first.point).length === 0 ? name : `${name}, ${pointText(first.point)}`;
}

/** Half of an interval within one split, by its standard error. */
const SPLIT = "split ±";

type MetricColumn = { readonly head: string; readonly interval: boolean; readonly half?: true };

/** Headings of metrics, in the order of their columns, and whether their interval is shown. */
const COLUMNS: Readonly<Record<string, MetricColumn>> = {
  auc: { head: "AUC [95 %]", interval: true },
  aucError: { head: SPLIT, interval: false, half: true },
  rSquared: { head: "R2 [95 %]", interval: true },
  rmse: { head: "RMSE", interval: false },
  mae: { head: "MAE", interval: false },
  gauc: { head: "GAUC [95 %]", interval: true },
  ndcg: { head: "NDCG", interval: false },
  mrr: { head: "MRR", interval: false },
  accuracy: { head: "accuracy", interval: false },
  f1Macro: { head: "macro F1", interval: false },
  averagePrecision: { head: "avg. precision", interval: false },
  logLoss: { head: "nats", interval: false },
  calibrationError: { head: "ECE", interval: false },
};

const columnOf = (metric: string): MetricColumn =>
  COLUMNS[metric] ?? { head: `${metricLabel(metric)} [95 %]`, interval: true };

const SPLIT_NOTE = `${SPLIT}: half of the AUC's 95 % interval within one split (DeLong), mean over runs; [95 %] is over runs`;

const Z = normalQuantile((1 + LEVEL) / 2);

/** What a narrow terminal lacks. */
const LEAN_TASKS = ["ECE", "macro F1", "nats", "avg. precision", "accuracy", "MAE", SPLIT, "runs"];

/** For each task, and each correlation and grid point, a table with a row for each model: its loss, and the metrics of its kind. */
export function taskTables(tasks: readonly TaskSummary[]): Block[] {
  const tables = tasks.flatMap(({ name, kind, cells }) => {
    const known = [...Object.keys(COLUMNS), ...ownMetricsIn(tasks)];
    const metrics = known.filter((metric) => cells.some((cell) => metric in cell.metrics));
    const heads = ["runs", "loss [95 %]", ...metrics.map((metric) => columnOf(metric).head)];
    return [...groupBy(cells, pointTitle)].map(([title, group]): Block => {
      const at = title.trim() === "" ? "" : `, ${title}`;
      const rows = [["", ...heads], ...group.map((cell) => taskRow(cell, metrics))];
      return { before: `${name} (${kind})${at}`, rows, lean: LEAN_TASKS };
    });
  });
  const runs = tasks.flatMap(({ cells }) => cells.map((cell) => cell.runs));
  const notes = [
    ...fewNote(runs),
    ...(tasks.some(({ kind }) => kind !== "regression") ? ["metrics are those of held-out rows; nats: log loss"] : []),
    ...(tasks.some(({ cells }) => cells.some(({ metrics }) => "aucError" in metrics)) ? [SPLIT_NOTE] : []),
  ];
  return notes.length > 0 ? [...tables, { before: notes.join("; ") }] : tables;
}

function taskRow({ model, runs, loss, metrics }: TaskCell, columns: readonly string[]): string[] {
  const cells = columns.map((metric) => {
    const estimate = metrics[metric];
    if (estimate === undefined) return "-";
    if (columnOf(metric).half) return (Z * estimate.value).toFixed(4);
    return columnOf(metric).interval
      ? estimateText(estimate, 4, estimate.runs)
      : estimate.value.toFixed(metricDigits(metric, estimate));
  });
  return [model, String(runs), estimateText(loss, 4, runs), ...cells];
}

/** The ladder, and how many runs end on each rung: a table for each correlation and grid point, a row for each task. */
export function rungTablesOf(rungs: Rungs): Block[] {
  const names = [...rungs.rungs, rungs.ofMean].map((_, rung) => rungName(rung, rungs));
  const heads = ["task", "runs", ...names];
  const tables = cellTables(rungs.cells, (title, cells) => [[title, ...heads], ...cells.flatMap(taskRows)]);
  return [{ before: ladderText(rungs) }, ...tables, badMinima(rungs.cells)];
}

function ladderText({ rungs, ofMean }: Ladder): string {
  const losses = rungs.map((loss, j) => `${j} at ${loss.toFixed(4)}`).join(", ");
  return `runs by the rung that each task ends on: rung j has the loss of the best predictor that lacks the j fastest sines (${losses}); above: nearer to ${ofMean.toFixed(4)}, the loss of the mean`;
}

function taskRows({ model, runs, tasks }: CellRungs): string[][] {
  return tasks.map((counts, k) => [k === 0 ? model : "", String(k + 1), String(runs), ...counts.map(String)]);
}

/** The bad minima of each cell by name, most frequent first. */
function badMinima(cells: readonly CellRungs[]): Block {
  const items = cells.flatMap((cell) =>
    cell.bad.map(({ name, runs }) => `${cellText(cell)}: ${runs} of ${cell.runs}: ${name}`),
  );
  if (items.length === 0) return { before: "no run is in a bad minimum" };
  return { before: "runs in bad minima, by what their tasks lack:", items };
}

/** A row for each model, kind of device and, in a grid of batches, batch; and what the columns mean. `place` is the folder. */
export function costsOf(place: string, costs: readonly ModelCost[]): Block[] {
  const isGrid = costs.some(({ batch }) => batch !== undefined);
  const several = new Set(costs.map(({ on }) => on)).size > 1;
  const head = ["model", ...(isGrid ? ["batch"] : []), ...(several ? ["on"] : [])];
  const rows = costs.map((cost) => [
    cost.model,
    ...(isGrid ? [String(cost.batch ?? "")] : []),
    ...(several ? [cost.on] : []),
    parametersText(cost.parameters),
    cost.flopPerRow === undefined ? "-" : thousands(cost.flopPerRow),
    String(cost.done),
    cost.isShared ? "-" : estimateText(cost.rowUs, 3, cost.done), // several models may share a time
    cost.isShared ? "-" : duration(cost.totalMs),
  ]);
  return [
    { before: several ? place : `${place}\ntrained on ${costs[0]?.on}` },
    { rows: [[...head, "parameters", "FLOP per row", "runs", "us per row [95 %]", "all runs"], ...rows] },
    { before: costNotes(costs) },
  ];
}

function costNotes(costs: readonly ModelCost[]): string {
  return [
    "FLOP per row: multiplications and additions of the dense layers and of pairs of factors in training, forward and backward.",
    "us per row: time of a run / (steps x batch), the median over runs, with evaluations; what runs share, such as making rows, is divided by their number. It is the engine's time on that machine, beside the other runs there.",
    ...fewNote(costs.map(({ done }) => done)),
    ...sharedNote(costs.filter(({ isShared }) => isShared)),
  ].join("\n");
}

function sharedNote(costs: readonly ModelCost[]): string[] {
  if (costs.length === 0) return [];
  const together = duration(costs.reduce((sum, { totalMs }) => sum + totalMs, 0));
  return [
    `-: not measured apart: the models trained together, in ${together} of a core. This version measures each model's time.`,
  ];
}

/** A table for each correlation and grid point with a row for each model, and what its columns mean. */
export function gainsOf({ against, tasks, cells }: Seesaw): Block[] {
  const ofMetrics = cells.some(({ metricDeltaM }) => metricDeltaM) ? [OF_METRICS] : [];
  const heads = ["runs", ...tasks, "delta-m [95 %]", ...ofMetrics, "seesaw [95 %]", "all +", "all -"];
  const tables = cellTables(cells, (title, group) => [[title, ...heads], ...group.map(gainRow)], LEAN_GAINS);
  return [...tables, { before: gainNotes(against, cells) }];
}

const OF_METRICS = "of metrics [95 %]";

/** What a narrow terminal lacks. */
const LEAN_GAINS = ["all -", "all +", "runs"];

function gainRow({ model, pairs, gains, deltaM, metricDeltaM, seesaw, allGain, allLose }: CellSeesaw): string[] {
  return [
    model,
    String(pairs),
    ...gains.map(({ value }) => percent(value, 1)),
    estimateText(inPercent(deltaM), 1, pairs),
    ...(metricDeltaM ? [estimateText(inPercent(metricDeltaM), 1, metricDeltaM.runs)] : []),
    estimateText(inPercent(seesaw), 0, pairs),
    percent(allGain.value, 0),
    percent(allLose.value, 0),
  ];
}

function percent(share: number, digits: number): string {
  return percentOf(share).toFixed(digits);
}

export function inPercent({ value, low, high }: Estimate): Estimate {
  return { value: percentOf(value), low: percentOf(low), high: percentOf(high) };
}

function gainNotes(against: string, cells: readonly CellSeesaw[]): string {
  const lines = [
    `task: mean gain over ${against} in percent of its loss, paired by run; above 0 the model is better. delta-m: the mean of all tasks' gains.`,
    ...(cells.some(({ metricDeltaM }) => metricDeltaM)
      ? ["of metrics: delta-m of AUC, accuracy and, of numbers, RMSE, on held-out rows; above 0 the model is better."]
      : []),
    "seesaw, all +, all -: percent of runs in which one task gains and another loses, all tasks gain, all lose.",
    ...fewNote(cells.map(({ pairs }) => pairs)),
    "--format csv has the intervals of each task, and medians.",
  ];
  const control = SHARE_NOTHING.find((model) => model !== against && cells.some((cell) => cell.model === model));
  if (control !== undefined && SHARE_NOTHING.some((model) => model === against)) {
    lines.push(`${control} shares nothing either: its seesaws come from its size and from chance.`);
  }
  return lines.join("\n");
}

/** A table for each correlation and grid point; their titles, in the corner, make the first columns of all equally wide. `lean` as of a block. */
function cellTables<C extends Cell>(
  cells: readonly C[],
  rowsOf: (title: string, cells: readonly C[]) => Rows,
  lean: readonly string[] = [],
): Block[] {
  const groups = [...groupBy(cells, pointTitle)];
  const width = Math.max(...groups.map(([title]) => title.length), ...cells.map(({ model }) => model.length));
  return groups.map(([title, group]) => ({ rows: rowsOf(title.padEnd(width), group), lean }));
}
