import { memo } from "../memo.ts";
import { cellKey, NO_CHOICE } from "../records/cell.ts";
import { type CellLosses, cellLosses, commonRuns, lossesOf } from "../records/cell-losses.ts";
import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { differences } from "../stats/pairs.ts";
import { type Difference, differenceChart, MOST_PAIRED, REFERENCE } from "./difference-chart.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { drawnEstimate } from "./interval.ts";
import { page } from "./page.ts";
import { quantiles } from "./spreads.ts";
import { modelLabel } from "./style.ts";
import { correlationsOf, modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { themeOf } from "./theme.ts";
import {
  areOnOwnRows,
  capitalised,
  correlationTitle,
  intervalWords,
  lossName,
  runsSentence,
  unitsSentence,
} from "./words.ts";

const NAME = "differences";

/** Differences of the final losses between models, pair by pair of runs on the same data. */
export function pairedDifferences(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  const models = modelsOf(cells);
  if (models.length < 2) return { name: NAME, lacking: "runs of two models are needed" };
  const found = differencesIn(results, cells, options);
  if (found.length === 0) return { name: NAME, lacking: "no two models have done the same run" };
  const theme = themeOf(options.theme);
  const reference = models.length > MOST_PAIRED ? referenceOf(models) : undefined;
  const titleOf = (correlation: number | null) => correlationTitle(correlation, results.config);
  const { nodes, height, leftOut } = differenceChart(found, { reference, titleOf, options, theme });
  const pairs = found.map((one) => one.pairs);
  const from = reference === undefined ? "between models" : `from ${modelLabel(reference)}`;
  return page(
    {
      name: NAME,
      title: `Differences ${from}, paired by run`,
      caption: `${captionStart(options, rowsWords(reference, areOnOwnRows(cells)), pairs)}${leftOut} ${runsSentence(cells, results)}`,
      height,
      theme,
      data: found.map((one) => dataRow(one, options)),
    },
    nodes,
  );
}

/** The model that others are compared with, where they are too many for all pairs. */
function referenceOf(models: readonly string[]): string {
  return models.includes(REFERENCE) ? REFERENCE : (models.at(-1) as string);
}

/** Of every pair of models at every correlation. */
function differencesIn(results: Results, cells: readonly SweepCell[], options: FigureOptions): Difference[] {
  const losses = new Map(cellLosses(results, options.loss).map((cell) => [cellKey(cell), cell]));
  const of = (model: string, correlation: number | null) =>
    losses.get(cellKey({ model, correlation, point: NO_CHOICE }));
  return pairsOf(modelsOf(cells)).flatMap(([first, second]) =>
    correlationsOf(cells).flatMap((p) => {
      return differenceAt(of(first, p) as CellLosses, of(second, p) as CellLosses, options.statistic) ?? [];
    }),
  );
}

function pairsOf(models: readonly string[]): [string, string][] {
  return models.flatMap((first, i) => models.slice(i + 1).map((second): [string, string] => [first, second]));
}

/** Final loss of the first cell minus that of the second, over the runs that are done in both. */
export const offBy = memo((first: CellLosses) =>
  memo((second: CellLosses): Float64Array => {
    const runs = commonRuns([first, second]);
    return differences(lossesOf(first, runs), lossesOf(second, runs));
  }),
);

function differenceAt(
  first: CellLosses,
  second: CellLosses,
  statistic: FigureOptions["statistic"],
): Difference | undefined {
  const off = offBy(first)(second);
  if (off.length === 0) return undefined;
  const { low, high, value } = drawnEstimate(off, statistic);
  const { q05, q95 } = quantiles(off.toSorted());
  const { model, correlation } = first;
  return { first: model, second: second.model, correlation, pairs: off.length, value, low, high, q05, q95 };
}

/** For the caption: what a row is. */
function rowsWords(reference: string | undefined, ownRows: boolean): string {
  if (reference !== undefined)
    return `a row a model: its loss minus ${modelLabel(reference)}'s. Thin lines may leave the frame, and the CSV file has the other pairs`;
  if (ownRows) return "a row a pair of models: the loss of the first one minus that of the second one";
  return "a row a correlation. Each pair of models has an axis of its own: the loss of the left one minus that of the right one";
}

function captionStart({ loss, statistic, unit }: FigureOptions, rows: string, pairs: readonly number[]): string {
  return (
    `${capitalised(statistic)} difference of the ${lossName(loss)} after the last step (${unitsSentence({ loss, unit })}) between models trained ` +
    `on the same data, ${rows}. Upright lines: the ${statistic}; ` +
    `${intervalWords(pairs, "thick lines: 95 % intervals over pairs of runs", "no intervals")}; thin lines: the middle 90 % of the pairs.`
  );
}

function dataRow(
  { first, second, correlation, pairs, value, low, high, q05, q95 }: Difference,
  options: FigureOptions,
): Record<string, CsvValue> {
  const { loss, statistic } = options;
  return { first, second, correlation, pairs, loss, statistic, value, low, high, q05, q95 };
}
