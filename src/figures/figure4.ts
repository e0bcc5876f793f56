import type { Cell } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { correlationsOf, modelsOf, type SweepCell, sweepCells } from "./cells.ts";
import { type Curve, type CurvePanel, curvePanels, differencePanels } from "./curve-panels.ts";
import { cellCurve } from "./curves.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { key } from "./key.ts";
import { heading } from "./loss-axis.ts";
import { COLUMN, page } from "./page.ts";
import { type PublishedLoss, publishedFigure4 } from "./published.ts";
import { modelLabel, modelStyles, type SeriesStyle } from "./style.ts";
import type { SvgNode } from "./svg.ts";
import { type Theme, themeOf } from "./theme.ts";
import { capitalised, lossName, runsSentence, UNITS } from "./words.ts";

const NAME = "figure4";

/** Figure 4: each model's loss against steps with its 95 % band, a panel a correlation. */
export function figure4(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  const theme = themeOf(options.theme);
  const styles = modelStyles(modelsOf(cells), theme);
  const published = options.paper ? publishedFigure4() : [];
  const curves = new Map(cells.map((cell) => [cell, curveOf(cell, styles, published, options)]));
  const panels = correlationsOf(cells).map((p) => panelOf(p, curves));
  const { nodes, height } = drawing(panels, styles, options, theme);
  return page(
    {
      name: NAME,
      title: "Loss against training steps for each model and correlation (Figure 4)",
      caption: `${captionStart(panels, options)} ${runsSentence(cells, results)}`,
      height,
      theme,
      data: cells.flatMap((cell) => rowsOf(cell, curves.get(cell) as Curve, options)),
    },
    nodes,
  );
}

function curveOf(
  cell: SweepCell,
  styles: Map<string, SeriesStyle>,
  published: PublishedLoss[],
  options: FigureOptions,
): Curve {
  const { model, correlation } = cell;
  return {
    style: styles.get(model) as SeriesStyle,
    attributes: { "data-model": model, "data-correlation": correlation },
    points: cellCurve(cell, options),
    paper: published.filter((point) => point.model === model && point.correlation === correlation),
  };
}

function panelOf(correlation: number, curves: ReadonlyMap<SweepCell, Curve>): CurvePanel {
  const here = [...curves].filter(([cell]) => cell.correlation === correlation);
  return {
    title: `correlation ${correlation}`,
    attributes: { "data-correlation": correlation },
    curves: here.map(([, curve]) => curve),
  };
}

function drawing(
  panels: CurvePanel[],
  styles: Map<string, SeriesStyle>,
  options: FigureOptions,
  theme: Theme,
): { nodes: SvgNode[]; height: number } {
  const head = heading(`${capitalised(options.statistic)} ${lossName(options.loss)}: ${UNITS}`, {
    y: 0,
    width: COLUMN,
    theme,
  });
  const items = [...styles].map(([model, style]) => ({
    label: modelLabel(model),
    style,
    attributes: { "data-model": model },
  }));
  const names = key(items, { x: 0.5, y: head.height + 9, width: COLUMN, theme });
  const place = { options, theme, columns: Math.min(3, panels.length) };
  const ours = curvePanels(panels, { ...place, top: head.height + names.height + 4, height: 100 });
  const nodes = [...head.nodes, names.node, ...ours.nodes];
  const compared = panels.filter(({ curves }) => curves.some(({ paper }) => paper.length > 0));
  if (compared.length === 0) return { nodes, height: ours.bottom };

  const under = heading("Ours minus the paper's", { y: ours.bottom + 4, width: COLUMN, theme });
  const top = ours.bottom + under.height + 6;
  const apart = differencePanels(compared, { ...place, columns: Math.min(3, compared.length), top, height: 60 });
  return { nodes: [...nodes, ...under.nodes, ...apart.nodes], height: apart.bottom };
}

function captionStart(panels: readonly CurvePanel[], { loss, statistic, scale }: FigureOptions): string {
  const rows = loss === "train" ? "over the batches since the point before" : "on held-out rows";
  const paper = panels.some(({ curves }) => curves.some(({ paper }) => paper.length > 0))
    ? " Hollow markers: the paper's Figure 4, a mean over its 200 runs; it does not say of which rows."
    : "";
  return (
    `${capitalised(statistic)} ${lossName(loss)} of the two tasks against training steps (${UNITS}; ${rows}). ` +
    `Bands: 95 % intervals over runs, step by step.${scale === "linear" ? " The first steps may lie above the frame." : ""}${paper}`
  );
}

function rowsOf(
  { model, correlation }: SweepCell,
  { points, paper }: Curve,
  { loss, statistic }: FigureOptions,
): Record<string, Cell>[] {
  const published = new Map(paper.map((point) => [point.step, point.loss]));
  return points.map(({ step, runs, value, low, high }) => ({
    model,
    correlation,
    step,
    runs,
    loss,
    statistic,
    value,
    low,
    high,
    ...(paper.length > 0 && { paper: published.get(step) ?? Number.NaN }),
  }));
}
