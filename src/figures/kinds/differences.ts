import type { LossSet } from "../../config/losses.ts";
import { type Estimate, endsOf, LEAST_SHOWN } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import { estimate } from "../../stats/interval.ts";
import { quantileSorted } from "../../stats/moments.ts";
import { pairsOf } from "../../stats/pairs.ts";
import { correlationsOf, doneCells, modelsOf } from "../draw/facts.ts";
import type { FigureOptions } from "../draw/figure.ts";
import type { KeyMark } from "../draw/legend.ts";
import { namesRoom, type Row, type RowGroup, rowChart } from "../draw/row-chart.ts";
import { linearScale, type Range, type Scale, shortNumber } from "../draw/scale.ts";
import { across, down } from "../draw/series.ts";
import { labelIn, type Theme } from "../draw/style.ts";
import { SMALL, shortened, textWidth } from "../draw/svg.ts";
import { type FigureData, figure } from "../draw/sweep-figure.ts";
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
        if (a === undefined || b === undefined) return [];
        const off = recorded.differences(a, b, loss);
        if (off.length === 0) return [];
        const overlap = Math.max(a.overlap, b.overlap);
        const sorted = off.toSorted();
        const [q05, q95] = [0.05, 0.95].map((q) => quantileSorted(sorted, q));
        const { value, low, high } = estimate(off, statistic, overlap);
        return [{ first, second, correlation, pairs: off.length, loss, statistic, value, low, high, q05, q95 }];
      }),
    ),
  draw: (given) => {
    const { rows, sweep, options, theme } = given;
    const cells = doneCells(sweep);
    const models = modelsOf(cells);
    if (models.length < 2) return { lacking: "runs of two models are needed" };
    if (rows.length === 0) return { lacking: "no two models have done the same run" };
    const reference = models.length > MOST_PAIRED ? referenceOf(models) : undefined;
    const chosen = reference === undefined ? rows : rows.flatMap((row) => against(row, reference));
    const all = correlationsOf(rows);
    const sets = new Set(chosen.map(pairOf)).size;
    const drawn = words.someOf(all, ROWS / sets);
    const shown = drawn.flatMap((correlation) => chosen.filter((row) => row.correlation === correlation));
    const ofPairs = reference === undefined && all[0] !== null;
    const from = reference === undefined ? "between models" : `from ${labelIn(sweep.cells, reference)}`;
    return {
      title: `Differences ${from}, paired by run`,
      caption: `${captionStart(given, reference)}${words.leftOutSentence(all, drawn)}`,
      runs: words.runsSentence(cells, sweep),
      ...rowChart(groupsOf(shown, { reference, ofPairs }, given), {
        theme,
        ownAxes: ofPairs,
        scale: signedScale,
        key: keyOf(shown, options, theme),
        foot: words.differenceHeading(options),
        behind: (x, box) => [down(x.at(0), box.y, box.y + box.height, theme.quiet, 0.8)],
      }),
    };
  },
});

function pairOf({ first, second }: DifferenceRow): string {
  return `${first} ${second}`;
}

/** The model that others are compared with, where they are too many for all pairs. */
function referenceOf(models: readonly string[]): string {
  return models.includes(REFERENCE) ? REFERENCE : models[models.length - 1];
}

function captionStart({ rows, sweep, options }: FigureData<DifferenceRow>, reference: string | undefined): string {
  const { loss, statistic } = options;
  const counts = rows.map(({ pairs }) => pairs);
  const each =
    reference !== undefined
      ? `one row per model: its loss minus ${labelIn(sweep.cells, reference)}'s. Thin lines may leave the frame, and the CSV file has the other pairs`
      : words.areOnOwnRows(doneCells(sweep))
        ? "one row per pair of models: the loss of the first minus that of the second"
        : "one row per correlation. Each pair of models has its own axis: the loss of the left model minus that of the right one";
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

interface Grouping {
  /** The model that all others are compared with; undefined where all pairs are drawn. */
  readonly reference: string | undefined;
  /** Whether each pair of models has a group with a row for each correlation; otherwise each correlation has a group. */
  readonly ofPairs: boolean;
}

function groupsOf(
  shown: readonly DifferenceRow[],
  { reference, ofPairs }: Grouping,
  { rows: given, sweep, theme }: FigureData<DifferenceRow>,
): RowGroup[] {
  const labelOf = (model: string) => labelIn(sweep.cells, model);
  const all = correlationsOf(given);
  const groups = groupBy(shown, ofPairs ? pairOf : ({ correlation }) => String(correlation));
  return [...groups.values()].map((own) => {
    const [{ first, second, correlation }] = own;
    const [left, right] = ofPairs ? [first, second].map(labelOf) : ["first", "second"];
    const lines = reference === undefined ? own.flatMap(({ q05, q95 }) => [q05, q95]) : []; // they may leave the frame
    const rows = own.map((row) => {
      const names = [labelOf(row.first), labelOf(row.second)] as const;
      const pair = reference === undefined ? pairLabel(names, namesRoom(theme)) : names[0];
      return chartRow(row, ofPairs ? words.correlationWords(row.correlation) : pair, names, theme);
    });
    return {
      ...(!ofPairs && { title: words.correlationTitle(correlation, all, sweep) }),
      ends: reference ? ["other better", `${labelOf(reference)} better`] : [`${left} better`, `${right} better`],
      rows,
      values: [...endsOf(own), ...lines].filter(Number.isFinite),
    };
  });
}

/** Of at most `room` points. */
function pairLabel(names: readonly [string, string], room: number): string {
  const minus = " − ";
  if (textWidth(names.join(minus), SMALL) <= room) return names.join(minus);
  const each = (room - textWidth(minus, SMALL)) / 2;
  return names.map((name) => shortened(name, each, SMALL)).join(minus);
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
  const none: KeyMark = { label: `no interval of fewer than ${LEAST_SHOWN} pairs`, width: 0, marks: () => [] };
  return [
    { label: statistic, width: 1, marks: (x, y) => [down(x + 0.5, y - 3.6, y + 3.6, ink, 1)] },
    ...(shown.some(({ low }) => Number.isFinite(low)) ? [interval] : []),
    { label: "middle 90 % of the pairs", width: 12, marks: (x, y) => [across(x, x + 12, y, quiet, 0.6)] },
    ...(shown.some(({ pairs }) => pairs < LEAST_SHOWN) ? [none] : []),
  ];
}

function chartRow(
  row: DifferenceRow,
  label: string,
  names: readonly [string, string],
  { ink, quiet, inPage }: Theme,
): Row {
  const { first, second, correlation, pairs, value, low, high, q05, q95 } = row;
  const what = [names.join(" minus "), words.correlationWords(correlation)].filter((part) => part !== "").join(", ");
  return {
    label,
    attributes: { "data-model": first, "data-other": second, "data-correlation": correlation },
    words: `${what}: ${words.estimateWords(row, pairs, { inPage })}`,
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
