import { type GridPoint, type GridValue, partOf, pointText } from "../../identity/cell.ts";
import { type Estimate, endsOf } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import { chart, correlationColumns } from "../draw/chart.ts";
import {
  asideOf,
  type EstimatePoint,
  estimateRow,
  estimateSeries,
  finalRow,
  pointsOf,
  slotWidth,
  WIDEST_SLOT,
} from "../draw/estimates.ts";
import { correlationsOf, type Listed, type SweepFacts } from "../draw/facts.ts";
import type { Drawing } from "../draw/figure.ts";
import { modelKey } from "../draw/legend.ts";
import { type Row, type RowGroup, rowChart } from "../draw/row-chart.ts";
import { lossScale, type Range, type ValueScale, valueScale } from "../draw/scale.ts";
import { across, down } from "../draw/series.ts";
import type { Theme } from "../draw/style.ts";
import { type FigureData, figure } from "../draw/sweep-figure.ts";
import * as words from "../draw/words.ts";

/** Final loss of each model against a listed setting, a panel for each correlation and choice of the other settings. */
export const grid = figure({
  name: "grid",
  about: "final loss against a setting that the sweep lists",
  of: "all points",
  supports: ["loss", "statistic", "scale"],
  rows: (recorded, options) => recorded.cells.map((cell) => finalRow(recorded, cell, options, cell.point)),
  draw: (given) => {
    const axis = axisOf(given.sweep);
    if (axis === undefined) return { lacking: "its runs have one value of each setting", never: true };
    if (given.found.length === 0) return { lacking: "no run is done" };
    const inRows = axis.values.length >= MANY && axis.values.every((value) => typeof value === "string");
    return {
      title: `Final loss against ${axis.key}`,
      ...(inRows ? againstWords(given, axis) : againstValues(given, axis)),
    };
  },
});

/** The listed setting with the most values; the later one in a config, if two have as many. */
function axisOf({ listed }: SweepFacts): Listed | undefined {
  const [first, ...others] = listed;
  return first && others.reduce((most, one) => (one.values.length >= most.values.length ? one : most), first);
}

/** Words that a panel has no room for side by side. */
const MANY = 4;

type CaptionedDrawing = Drawing & { readonly caption: string };

/** Room in a panel beside its outermost slots. */
const SIDE = 3;

function againstValues(given: FigureData<Estimate>, { key }: Listed): CaptionedDrawing {
  const { found, cells, styles, options, theme } = given;
  const values = cells.map(({ point }) => point[key]);
  const { placeOf } = valueScale(values, [0, 1]);
  const points = pointsOf(found, ({ point }) => placeOf(point[key]));
  const choices = [...new Set(cells.map(({ point }) => othersText(point, key)))];
  const rows = choices.map((title) => (title === "" ? {} : { title }));
  const { drawn, columns, leftOut } = correlationColumns(correlationsOf(cells), rows.length);
  const each = words.areOnOwnRows(cells) ? "each choice" : "each correlation and each choice";
  const panels = `a panel for ${each} of the other settings. Models at one value are drawn side by side around its tick.`;
  return {
    caption: `${captionStart(given, key)}; ${panels}${leftOut}`,
    ...chart<readonly EstimatePoint[]>({
      heading: words.lossHeading(options),
      key: modelKey(styles, { sample: "marked" }),
      theme,
      rows,
      columns,
      item: (row, column) => {
        const here = points.filter(
          ({ cell }) => cell.correlation === drawn[column] && othersText(cell.point, key) === choices[row],
        );
        return here.length > 0 ? here : undefined;
      },
      height: 78,
      x: (range) => slotted(values, range).scale,
      y: (range) => lossScale(endsOf(points), options, range),
      marks: (here, { box, ...frame }) => {
        const { slot } = slotted(values, [box.x, box.x + box.width]);
        return [...styles.keys()].flatMap((model, m) => {
          const own = here.filter(({ cell }) => cell.model === model).sort((a, b) => a.x - b.x);
          return own.length > 0 ? [estimateSeries(own, frame, theme, asideOf(m, styles.size, slot))] : [];
        });
      },
      foot: [key],
    }),
  };
}

/** The axis of a setting's values, and the width of the slot around each. */
function slotted(values: readonly GridValue[], [left, right]: Range) {
  const slotIn = ({ scale, placeOf }: ValueScale) => slotWidth(values.map((value) => scale.at(placeOf(value))));
  const slot = slotIn(valueScale(values, [0, right - left - WIDEST_SLOT - 2 * SIDE]));
  const side = slot / 2 + SIDE;
  return { slot, scale: valueScale(values, [left + side, right - side]).scale };
}

/** The choice of the other listed settings. */
function othersText(point: GridPoint, key: string): string {
  return pointText(partOf(point, (other) => other !== key));
}

function captionStart({ cells, sweep, options }: FigureData<unknown>, key: string): string {
  return `${words.finalLossWords(sweep, options, words.statisticName(options))} against ${key}, ${words.withIntervals(cells)}`;
}

/** Against a setting of many words: a row for each, in a group for each model, correlation and other choice. */
function againstWords(given: FigureData<Estimate>, { key, values }: Listed): CaptionedDrawing {
  const { found, cells, options, theme } = given;
  const points = pointsOf(found, ({ point }) => values.map(String).indexOf(String(point[key])));
  const groups = groupBy(points, ({ cell }) => {
    const parts = [cell.label, words.correlationWords(cell.correlation), othersText(cell.point, key)];
    return parts.filter((part) => part !== "").join(", ");
  });
  const rows = [...groups].map(([title, own]): RowGroup => {
    const ordered = own.toSorted((a, b) => a.x - b.x);
    return { title, values: endsOf(own), rows: ordered.map((point) => wordRow(point, key, theme)) };
  });
  const each = words.areOnOwnRows(cells) ? "each model and choice" : "each model, correlation and choice";
  return {
    caption: `${captionStart(given, key)}; rows for ${each} of the other settings.`,
    ...rowChart(rows, {
      theme,
      scale: (range, losses) => lossScale(losses, options, range),
      foot: words.lossHeading(options),
    }),
  };
}

/** An interval with an upright mark, of which many rows have room. */
function wordRow(point: EstimatePoint, key: string, theme: Theme): Row {
  const { cell, style, value, low, high } = point;
  return {
    ...estimateRow(point, theme),
    label: String(cell.point[key]),
    marks: (x, y) => [
      ...(Number.isFinite(low) ? [across(x.at(low), x.at(high), y, style.colour, 2)] : []),
      down(x.at(value), y - 3.6, y + 3.6, style.colour, 1.6),
    ],
  };
}
