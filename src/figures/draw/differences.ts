import type { LossSet } from "../../config/loss-sets.ts";
import { type Difference, differenceChart, MOST_PAIRED, REFERENCE } from "./difference-chart.ts";
import { doneCells, modelsOf, type SweepFacts } from "./facts.ts";
import type { FigureOptions, Picture, Unavailable } from "./figure.ts";
import { page } from "./page.ts";
import { labelIn } from "./style.ts";
import { themeFor } from "./theme.ts";
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

export type DifferenceRow = Difference & {
  readonly loss: LossSet;
  readonly statistic: FigureOptions["statistic"];
};

/** Differences of the final losses between models, pair by pair of runs on the same data. */
export function pairedDifferences(
  found: readonly DifferenceRow[],
  sweep: SweepFacts,
  options: FigureOptions,
): Picture | Unavailable {
  const cells = doneCells(sweep);
  const models = modelsOf(cells);
  if (models.length < 2) return { name: NAME, lacking: "runs of two models are needed" };
  if (found.length === 0) return { name: NAME, lacking: "no two models have done the same run" };
  const theme = themeFor(options);
  const reference = models.length > MOST_PAIRED ? referenceOf(models) : undefined;
  const labelOf = (model: string) => labelIn(cells, model);
  const titleOf = (correlation: number | null) => correlationTitle(correlation, sweep);
  const { nodes, height, leftOut } = differenceChart(found, { reference, labelOf, titleOf, options, theme });
  const pairs = found.map((one) => one.pairs);
  const from = reference === undefined ? "between models" : `from ${labelOf(reference)}`;
  return page(
    {
      name: NAME,
      title: `Differences ${from}, paired by run`,
      caption: `${captionStart(options, rowsWords(reference && labelOf(reference), areOnOwnRows(cells)), pairs)}${leftOut} ${runsSentence(cells, sweep)}`,
      height,
      theme,
    },
    nodes,
  );
}

/** The model that others are compared with, where they are too many for all pairs. */
function referenceOf(models: readonly string[]): string {
  return models.includes(REFERENCE) ? REFERENCE : (models.at(-1) as string);
}

/** For the caption: what a row is. */
function rowsWords(reference: string | undefined, ownRows: boolean): string {
  if (reference !== undefined)
    return `one row per model: its loss minus ${reference}'s. Thin lines may leave the frame, and the CSV file has the other pairs`;
  if (ownRows) return "one row per pair of models: the loss of the first minus that of the second";
  return "one row per correlation. Each pair of models has its own axis: the loss of the left model minus that of the right one";
}

function captionStart({ loss, statistic, unit }: FigureOptions, rows: string, pairs: readonly number[]): string {
  return (
    `${capitalised(statistic)} difference of the ${lossName(loss)} after the last step (${unitsSentence({ loss, unit })}) between models trained ` +
    `on the same data, ${rows}. ${intervalWords(pairs, "95 % intervals are over pairs of runs", "No intervals")}.`
  );
}
