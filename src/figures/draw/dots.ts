// Charts with a dot for each run.
import { groupBy } from "../../stats/group-by.ts";
import { mean, quantileSorted } from "../../stats/moments.ts";
import { cellAttributes } from "./curves.ts";
import type { DrawnCell } from "./facts.ts";
import type { Drawing, FigureOptions } from "./figure.ts";
import type { KeyMark } from "./legend.ts";
import { type Row, rowChart } from "./row-chart.ts";
import { lossScale, type Scale } from "./scale.ts";
import { down, markerAt } from "./series.ts";
import type { SeriesStyle, Theme } from "./style.ts";
import { element, rounded, type SvgNode } from "./svg.ts";
import { cellWords, finalHeading } from "./words.ts";

/** The final losses of a cell's runs. */
interface CellDots {
  readonly cell: DrawnCell;
  readonly style: SeriesStyle;
  readonly label?: string;
  readonly losses: readonly number[];
}

/** Cells in one panel. */
interface DotGroup {
  readonly title: string;
  readonly rows: readonly CellDots[];
}

interface DotOptions {
  readonly theme: Theme;
  readonly options: FigureOptions;
  /** Whether each group has an axis of its own. */
  readonly ownAxes?: boolean;
}

/** A row for each cell, with a dot for each run. */
export function dotChart(groups: readonly DotGroup[], { theme, options, ownAxes = false }: DotOptions): Drawing {
  const drawn = groups.map(({ title, rows }) => {
    return { title, rows: rows.map((one) => dotRow(one, theme)), values: rows.flatMap(({ losses }) => losses) };
  });
  return rowChart(drawn, {
    row: ROW,
    key: dotKey(theme),
    theme,
    ownAxes,
    scale: (range, values) => lossScale(values, options, range),
    foot: finalHeading(options),
  });
}

/** Height of a row. */
const ROW = 15;
/** Diameter of a dot, and the most that dots above each other are apart. */
const DOT = 1.2;
/** Room for the dots of one place, in the lower part of the row; the mean is above. */
const ROOM = 9.5;
const LOWER = 1.6;
const MEAN_AREA = 8;
/** From the middle of the mean's triangle to its tip. */
const MEAN_TIP = 2 * Math.sqrt(MEAN_AREA / (3 * Math.sqrt(3)));

/** A row with a dot for each loss, their median and their mean. */
function dotRow({ cell, style, label = cell.label, ...one }: CellDots, theme: Theme): Row {
  const losses = Float64Array.from(one.losses).sort();
  const [q25, median, q75] = [0.25, 0.5, 0.75].map((q) => quantileSorted(losses, q));
  const average = mean(losses);
  return {
    label,
    attributes: cellAttributes(cell),
    words: `${cellWords(cell)}: median ${median.toFixed(4)}, quartiles ${q25.toFixed(4)} and ${q75.toFixed(4)}, mean ${average.toFixed(4)}`,
    marks: (x, middle) => {
      const y = middle + LOWER;
      const top = y - ROOM / 2;
      return [
        dots(losses, x, y, style.colour),
        down(x.at(median), top, top + ROOM, theme.ink, 0.9),
        markerAt("triangle-down", x.at(average), top - MEAN_TIP, { fill: theme.ink, area: MEAN_AREA }),
      ];
    },
  };
}

/** What a row's marks are. */
function dotKey({ ink, quiet }: Theme): KeyMark[] {
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
