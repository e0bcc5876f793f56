import { type GridPoint, type GridValue, listedKeys, pointText, valuesOf } from "../config/grid.ts";
import type { GridKey } from "../config/settings.ts";
import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { againstWords } from "./against-words.ts";
import { type Box, panel } from "./axes.ts";
import { type GridDrawing, noRun, type Place, panelGrid } from "./cell-grid.ts";
import { asideOf, type EstimatePoint, estimateSeries, slotWidth, WIDEST_SLOT } from "./estimate-series.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { drawnEstimate } from "./interval.ts";
import { modelLegend } from "./legend.ts";
import { heading, lossScale } from "./loss-axis.ts";
import { page } from "./page.ts";
import type { Scale } from "./scale.ts";
import type { Frame } from "./series.ts";
import { modelStyles, type SeriesStyle } from "./style.ts";
import type { SvgNode } from "./svg.ts";
import { correlationsOf, finalMeans, modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { text } from "./text.ts";
import { type Theme, themeOf } from "./theme.ts";
import { type ValueScale, valueScale } from "./value-scale.ts";
import {
  areOnOwnRows,
  capitalised,
  lossHeading,
  runsSentence,
  statisticName,
  tasksWords,
  unitsSentence,
  withIntervals,
} from "./words.ts";

const NAME = "grid";

interface CellPoint extends EstimatePoint {
  readonly value: number;
  /** Its row of panels: that of its other listed settings. */
  readonly row: number;
}

/** Final loss of each model against a listed setting, a panel for each correlation and choice of the other settings. */
export function againstSetting(results: Results, options: FigureOptions): Figure | Lacking {
  const key = axisOf(results);
  if (key === undefined) return { name: NAME, lacking: "its runs have one value of each setting", never: true };
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  const theme = themeOf(options.theme);
  const inRows = isOfManyWords(results, key);
  const { nodes, leftOut, ...size } = inRows
    ? againstWords(cells, { ...options, ...wordsOf(results, key), colours: theme })
    : drawing(cells, key, options, theme);
  return page(
    {
      name: NAME,
      title: `Final loss against ${key}`,
      caption: `${captionStart(cells, key, options, inRows)}${leftOut} ${runsSentence(cells, results)}`,
      ...size,
      theme,
      data: cells.map((cell) => rowOf(cell, options)),
    },
    nodes,
  );
}

/** The listed setting with the most values; the later one in a config, if two have as many. */
function axisOf({ config }: Results): GridKey | undefined {
  const count = (key: GridKey) => valuesOf(config, key).length;
  const [first, ...others] = listedKeys(config);
  return first && others.reduce((most, key) => (count(key) >= count(most) ? key : most), first);
}

/** Words that a panel has no room for side by side. */
const MANY = 4;

function isOfManyWords({ config }: Results, key: GridKey): boolean {
  const values = valuesOf(config, key);
  return values.length >= MANY && values.every((value) => typeof value === "string");
}

function wordsOf({ config }: Results, key: GridKey) {
  const othersOf = ({ point }: SweepCell) => othersText(point, key);
  return { key, values: valuesOf(config, key).map(String), othersOf };
}

const LEFT = 24;
const HEIGHT = 78;

function drawing(cells: readonly SweepCell[], key: GridKey, options: FigureOptions, theme: Theme): GridDrawing {
  const styles = modelStyles(modelsOf(cells), theme);
  const rows = [...new Set(cells.map((cell) => othersText(cell.point, key)))];
  const head = heading(lossHeading(options), { y: 0, theme });
  const names = modelLegend(styles, { y: head.height + 9, theme, sample: "marked" });
  const layout = panelGrid(
    rows.map((title) => ({ title })),
    correlationsOf(cells),
    { top: head.height + names.height, height: HEIGHT, left: LEFT, theme },
  );
  const { placeOf } = valueScale(valuesIn(cells, key), [0, 1]);
  const points = cells.map((cell): CellPoint => {
    const x = placeOf(cell.point[key] as GridValue);
    const row = rows.indexOf(othersText(cell.point, key));
    return { cell, x, row, ...drawnEstimate(finalMeans(cell, options.loss), options.statistic) };
  });
  const values = points.flatMap(({ value, low, high }) => [value, low, high]);
  const panels = rows.flatMap((_, row) =>
    layout.drawn.map((correlation) => {
      const place = layout.place(row, correlation) as Place;
      const attributes = { "data-correlation": correlation };
      const here = points.filter((point) => point.row === row && point.cell.correlation === correlation);
      if (here.length === 0) return noRun(place, attributes, { theme });
      const y = lossScale(values, options.scale, [place.box.y + layout.height, place.box.y]);
      const { frame, slot } = frameOf(place.box, valuesIn(cells, key), y);
      return panel({ ...place, ...frame, theme, attributes }, seriesIn(here, { frame, slot, styles, theme }));
    }),
  );
  const { leftOut, width, bottom: height } = layout;
  const foot = text(key, width / 2, height - 4, { fill: theme.ink, anchor: "middle" });
  return { nodes: [...head.nodes, names.node, ...layout.titles, ...panels, foot], leftOut, width, height };
}

/** Room in a panel beside its outermost slots. */
const SIDE = 3;

function frameOf({ x, width }: Box, values: readonly GridValue[], y: Scale): { frame: Frame; slot: number } {
  const slotIn = ({ scale, placeOf }: ValueScale) => slotWidth(values.map((value) => scale.at(placeOf(value))));
  const slot = slotIn(valueScale(values, [0, width - WIDEST_SLOT - 2 * SIDE]));
  const side = slot / 2 + SIDE;
  return { frame: { x: valueScale(values, [x + side, x + width - side]).scale, y }, slot };
}

interface SeriesPlace {
  readonly frame: Frame;
  readonly slot: number;
  readonly styles: ReadonlyMap<string, SeriesStyle>;
  readonly theme: Theme;
}

/** Each model's points in a panel. */
function seriesIn(here: readonly CellPoint[], { frame, slot, styles, theme }: SeriesPlace): SvgNode[] {
  return [...styles].flatMap(([model, style], i) => {
    const own = here.filter(({ cell }) => cell.model === model).sort((a, b) => a.x - b.x);
    const aside = asideOf(i, styles.size, slot);
    return own.length > 0 ? [estimateSeries(own, { frame, aside, style, theme })] : [];
  });
}

function valuesIn(cells: readonly SweepCell[], key: GridKey): GridValue[] {
  return cells.map(({ point }) => point[key] as GridValue);
}

/** The choice of the other listed settings. */
function othersText(point: GridPoint, key: GridKey): string {
  const { [key]: _, ...others } = point;
  return pointText(others);
}

function captionStart(
  cells: readonly SweepCell[],
  key: GridKey,
  { loss, statistic, unit }: FigureOptions,
  inRows: boolean,
): string {
  const ofTable = areOnOwnRows(cells);
  const row = ofTable ? "each model and choice" : "each model, correlation and choice";
  const each = ofTable ? "each choice" : "each correlation and each choice";
  const parts = inRows
    ? `rows for ${row} of the other settings.`
    : `a panel for ${each} of the other settings. Models at one value are drawn side by side around its tick.`;
  return (
    `${capitalised(statisticName({ loss, statistic }))} of ${tasksWords(cells)} after the last step (${unitsSentence({ loss, unit })}) against ${key}, ` +
    `${withIntervals(cells)}; ${parts}`
  );
}

function rowOf(cell: SweepCell, { loss, statistic }: FigureOptions): Record<string, CsvValue> {
  const { model, correlation, point, runs } = cell;
  const { value, low, high } = drawnEstimate(finalMeans(cell, loss), statistic);
  return { model, correlation, ...point, runs: runs.length, loss, statistic, value, low, high };
}
