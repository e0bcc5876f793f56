import { type GridPoint, type GridValue, pointText } from "../../identity/cell.ts";
import { groupBy } from "../../stats/group-by.ts";
import { type Box, panel } from "./axes.ts";
import { type GridDrawing, gridDrawing, noRun, type Place, panelGrid } from "./cell-grid.ts";
import { asideOf, estimateSeries, type FinalRow, slotWidth, WIDEST_SLOT } from "./estimates.ts";
import { correlationsOf, type Listed, type SweepFacts } from "./facts.ts";
import type { Draw, Drawing, Given } from "./figure.ts";
import { estimateMarks } from "./final-loss.ts";
import { modelLegend } from "./legend.ts";
import { type RowGroup, rowChart } from "./row-chart.ts";
import { lossScale, type Scale, type ValueScale, valueScale } from "./scale.ts";
import { across, down, type Frame } from "./series.ts";
import type { StyledRows } from "./style.ts";
import { heading, type SvgNode } from "./svg.ts";
import { areOnOwnRows, correlationWords, finalLossWords, lossHeading, statisticName, withIntervals } from "./words.ts";

/** A cell's final loss. */
export type SettingRow = FinalRow & GridPoint;

type Shown = Given<SettingRow>;

/** Final loss of each model against a listed setting, a panel for each correlation and choice of the other settings. */
export const againstSetting: Draw<SettingRow> = (given) => {
  const axis = axisOf(given.sweep);
  if (axis === undefined) return { lacking: "its runs have one value of each setting", never: true };
  if (given.found.length === 0) return { lacking: "no run is done" };
  const inRows = isOfManyWords(axis);
  return {
    title: `Final loss against ${axis.key}`,
    caption: captionOf(given, axis, inRows),
    ...(inRows ? againstWords(given, axis) : againstValues(given, axis)),
  };
};

/** The listed setting with the most values; the later one in a config, if two have as many. */
function axisOf({ listed }: SweepFacts): Listed | undefined {
  const [first, ...others] = listed;
  return first && others.reduce((most, one) => (one.values.length >= most.values.length ? one : most), first);
}

/** Words that a panel has no room for side by side. */
const MANY = 4;

function isOfManyWords({ values }: Listed): boolean {
  return values.length >= MANY && values.every((value) => typeof value === "string");
}

const LEFT = 24;
const HEIGHT = 78;

function againstValues({ found, cells, styles, options, theme }: Shown, { key }: Listed): GridDrawing {
  const choices = [...new Set(cells.map(({ point }) => othersText(point, key)))];
  const head = heading(lossHeading(options), { y: 0, theme });
  const names = modelLegend(styles, { y: head.height + 9, theme, sample: "marked" });
  const above = { nodes: [...head.nodes, names.node], height: head.height + names.height };
  const rows = choices.map((title) => ({ title }));
  const layout = panelGrid(rows, correlationsOf(cells), { above, height: HEIGHT, left: LEFT, theme });
  const places = cells.map(({ point }) => point[key]);
  const { placeOf } = valueScale(places, [0, 1]);
  const points = found.map(({ cell, rows: [row] }) => ({ ...row, cell, x: placeOf(cell.point[key]) }));
  const values = points.flatMap(({ value, low, high }) => [value, low, high]);
  const panels = choices.flatMap((choice, i) =>
    layout.drawn.map((correlation) => {
      const place = layout.place(i, correlation) as Place;
      const attributes = { "data-correlation": correlation };
      const here = points.filter(
        ({ cell }) => cell.correlation === correlation && othersText(cell.point, key) === choice,
      );
      if (here.length === 0) return noRun(place, attributes, { theme });
      const y = lossScale(values, options, [place.box.y + layout.height, place.box.y]);
      const { frame, slot } = frameOf(place.box, places, y);
      const series = [...styles].flatMap(([model, style], m) => {
        const own = here.filter(({ cell }) => cell.model === model).sort((a, b) => a.x - b.x);
        const aside = asideOf(m, styles.size, slot);
        return own.length > 0 ? [estimateSeries(own, { frame, aside, style, theme })] : [];
      });
      return panel({ ...place, ...frame, theme, attributes }, series);
    }),
  );
  return gridDrawing(layout, panels, [key]);
}

/** Room in a panel beside its outermost slots. */
const SIDE = 3;

function frameOf({ x, width }: Box, values: readonly GridValue[], y: Scale): { frame: Frame; slot: number } {
  const slotIn = ({ scale, placeOf }: ValueScale) => slotWidth(values.map((value) => scale.at(placeOf(value))));
  const slot = slotIn(valueScale(values, [0, width - WIDEST_SLOT - 2 * SIDE]));
  const side = slot / 2 + SIDE;
  return { frame: { x: valueScale(values, [x + side, x + width - side]).scale, y }, slot };
}

/** The choice of the other listed settings. */
function othersText(point: GridPoint, key: string): string {
  const { [key]: _, ...others } = point;
  return pointText(others);
}

function captionOf({ cells, sweep, options }: Shown, { key }: Listed, inRows: boolean): string {
  const ofTable = areOnOwnRows(cells);
  const row = ofTable ? "each model and choice" : "each model, correlation and choice";
  const each = ofTable ? "each choice" : "each correlation and each choice";
  const parts = inRows
    ? `rows for ${row} of the other settings.`
    : `a panel for ${each} of the other settings. Models at one value are drawn side by side around its tick.`;
  return `${finalLossWords(sweep, options, statisticName(options))} against ${key}, ${withIntervals(cells)}; ${parts}`;
}

/** Against a setting of many words: a row for each, in a group for each model, correlation and other choice. */
function againstWords({ found, options, theme }: Shown, { key, values }: Listed): Drawing {
  const groups = groupBy(found, ({ cell }) => {
    const words = [cell.label, correlationWords(cell.correlation), othersText(cell.point, key)];
    return words.filter((word) => word !== "").join(", ");
  });
  const placeOf = ({ cell }: StyledRows<SettingRow>) => values.map(String).indexOf(String(cell.point[key]));
  const rows = [...groups].map(([title, own]): RowGroup => {
    const ordered = own.toSorted((a, b) => placeOf(a) - placeOf(b));
    return {
      title,
      rows: ordered.map(({ cell, rows: [row], style }) => ({
        ...estimateMarks(cell, row, style, theme),
        label: String(cell.point[key]),
        marks: (x, y) => uprightMarks(row, style.colour, x, y),
      })),
      values: own.flatMap(({ rows: [{ value, low, high }] }) => [value, low, high]),
    };
  });
  return rowChart(rows, {
    top: 2,
    theme,
    scale: (range, losses) => lossScale(losses, options, range),
    foot: lossHeading(options),
  });
}

/** An interval with an upright mark, of which many rows have room. */
function uprightMarks({ value, low, high }: SettingRow, colour: string, x: Scale, y: number): SvgNode[] {
  return [
    ...(Number.isFinite(low) ? [across(x.at(low), x.at(high), y, colour, 2)] : []),
    down(x.at(value), y - 3.6, y + 3.6, colour, 1.6),
  ];
}
