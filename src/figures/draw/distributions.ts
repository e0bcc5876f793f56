import type { LossSet } from "../../config/losses.ts";
import { groupBy } from "../../stats/group-by.ts";
import { mean, quantileSorted } from "../../stats/moments.ts";
import { cellAttributes } from "./cell-curves.ts";
import { correlationsOf, type DrawnCell, modelsOf, type OfCell } from "./facts.ts";
import type { Draw } from "./figure.ts";
import { type KeyMark, type Row, rowChart } from "./row-chart.ts";
import { lossScale, type Scale } from "./scale.ts";
import { down, markerAt } from "./series.ts";
import type { SeriesStyle, Theme } from "./style.ts";
import { element, rounded, type SvgNode } from "./svg.ts";
import {
  cellWords,
  correlationTitle,
  finalHeading,
  finalLossWords,
  leftOutSentence,
  ofOneModel,
  sampleSentence,
  someOf,
} from "./words.ts";

/** A run's final loss. */
export type DistributionRow = OfCell & { readonly run: number; readonly loss: LossSet; readonly value: number };

interface Summary {
  readonly cell: DrawnCell;
  /** Ascending. */
  readonly losses: Float64Array;
}

/** How the final losses of each cell's first runs are spread: a dot for each run, a row for each cell. */
export const distributions: Draw<DistributionRow> = ({ found, cells, sweep, options, theme }) => {
  if (found.length === 0) return { lacking: "no run is done" };
  const summaries = found.map(({ cell, style, rows: runs }) => {
    return { cell, style, losses: Float64Array.from(runs, ({ value }) => value).sort() };
  });
  const all = correlationsOf(cells);
  const drawn = someOf(all, Math.max(1, Math.floor(ROWS / modelsOf(cells).length)));
  const values = summaries.flatMap(({ losses }) => [losses[0], losses.at(-1) as number]);
  const groups = drawn.map((p) => {
    const here = summaries.filter(({ cell }) => cell.correlation === p);
    return { title: correlationTitle(p, sweep), rows: here.map((one) => dotRow(one, one.style, theme)), values };
  });
  const contents = rowChart(groups, {
    top: 0,
    row: ROW,
    key: dotKey(theme),
    theme,
    scale: (range) => lossScale(values, options, range),
    foot: finalHeading(options),
  });
  const caption =
    `${finalLossWords(sweep, options)}. A dot for each run; dots above each other have about the same loss.` +
    `${sampleSentence(found)}${leftOutSentence(all, drawn)}`;
  return { title: `Spread of the final losses${ofOneModel(cells)}`, caption, ...contents };
};

/** Height of a row. */
export const ROW = 15;
/** Diameter of a dot, and the most that dots above each other are apart. */
const DOT = 1.2;
/** Room for the dots of one place, in the lower part of the row; the mean is above. */
const ROOM = 9.5;
const LOWER = 1.6;
const MEAN_AREA = 8;
/** From the middle of the mean's triangle to its tip. */
const MEAN_TIP = 2 * Math.sqrt(MEAN_AREA / (3 * Math.sqrt(3)));
/** Most rows of the chart. */
const ROWS = 32;

/** A row with a dot for each loss, their median and their mean. */
export function dotRow({ cell, losses }: Summary, { colour }: SeriesStyle, theme: Theme): Row {
  const [q25, median, q75] = [0.25, 0.5, 0.75].map((q) => quantileSorted(losses, q)) as [number, number, number];
  const average = mean(losses);
  return {
    label: cell.label,
    attributes: cellAttributes(cell),
    words: `${cellWords(cell)}: median ${median.toFixed(4)}, quartiles ${q25.toFixed(4)} and ${q75.toFixed(4)}, mean ${average.toFixed(4)}`,
    marks: (x, middle) => {
      const y = middle + LOWER;
      const top = y - ROOM / 2;
      return [
        dots(losses, x, y, colour),
        down(x.at(median), top, top + ROOM, theme.ink, 0.9),
        markerAt("triangle-down", x.at(average), top - MEAN_TIP, { fill: theme.ink, area: MEAN_AREA }),
      ];
    },
  };
}

/** What a row's marks are. */
export function dotKey({ ink, quiet }: Theme): KeyMark[] {
  return [
    {
      label: "one run",
      width: DOT,
      marks: (x, y) => [markerAt("circle", x + DOT / 2, y, { fill: quiet, area: DOT * DOT })],
    },
    { label: "median", width: 1, marks: (x, y) => [down(x + 0.5, y - ROOM / 2 + 1, y + ROOM / 2 - 1, ink, 0.9)] },
    {
      label: "mean",
      width: 4,
      marks: (x, y) => [markerAt("triangle-down", x + 2, y - 0.5, { fill: ink, area: MEAN_AREA })],
    },
  ];
}

/** A dot for each loss around the height `y`: those of about one place above each other, closer where they are many. */
function dots(losses: Float64Array, x: Scale, y: number, colour: string): SvgNode {
  const columns = [...groupBy([...losses], (loss) => String(Math.round(x.at(loss) / DOT)))];
  const most = Math.max(...columns.map(([, here]) => here.length));
  const apart = Math.min(DOT, ROOM / most);
  const d = columns.flatMap(([column, { length }]) =>
    Array.from(
      { length },
      (_, i) => `M${rounded(Number(column) * DOT)} ${rounded(y + (i - (length - 1) / 2) * apart)}h0`,
    ),
  );
  const line = { stroke: colour, "stroke-width": DOT, "stroke-linecap": "round", fill: "none" };
  return element("path", { class: "dots", d: d.join(""), ...line });
}
