import type { LossSet } from "../../config/losses.ts";
import type { Estimate } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { GridDrawing } from "./cell-grid.ts";
import { correlationsOf, doneCells, modelsOf } from "./facts.ts";
import type { Draw, FigureOptions, Given } from "./figure.ts";
import { type KeyMark, namesRoom, type Row, type RowGroup, rowChart } from "./row-chart.ts";
import { linearScale, type Scale, shortNumber } from "./scale.ts";
import { across, down } from "./series.ts";
import { labelIn, type Theme } from "./style.ts";
import { SMALL, shortened, textWidth } from "./svg.ts";
import {
  areOnOwnRows,
  capitalised,
  correlationTitle,
  correlationWords,
  differenceHeading,
  estimateWords,
  intervalWords,
  leftOutSentence,
  lossName,
  runsSentence,
  someOf,
  unitsSentence,
} from "./words.ts";

export type DifferenceRow = Difference & {
  readonly loss: LossSet;
  readonly statistic: FigureOptions["statistic"];
};

/** Differences of the final losses between models, pair by pair of runs on the same data. */
export const pairedDifferences: Draw<DifferenceRow> = ({ rows: found, sweep, options, theme }) => {
  const cells = doneCells(sweep);
  const models = modelsOf(cells);
  if (models.length < 2) return { lacking: "runs of two models are needed" };
  if (found.length === 0) return { lacking: "no two models have done the same run" };
  const reference = models.length > MOST_PAIRED ? referenceOf(models) : undefined;
  const labelOf = (model: string) => labelIn(cells, model);
  const pairs = found.map((one) => one.pairs);
  const from = reference === undefined ? "between models" : `from ${labelOf(reference)}`;
  return {
    title: `Differences ${from}, paired by run`,
    caption: `${captionStart(options, rowsWords(reference && labelOf(reference), areOnOwnRows(cells)), pairs)}`,
    runs: runsSentence(cells, sweep),
    ...differenceChart(found, { reference, labelOf, sweep, options, theme }),
  };
};

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

/** The first minus the second model at a correlation, over the runs that are done in both. */
type Difference = Estimate & {
  readonly first: string;
  readonly second: string;
  /** Null for rows of the user's own. */
  readonly correlation: number | null;
  readonly pairs: number;
  /** The middle 90 % of the pairs. */
  readonly q05: number;
  readonly q95: number;
};

/** Most models of which every pair is drawn. */
const MOST_PAIRED = 4;
/** Of more, each is compared with this one. */
const REFERENCE = "mmoe";
/** Most rows of a chart. */
const ROWS = 42;

interface ChartOptions extends Pick<Given<DifferenceRow>, "sweep" | "options" | "theme"> {
  /** The model that all others are compared with; undefined to draw all pairs. */
  readonly reference: string | undefined;
  /** What a model is called. */
  readonly labelOf: (model: string) => string;
}

/**
 * A group of rows for each pair of models; or a group for each correlation, with a row for each model but the reference.
 * Without correlations there is one group, of all pairs or all models.
 */
function differenceChart(found: readonly Difference[], chart: ChartOptions): GridDrawing {
  const { reference, options, theme } = chart;
  const all = correlationsOf(found);
  const chosen = reference === undefined ? found : found.flatMap((one) => against(one, reference));
  const sets = new Set(chosen.map(({ first, second }) => `${first} ${second}`)).size;
  const drawn = someOf(all, Math.max(1, Math.floor(ROWS / sets)));
  const shown = chosen.filter(({ correlation }) => drawn.includes(correlation));
  const ownAxes = reference === undefined && all[0] !== null;
  const groups = ownAxes ? pairGroups(shown, chart) : correlationGroups(shown, chart);
  const drawing = rowChart(groups, {
    top: 0,
    theme,
    ownAxes,
    scale: scaleOf,
    key: keyOf(shown, options, theme),
    foot: differenceHeading(options),
    behind: (x, box) => [down(x.at(0), box.y, box.y + box.height, theme.quiet, 0.8)],
  });
  return { ...drawing, leftOut: leftOutSentence(all, drawn) };
}

/** The difference as one from the reference: none if it is of two other models. */
function against(one: Difference, reference: string): Difference[] {
  if (one.second === reference) return [one];
  if (one.first !== reference) return [];
  const { first, second, value, low, high, q05, q95 } = one;
  return [{ ...one, first: second, second: first, value: -value, low: -high, high: -low, q05: -q95, q95: -q05 }];
}

function pairGroups(shown: readonly Difference[], chart: ChartOptions): RowGroup[] {
  const pairs = groupBy(shown, ({ first, second }) => `${first} ${second}`);
  return [...pairs.values()].map((found) => {
    const { first, second } = found[0];
    const rows = found.map((one) => rowOf(one, correlationWords(one.correlation), chart));
    const ends = [`${chart.labelOf(first)} better`, `${chart.labelOf(second)} better`] as const;
    return { ends, rows, values: valuesOf(found, chart) };
  });
}

function correlationGroups(shown: readonly Difference[], chart: ChartOptions): RowGroup[] {
  const { reference, labelOf, sweep, theme } = chart;
  const ends =
    reference === undefined
      ? (["first better", "second better"] as const)
      : (["other better", `${labelOf(reference)} better`] as const);
  const label = ({ first, second }: Difference) =>
    reference === undefined ? pairLabel(labelOf(first), labelOf(second), namesRoom(theme)) : labelOf(first);
  const correlations = [...groupBy(shown, ({ correlation }) => String(correlation)).values()];
  const correlationIn = (found: readonly Difference[]) => found[0].correlation;
  return correlations
    .toSorted((a, b) => Number(correlationIn(a)) - Number(correlationIn(b)))
    .map((found) => {
      const rows = found.map((one) => rowOf(one, label(one), chart));
      return { title: correlationTitle(correlationIn(found), sweep), ends, rows, values: valuesOf(found, chart) };
    });
}

/** Of at most `room` points. */
function pairLabel(first: string, second: string, room: number): string {
  const minus = " − ";
  const names = [first, second];
  if (textWidth(names.join(minus), SMALL) <= room) return names.join(minus);
  const each = (room - textWidth(minus, SMALL)) / 2;
  return names.map((name) => shortened(name, each, SMALL)).join(minus);
}

/** The ends of the intervals, and of all pairs of models those of the thin lines. */
function valuesOf(found: readonly Difference[], { reference }: ChartOptions): number[] {
  return found
    .flatMap(({ low, high, value, q05, q95 }) => [low, high, value, ...(reference === undefined ? [q05, q95] : [])])
    .filter(Number.isFinite);
}

function scaleOf(range: readonly [number, number], values: readonly number[]): Scale {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const label = low < 0 && high > 0 ? withSign : shortNumber;
  return linearScale(low, low === high ? 1 : high, { range, nice: true, label });
}

/** On an axis that crosses 0, above it too. */
function withSign(value: number): string {
  return value > 0 ? `+${shortNumber(value)}` : shortNumber(value);
}

function keyOf(shown: readonly Difference[], { statistic }: FigureOptions, { ink, quiet }: Theme): KeyMark[] {
  const interval: KeyMark = { label: "95 % interval", width: 12, marks: (x, y) => [across(x, x + 12, y, ink, 3)] };
  return [
    { label: statistic, width: 1, marks: (x, y) => [down(x + 0.5, y - 3.6, y + 3.6, ink, 1)] },
    ...(shown.some(({ low }) => Number.isFinite(low)) ? [interval] : []),
    { label: "middle 90 % of the pairs", width: 12, marks: (x, y) => [across(x, x + 12, y, quiet, 0.6)] },
  ];
}

function rowOf(difference: Difference, label: string, { labelOf, theme }: ChartOptions): Row {
  const { ink, quiet } = theme;
  const { first, second, correlation, pairs, value, low, high, q05, q95 } = difference;
  const models = `${labelOf(first)} minus ${labelOf(second)}`;
  const words = [models, correlationWords(correlation)].filter((part) => part !== "").join(", ");
  return {
    label,
    attributes: { "data-model": first, "data-other": second, "data-correlation": correlation },
    words: `${words}: ${estimateWords(difference, pairs, theme)}`,
    marks: (x, y) => {
      const inside = (end: number) => x.at(Math.min(Math.max(end, x.domain[0]), x.domain[1]));
      return [
        across(inside(q05), inside(q95), y, quiet, 0.6),
        ...(Number.isFinite(low) ? [across(x.at(low), x.at(high), y, ink, 3)] : []),
        down(x.at(value), y - 3.6, y + 3.6, ink, 1), // a dot would hide a narrow interval
      ];
    },
  };
}
