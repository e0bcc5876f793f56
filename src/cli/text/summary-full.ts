import { correlationText, modelAt, pointTitle } from "../../identity/cell.ts";
import type { GridPoint } from "../../identity/grid-point.ts";
import { pointText } from "../../identity/grid-point.ts";
import { METRIC_WORDS } from "../../records/metric-words.ts";
import { resamplesOf } from "../../stats/bootstrap.ts";
import { countedText, type Estimate, estimateText, LEAST_SHOWN } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { CellSummary } from "../../summary/cell-summary.ts";
import type { CellComparison, SpreadComparison } from "../../summary/comparisons.ts";
import type { RowComparison } from "../../summary/row-pairs.ts";
import type { Summary } from "../../summary/summary.ts";
import { thousands } from "../../units.ts";
import type { Block } from "./blocks.ts";
import { fewNote } from "./few-runs.ts";

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
  if (models.length > 0) blocks.push(differencesOf("between models, the first minus the second:", models));
  if (correlations.length > 0)
    blocks.push(differencesOf("between correlations, the lower minus the higher:", correlations));
  const [onPoints] = points;
  if (onPoints !== undefined)
    blocks.push(differencesOf(`between grid points, each minus ${pointText(onPoints.second.point)}:`, points));
  if (spreads.length > 0) blocks.push(spreadsOf(spreads));
  const last = blocks.at(-1);
  if (last === undefined) return [];
  const all = [...models, ...correlations, ...points, ...spreads];
  const few = fewNote(
    all.map(({ pairs }) => pairs),
    "pairs",
  );
  const after = [...(last.after === undefined ? [] : [last.after]), [captionOf(all), ...few].join("; ")].join("\n");
  return [...blocks.slice(0, -1), { ...last, after }];
}

function captionOf(all: readonly { readonly pairs: number }[]): string {
  const pairs = all.map((one) => Math.max(1, one.pairs));
  const [most, least] = [Math.min(...pairs), Math.max(...pairs)].map((n) => thousands(resamplesOf(n)));
  const resamples = most === least ? most : `${least} to ${most}`;
  return `intervals of 95 %: BCa bootstrap over runs or pairs of runs, ${resamples} resamples; shares by Wilson's score`;
}

/** Whether the smallest p of Wilcoxon's test that `tests` of so many pairs allow is below .05, by Holm over them. */
function mayBeSignificant(pairs: number, tests: number): boolean {
  return tests * 2 ** (1 - pairs) < 0.05;
}

function differencesOf(before: string, comparisons: readonly CellComparison[]): Block {
  const tests = comparisons.length;
  const hasTest = comparisons.some(({ pairs }) => mayBeSignificant(pairs, tests));
  const rows = comparisons.map((comparison) => [
    pairName(comparison),
    String(comparison.pairs),
    estimateText(comparison.mean, 4, comparison.pairs),
    estimateText(comparison.median, 4, comparison.pairs),
    estimateText(comparison.improvement, 2, comparison.pairs),
    hasTest ? probabilityText(comparison.adjusted) : "-",
  ]);
  const header = ["cells", "pairs", "mean difference", "median difference", "first lower", "p"];
  const test = hasTest
    ? `p: Wilcoxon's signed-rank test, by Holm over these ${tests}`
    : "no p: so few pairs can't be significant";
  const after = `first lower: share of pairs; ${test}`;
  return { before, rows: [header, ...rows], after };
}

function spreadsOf(comparisons: readonly SpreadComparison[]): Block {
  const tested = ({ pairs }: SpreadComparison) => pairs >= LEAST_SHOWN;
  const hasTest = comparisons.some(tested);
  const p = (comparison: SpreadComparison) => (tested(comparison) ? probabilityText(comparison.adjusted) : "-");
  const rows = comparisons.map((comparison) => [
    pairName(comparison),
    String(comparison.pairs),
    countedText(comparison.iqr, 2, comparison.pairs),
    countedText(comparison.sd, 2, comparison.pairs),
    ...(hasTest ? [p(comparison)] : []),
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
  return withPoint(name, first.point);
}

function withPoint(text: string, point: GridPoint): string {
  return Object.keys(point).length === 0 ? text : `${text}, ${pointText(point)}`;
}

function probabilityText(p: number): string {
  if (Number.isNaN(p)) return "-";
  return p < 0.0001 ? "<.0001" : p.toFixed(4);
}
