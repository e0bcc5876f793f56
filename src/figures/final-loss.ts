import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { mean } from "../stats/moments.ts";
import { paperCurve } from "./cell-curves.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { type CellPoint, finalPanel } from "./final-panel.ts";
import { estimate } from "./interval.ts";
import { legend, ofModels, paperItems } from "./legend.ts";
import { heading } from "./loss-axis.ts";
import { COLUMN, type Drawing, page } from "./page.ts";
import { paperFigure } from "./paper-points.ts";
import { modelGroups, ofOneModel } from "./shown.ts";
import { modelStyles } from "./style.ts";
import { correlationsOf, finalMeans, modelsOf, sweepCells } from "./sweep-cells.ts";
import { text } from "./text.ts";
import { type Theme, themeOf } from "./theme.ts";
import { capitalised, lossHeading, runsSentence, statisticName, tasksWords, unitsSentence } from "./words.ts";

const NAME = "final-loss";

/** Final loss of each model against the correlation, with its 95 % interval over runs. */
export function finalLoss(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  if (correlationsOf(cells).length < 2) return { name: NAME, lacking: "runs are done at one correlation only" };
  const points = cells.map((cell) => ({
    cell,
    x: cell.correlation,
    ...estimate(finalMeans(cell, options.loss), options.statistic),
    paper: paperCurve(cell, options).at(-1)?.loss ?? Number.NaN,
  }));
  const theme = themeOf(options.theme);
  const groups = groupsOf(points);
  const { nodes, height } = drawing(points, groups, options, theme);
  return page(
    {
      name: NAME,
      title: `Final loss${ofOneModel(modelsOf(cells))} against correlation`,
      caption: `${captionStart(points, options)}${panelsSentence(groups)} ${runsSentence(cells, results)}`,
      height,
      theme,
      data: points.map((point) => rowOf(point, options)),
    },
    nodes,
  );
}

/** The models of one panel; of several, from the highest losses to the lowest. */
function groupsOf(points: readonly CellPoint[]): string[][] {
  const models = modelsOf(points.map(({ cell }) => cell));
  if (modelGroups(models).length === 1) return [models];
  const over = (model: string) => {
    const values = points.filter(({ cell }) => cell.model === model).map(({ value }) => value);
    return mean(values);
  };
  return modelGroups(models.toSorted((a, b) => over(b) - over(a)));
}

const HEIGHTS = { alone: 130, several: 92 } as const;
const GAP = 10;

function drawing(
  points: readonly CellPoint[],
  groups: readonly string[][],
  options: FigureOptions,
  theme: Theme,
): Drawing {
  const styles = modelStyles(modelsOf(points.map(({ cell }) => cell)), theme);
  const published = publishedIn(points);
  const head = heading(lossHeading(options), { y: 0, theme });
  const marks = paperItems(
    `the paper, at the end of its ${paperFigure(published)}`,
    ofModels(styles, modelsOf(published)),
  );
  const key = legend(marks, { y: head.height + 9, theme });
  const top = head.height + 6 + key.height;
  const height = groups.length === 1 ? HEIGHTS.alone : HEIGHTS.several;
  const place = { styles, options, theme, height };
  const panels = groups.flatMap((models, i) => {
    const numbers = i === groups.length - 1;
    return finalPanel(points, models, { ...place, top: top + i * (height + GAP), numbers });
  });
  const bottom = top + groups.length * (height + GAP) - GAP + 24;
  const foot = text("task correlation", COLUMN / 2, bottom - 4, { fill: theme.ink, anchor: "middle" });
  return { nodes: [...head.nodes, key.node, ...panels, foot], height: bottom };
}

/** The cells of which the paper's value is drawn. */
function publishedIn(points: readonly CellPoint[]) {
  return points.filter(({ paper }) => Number.isFinite(paper)).map(({ cell }) => cell);
}

function captionStart(points: readonly CellPoint[], { loss, statistic, unit }: FigureOptions): string {
  const figure = paperFigure(publishedIn(points));
  const paper =
    figure === undefined
      ? ""
      : ` Hollow markers: the end of the paper's ${figure}, a mean over its 200 runs; it does not say of which rows.`;
  return (
    `${capitalised(statisticName({ loss, statistic }))} of ${tasksWords(points.map(({ cell }) => cell))} after the last step (${unitsSentence({ loss, unit })}), ` +
    `with its 95 % interval over runs. Models at one correlation are drawn side by side around its tick.${paper}`
  );
}

function panelsSentence(groups: readonly string[][]): string {
  if (groups.length === 1) return "";
  return ` The models are in ${groups.length} panels, each with an axis of its own, from the highest losses to the lowest.`;
}

function rowOf({ cell, value, low, high, paper }: CellPoint, options: FigureOptions): Record<string, CsvValue> {
  const { model, correlation, runs } = cell;
  const { loss, statistic } = options;
  const row = { model, correlation, runs: runs.length, loss, statistic, value, low, high };
  return options.paper ? { ...row, paper } : row;
}
