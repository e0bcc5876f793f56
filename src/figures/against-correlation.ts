import { type Box, panel } from "./axes.ts";
import { correlationScale } from "./correlation-scale.ts";
import { endLabels, labelsWidth } from "./end-labels.ts";
import { asideOf, type EstimatePoint, estimateSeries } from "./estimate-series.ts";
import { type LegendItem, legend } from "./legend.ts";
import { heading } from "./loss-axis.ts";
import { COLUMN, type Drawing } from "./page.ts";
import type { Scale } from "./scale.ts";
import { modelLabel, modelStyles, type SeriesStyle } from "./style.ts";
import { correlationsOf, modelsOf } from "./sweep-cells.ts";
import { text } from "./text.ts";
import type { Theme } from "./theme.ts";

interface PlotOptions {
  /** Above the vertical axis. */
  readonly title: string;
  /** The vertical axis. */
  readonly scale: (range: readonly [number, number]) => Scale;
  /** A legend above the panel, besides the models' names at the right. */
  readonly key?: readonly LegendItem[];
  readonly theme: Theme;
}

const LEFT = 24;
const HEIGHT = 130;

/** One panel, for cells that have correlations: a statistic of each against the correlation, a line for each model; a point's x is its correlation. */
export function againstCorrelation(
  points: readonly EstimatePoint[],
  { title, scale, key = [], theme }: PlotOptions,
): Drawing {
  const cells = points.map(({ cell }) => cell);
  const models = modelsOf(cells);
  const head = heading(title, { y: 0, theme });
  const names = legend(key, { y: head.height + 9, theme });
  const box: Box = {
    x: LEFT,
    y: head.height + 6 + (key.length > 0 ? names.height : 0),
    width: COLUMN - LEFT - labelsWidth(models.map(modelLabel)) - 2,
    height: HEIGHT,
  };
  const frame = {
    x: correlationScale(correlationsOf(cells) as number[], [box.x + 8, box.x + box.width - 10]),
    y: scale([box.y + HEIGHT, box.y]),
  };
  const styles = modelStyles(models, theme);
  const series = models.map((model, i) => {
    const own = points.filter(({ cell }) => cell.model === model);
    const style = styles.get(model) as SeriesStyle;
    return estimateSeries(own, { frame, aside: asideOf(i, models.length), style, theme });
  });
  const labels = models.map((model) => ({
    label: modelLabel(model),
    y: frame.y.at(points.findLast(({ cell }) => cell.model === model)?.value ?? 0),
    style: styles.get(model) as SeriesStyle,
    attributes: { "data-model": model },
  }));
  const beside = endLabels(labels, { x: box.x + box.width, top: box.y + 3, bottom: box.y + HEIGHT, theme });
  const bottom = box.y + HEIGHT + 24;
  const foot = text("task correlation", box.x + box.width / 2, bottom - 4, { fill: theme.ink, anchor: "middle" });
  return { nodes: [...head.nodes, names.node, panel({ box, ...frame, theme }, series), beside, foot], height: bottom };
}
