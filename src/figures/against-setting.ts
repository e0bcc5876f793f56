import { type GridPoint, type GridValue, listedKeys, pointText, valuesOf } from "../config/grid.ts";
import type { GridKey } from "../config/settings.ts";
import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { panel } from "./axes.ts";
import { panelGrid } from "./cell-grid.ts";
import { asideOf, type EstimatePoint, estimateSeries } from "./estimate-series.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { estimate } from "./interval.ts";
import { modelLegend } from "./legend.ts";
import { heading, lossScale } from "./loss-axis.ts";
import { type Drawing, page } from "./page.ts";
import { modelStyles, type SeriesStyle } from "./style.ts";
import { correlationsOf, finalMeans, modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { text } from "./text.ts";
import { type Theme, themeOf } from "./theme.ts";
import { valueScale } from "./value-scale.ts";
import {
  areOnOwnRows,
  capitalised,
  lossHeading,
  runsSentence,
  statisticName,
  tasksWords,
  unitsSentence,
} from "./words.ts";

const NAME = "grid";

interface CellPoint extends EstimatePoint {
  readonly value: number;
  /** Its place among the rows of panels: the other listed settings. */
  readonly row: string;
}

/** Final loss of each model against a listed setting, a panel for each correlation and choice of the other settings. */
export function againstSetting(results: Results, options: FigureOptions): Figure | Lacking {
  const key = axisOf(results);
  if (key === undefined) return { name: NAME, lacking: "its runs have one value of each setting", never: true };
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  const theme = themeOf(options.theme);
  const { nodes, ...size } = drawing(cells, key, options, theme);
  return page(
    {
      name: NAME,
      title: `Final loss against ${key}`,
      caption: `${captionStart(cells, key, options)} ${runsSentence(cells, results)}`,
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

const LEFT = 24;
const HEIGHT = 78;
/** Room in a panel beside its outermost values. */
const SIDE = 9;

function drawing(cells: readonly SweepCell[], key: GridKey, options: FigureOptions, theme: Theme): Drawing {
  const [models, correlations] = [modelsOf(cells), correlationsOf(cells)];
  const styles = modelStyles(models, theme);
  const rows = [...new Set(cells.map((cell) => othersText(cell.point, key)))];
  const head = heading(lossHeading(options), { y: 0, theme });
  const names = modelLegend(styles, false, { y: head.height + 9, theme });
  const top = head.height + names.height;
  const layout = panelGrid(
    rows.map((title) => ({ title })),
    correlations,
    { top, height: HEIGHT, left: LEFT, theme },
  );
  const { placeOf } = valueScale(valuesIn(cells, key), [0, 1]);
  const points = cells.map((cell): CellPoint => {
    const x = placeOf(cell.point[key] as GridValue);
    return {
      cell,
      x,
      row: othersText(cell.point, key),
      ...estimate(finalMeans(cell, options.loss), options.statistic),
    };
  });
  const panels = rows.flatMap((title, row) =>
    correlations.map((correlation) => {
      const { box, first } = layout.place(row, correlation);
      const { scale } = valueScale(valuesIn(cells, key), [box.x + SIDE, box.x + box.width - SIDE]);
      const values = points.flatMap(({ value, low, high }) => [value, low, high]);
      const frame = { x: scale, y: lossScale(values, options.scale, [box.y + HEIGHT, box.y]) };
      const here = points.filter((point) => point.row === title && point.cell.correlation === correlation);
      const series = models.flatMap((model, i) => {
        const own = here.filter(({ cell }) => cell.model === model).sort((a, b) => a.x - b.x);
        const style = styles.get(model) as SeriesStyle;
        return own.length > 0 ? [estimateSeries(own, { frame, aside: asideOf(i, models.length), style, theme })] : [];
      });
      const attributes = { "data-correlation": correlation ?? undefined };
      return panel({ box, ...frame, theme, numbers: { y: first }, attributes }, series);
    }),
  );
  const foot = text(key, layout.width / 2, layout.bottom - 4, { fill: theme.ink, anchor: "middle" });
  const nodes = [...head.nodes, names.node, ...layout.titles, ...panels, foot];
  return { nodes, width: layout.width, height: layout.bottom };
}

function valuesIn(cells: readonly SweepCell[], key: GridKey): GridValue[] {
  return cells.map(({ point }) => point[key] as GridValue);
}

/** The choice of the other listed settings. */
function othersText(point: GridPoint, key: GridKey): string {
  const { [key]: _, ...others } = point;
  return pointText(others);
}

function captionStart(cells: readonly SweepCell[], key: GridKey, { loss, statistic, unit }: FigureOptions): string {
  const each = areOnOwnRows(cells) ? "each choice" : "each correlation and each choice";
  return (
    `${capitalised(statisticName({ loss, statistic }))} of ${tasksWords(cells)} after the last step (${unitsSentence({ loss, unit })}) against ${key}, ` +
    `with its 95 % interval over runs; a panel for ${each} of the other settings.`
  );
}

function rowOf(cell: SweepCell, { loss, statistic }: FigureOptions): Record<string, CsvValue> {
  const { model, correlation, point, runs } = cell;
  const { value, low, high } = estimate(finalMeans(cell, loss), statistic);
  return { model, correlation, ...point, runs: runs.length, loss, statistic, value, low, high };
}
