import type { LossSet } from "../../config/losses.ts";
import { type Estimate, endsOf } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import { drawnEstimate } from "../../stats/interval.ts";
import { quantileSorted } from "../../stats/moments.ts";
import { pairsOf } from "../../stats/pairs.ts";
import { correlationsOf, doneCells, modelsOf } from "../draw/facts.ts";
import type { FigureOptions } from "../draw/figure.ts";
import { type KeyMark, namesRoom, type Row, type RowGroup, rowChart } from "../draw/row-chart.ts";
import { linearScale, type Range, type Scale, shortNumber } from "../draw/scale.ts";
import { across, down } from "../draw/series.ts";
import { labelIn, type Theme } from "../draw/style.ts";
import { SMALL, shortened, textWidth } from "../draw/svg.ts";
import { figure } from "../draw/sweep-figure.ts";
import * as words from "../draw/words.ts";

/** The first minus the second model at a correlation, over the runs that are done in both. */
type DifferenceRow = Estimate & {
  readonly first: string;
  readonly second: string;
  /** Null for rows of the user's own. */
  readonly correlation: number | null;
  readonly pairs: number;
  readonly loss: LossSet;
  readonly statistic: FigureOptions["statistic"];
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

/** What a chart is made of besides its rows. */
interface Comparison {
  readonly theme: Theme;
  /** The model that all others are compared with; undefined where all pairs are drawn. */
  readonly reference: string | undefined;
  readonly labelOf: (model: string) => string;
}

/** Differences of the final losses between models, pair by pair of runs on the same data. */
export const differences = figure<DifferenceRow>({
  name: "differences",
  about: "differences between models, paired by run",
  supports: ["loss", "statistic"],
  rows: (recorded, { loss, statistic }) =>
    pairsOf(modelsOf(recorded.cells)).flatMap(([first, second]) =>
      correlationsOf(recorded.cells).flatMap((correlation) => {
        const [a, b] = [first, second].map((model) =>
          recorded.cells.find((cell) => cell.model === model && cell.correlation === correlation),
        );
        const off = a && b && recorded.differences(a, b, loss);
        if (off === undefined || off.length === 0) return [];
        const sorted = off.toSorted();
        const [q05, q95] = [0.05, 0.95].map((q) => quantileSorted(sorted, q));
        const { value, low, high } = drawnEstimate(off, statistic);
        return [{ first, second, correlation, pairs: off.length, loss, statistic, value, low, high, q05, q95 }];
      }),
    ),
  draw: ({ rows, sweep, options, theme }) => {
    const cells = doneCells(sweep);
    const models = modelsOf(cells);
    if (models.length < 2) return { lacking: "runs of two models are needed" };
    if (rows.length === 0) return { lacking: "no two models have done the same run" };
    const reference = models.length > MOST_PAIRED ? referenceOf(models) : undefined;
    const labelOf = (model: string) => labelIn(sweep.cells, model);
    const chosen = reference === undefined ? rows : rows.flatMap((row) => against(row, reference));
    const all = correlationsOf(rows);
    const sets = new Set(chosen.map(({ first, second }) => `${first} ${second}`)).size;
    const drawn = words.someOf(all, Math.max(1, Math.floor(ROWS / sets)));
    const shown = chosen.filter(({ correlation }) => drawn.includes(correlation));
    const ownAxes = reference === undefined && all[0] !== null;
    const comparison = { theme, reference, labelOf };
    const groups = ownAxes
      ? pairGroups(shown, comparison)
      : correlationGroups(shown, comparison, (correlation) => words.correlationTitle(correlation, sweep));
    const each = rowsWords(reference && labelOf(reference), words.areOnOwnRows(cells));
    return {
      title: `Differences ${reference === undefined ? "between models" : `from ${labelOf(reference)}`}, paired by run`,
      caption: `${captionStart(options, each, rows)}${words.leftOutSentence(all, drawn)}`,
      runs: words.runsSentence(cells, sweep),
      ...rowChart(groups, {
        theme,
        ownAxes,
        scale: signedScale,
        key: keyOf(shown, options, theme),
        foot: words.differenceHeading(options),
        behind: (x, box) => [down(x.at(0), box.y, box.y + box.height, theme.quiet, 0.8)],
      }),
    };
  },
});

/** The model that others are compared with, where they are too many for all pairs. */
function referenceOf(models: readonly string[]): string {
  return models.includes(REFERENCE) ? REFERENCE : models[models.length - 1];
}

/** For the caption: what a row is. */
function rowsWords(reference: string | undefined, ownRows: boolean): string {
  if (reference !== undefined)
    return `one row per model: its loss minus ${reference}'s. Thin lines may leave the frame, and the CSV file has the other pairs`;
  if (ownRows) return "one row per pair of models: the loss of the first minus that of the second";
  return "one row per correlation. Each pair of models has its own axis: the loss of the left model minus that of the right one";
}

function captionStart(options: FigureOptions, each: string, rows: readonly DifferenceRow[]): string {
  const { loss, statistic } = options;
  const counts = rows.map(({ pairs }) => pairs);
  return (
    `${words.capitalised(statistic)} difference of the ${words.lossName(loss)} after the last step (${words.unitsSentence(options)}) between models trained ` +
    `on the same data, ${each}. ${words.intervalWords(counts, "95 % intervals are over pairs of runs", "No intervals")}.`
  );
}

/** The difference as one from the reference: none if it is of two other models. */
function against(row: DifferenceRow, reference: string): DifferenceRow[] {
  if (row.second === reference) return [row];
  if (row.first !== reference) return [];
  const { first, second, value, low, high, q05, q95 } = row;
  return [{ ...row, first: second, second: first, value: -value, low: -high, high: -low, q05: -q95, q95: -q05 }];
}

/** A group of rows for each pair of models, with a row for each correlation. */
function pairGroups(shown: readonly DifferenceRow[], comparison: Comparison): RowGroup[] {
  const { labelOf } = comparison;
  return [...groupBy(shown, ({ first, second }) => `${first} ${second}`).values()].map((own) => {
    const [{ first, second }] = own;
    const rows = own.map((row) => chartRow(row, words.correlationWords(row.correlation), comparison));
    return { ends: [`${labelOf(first)} better`, `${labelOf(second)} better`], rows, values: valuesOf(own, comparison) };
  });
}

/** A group for each correlation, with a row for each model but the reference, or for each pair. */
function correlationGroups(
  shown: readonly DifferenceRow[],
  comparison: Comparison,
  titleOf: (correlation: number | null) => string,
): RowGroup[] {
  const { reference, labelOf, theme } = comparison;
  const ends: RowGroup["ends"] =
    reference === undefined ? ["first better", "second better"] : ["other better", `${labelOf(reference)} better`];
  const label = ({ first, second }: DifferenceRow) =>
    reference === undefined ? pairLabel(labelOf(first), labelOf(second), namesRoom(theme)) : labelOf(first);
  return correlationsOf(shown).map((correlation) => {
    const own = shown.filter((row) => row.correlation === correlation);
    const rows = own.map((row) => chartRow(row, label(row), comparison));
    return { title: titleOf(correlation), ends, rows, values: valuesOf(own, comparison) };
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
function valuesOf(rows: readonly DifferenceRow[], { reference }: Comparison): number[] {
  const lines = reference === undefined ? rows.flatMap(({ q05, q95 }) => [q05, q95]) : [];
  return [...endsOf(rows), ...lines].filter(Number.isFinite);
}

function signedScale(range: Range, values: readonly number[]): Scale {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const label = low < 0 && high > 0 ? withSign : shortNumber;
  return linearScale(low, low === high ? 1 : high, { range, nice: true, label });
}

/** On an axis that crosses 0, above it too. */
function withSign(value: number): string {
  return value > 0 ? `+${shortNumber(value)}` : shortNumber(value);
}

function keyOf(shown: readonly DifferenceRow[], { statistic }: FigureOptions, { ink, quiet }: Theme): KeyMark[] {
  const interval: KeyMark = { label: "95 % interval", width: 12, marks: (x, y) => [across(x, x + 12, y, ink, 3)] };
  return [
    { label: statistic, width: 1, marks: (x, y) => [down(x + 0.5, y - 3.6, y + 3.6, ink, 1)] },
    ...(shown.some(({ low }) => Number.isFinite(low)) ? [interval] : []),
    { label: "middle 90 % of the pairs", width: 12, marks: (x, y) => [across(x, x + 12, y, quiet, 0.6)] },
  ];
}

function chartRow(row: DifferenceRow, label: string, { labelOf, theme }: Comparison): Row {
  const { ink, quiet } = theme;
  const { first, second, correlation, pairs, value, low, high, q05, q95 } = row;
  const what = [`${labelOf(first)} minus ${labelOf(second)}`, words.correlationWords(correlation)];
  return {
    label,
    attributes: { "data-model": first, "data-other": second, "data-correlation": correlation },
    words: `${what.filter((part) => part !== "").join(", ")}: ${words.estimateWords(row, pairs, theme)}`,
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
