import { memo } from "../memo.ts";
import { cellKey, NO_CHOICE } from "../records/cell.ts";
import { type CellLosses, cellLosses, commonRuns, lossesOf } from "../records/cell-losses.ts";
import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { type Estimate, estimateText } from "../stats/estimate.ts";
import { differences } from "../stats/pairs.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { estimate } from "./interval.ts";
import { page } from "./page.ts";
import { type Row, rowChart } from "./row-chart.ts";
import { linearScale, shortNumber } from "./scale.ts";
import { across, down } from "./series.ts";
import { quantiles } from "./spreads.ts";
import { modelLabel } from "./style.ts";
import { correlationsOf, modelsOf, sweepCells } from "./sweep-cells.ts";
import { type Theme, themeOf } from "./theme.ts";
import {
  areOnOwnRows,
  capitalised,
  correlationTitle,
  correlationWords,
  differenceHeading,
  lossName,
  runsSentence,
  unitsSentence,
} from "./words.ts";

const NAME = "differences";

/** The first minus the second model at a correlation, over the runs that are done in both. */
interface Difference extends Estimate {
  readonly first: string;
  readonly second: string;
  readonly correlation: number | null;
  readonly pairs: number;
  readonly q05: number;
  readonly q95: number;
}

/** Differences of the final losses between models, pair by pair of runs on the same data. */
export function pairedDifferences(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  const models = modelsOf(cells);
  if (models.length < 2) return { name: NAME, lacking: "runs of two models are needed" };
  const losses = new Map(cellLosses(results, options.loss).map((cell) => [cellKey(cell), cell]));
  const of = (model: string, correlation: number | null) =>
    losses.get(cellKey({ model, correlation, point: NO_CHOICE }));
  const ownRows = areOnOwnRows(cells);
  const pairs = pairsOf(models).map(([first, second]) => ({
    title: pairTitle({ first, second }),
    found: correlationsOf(cells).flatMap((p) => {
      return differenceAt(of(first, p) as CellLosses, of(second, p) as CellLosses, options.statistic) ?? [];
    }),
  }));
  const found = pairs.flatMap((pair) => pair.found);
  const groups = ownRows ? [{ title: correlationTitle(null, results.config), found }] : pairs;
  if (found.length === 0) return { name: NAME, lacking: "no two models have done the same run" };
  const theme = themeOf(options.theme);
  const values = found
    .flatMap(({ q05, q95, low, high, value }) => [q05, q95, low, high, value])
    .filter(Number.isFinite);
  const { nodes, height } = rowChart(
    groups.map(({ title, found }) => ({ title, rows: found.map((one) => rowOf(one, theme)) })),
    {
      top: 2,
      theme,
      scale: (range) =>
        linearScale(Math.min(0, ...values), Math.max(0, ...values), { range, nice: true, label: shortNumber }),
      foot: differenceHeading(options),
      behind: (x, box) => [down(x.at(0), box.y, box.y + box.height, theme.quiet, 0.8)],
    },
  );
  const caption = `${captionStart(options, ownRows)} ${runsSentence(cells, results)}`;
  const data = found.map((one) => dataRow(one, options));
  return page({ name: NAME, title: "Differences between models, paired by run", caption, height, theme, data }, nodes);
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
  const { low, high, value } = estimate(off, statistic);
  const { q05, q95 } = quantiles(off.toSorted());
  const { model, correlation } = first;
  return { first: model, second: second.model, correlation, pairs: off.length, value, low, high, q05, q95 };
}

function pairTitle({ first, second }: Pick<Difference, "first" | "second">): string {
  return `${modelLabel(first)} − ${modelLabel(second)}`;
}

function rowOf(difference: Difference, { ink, quiet }: Theme): Row {
  const { first, second, correlation, pairs, value, low, high, q05, q95 } = difference;
  const models = `${modelLabel(first)} minus ${modelLabel(second)}`;
  const at = correlation === null ? [] : [correlationWords(correlation)];
  return {
    label: correlation === null ? pairTitle(difference) : correlationWords(correlation),
    attributes: { "data-model": first, "data-other": second, "data-correlation": correlation ?? undefined },
    words: `${[models, ...at].join(", ")}: ${estimateText(difference, 4, pairs)}`,
    marks: (x, y) => [
      across(x.at(q05), x.at(q95), y, quiet, 0.6),
      ...(Number.isFinite(low) ? [across(x.at(low), x.at(high), y, ink, 3)] : []),
      down(x.at(value), y - 3.6, y + 3.6, ink, 1), // a dot would hide a narrow interval
    ],
  };
}

function captionStart({ loss, statistic, unit }: FigureOptions, ownRows: boolean): string {
  return (
    `${capitalised(statistic)} difference of the ${lossName(loss)} after the last step (${unitsSentence({ loss, unit })}) between models trained ` +
    `on the same data${ownRows ? "" : ", a row a correlation"}: above zero the second model is better. Upright lines: the ${statistic}; thick ` +
    "lines: 95 % intervals over pairs of runs; thin lines: the middle 90 % of the pairs."
  );
}

function dataRow(
  { first, second, correlation, pairs, value, low, high, q05, q95 }: Difference,
  options: FigureOptions,
): Record<string, CsvValue> {
  const { loss, statistic } = options;
  return { first, second, correlation, pairs, loss, statistic, value, low, high, q05, q95 };
}
