import { mean } from "../../stats/moments.ts";
import { type Box, panel } from "./axes.ts";
import { endLabels, labelsWidth } from "./end-labels.ts";
import { asideOf, type EstimatePoint, estimateSeries, slotWidth, WIDEST_SLOT } from "./estimate-series.ts";
import { correlationsOf, modelsOf } from "./facts.ts";
import type { Drawing } from "./figure.ts";
import { type LegendItem, legend } from "./legend.ts";
import { heading } from "./loss-axis.ts";
import type { Scale } from "./scale.ts";
import { modelGroups } from "./shown.ts";
import type { SeriesStyle } from "./style.ts";
import type { SvgNode } from "./svg.ts";
import { text } from "./text.ts";
import type { Theme } from "./theme.ts";
import { correlationScale } from "./value-scale.ts";

interface PlotOptions {
  readonly styles: ReadonlyMap<string, SeriesStyle>;
  /** Above the vertical axis. */
  readonly title: string;
  /** The vertical axis, which has room for all points. */
  readonly scale: (range: readonly [number, number], points: readonly EstimatePoint[]) => Scale;
  /** A legend above the panel, besides the models' names at the right. */
  readonly key?: readonly LegendItem[];
  readonly theme: Theme;
}

const HEIGHTS = { alone: 130, several: 92 } as const;
const GAP = 10;

/**
 * For cells that have correlations: a statistic of each against the correlation, a line for each model; a point's x is its
 * correlation. Many models are in several panels: those of like values in one.
 */
export function againstCorrelation(
  points: readonly EstimatePoint[],
  { styles, title, scale, key = [], theme }: PlotOptions,
): Drawing {
  const head = heading(title, { y: 0, theme });
  const names = legend(key, { y: head.height + 9, theme });
  const groups = groupsOf(points);
  const height = theme.stretch * (groups.length === 1 ? HEIGHTS.alone : HEIGHTS.several);
  const top = head.height + 6 + names.height;
  const width =
    theme.width -
    LEFT -
    labelsWidth(
      [...styles].map(([model, { label = model }]) => label),
      { marked: true },
    ) -
    2;
  const correlations = correlationsOf(points.map(({ cell }) => cell)) as number[];
  const place = {
    styles,
    scale: (range: readonly [number, number]) => scale(range, points),
    theme,
    width,
    height,
    correlations,
  };
  const panels = groups.flatMap((models, i) => {
    const here = points.filter(({ cell }) => models.includes(cell.model));
    return modelsPanel(models, here, { ...place, top: top + i * (height + GAP), numbers: i === groups.length - 1 });
  });
  const bottom = top + groups.length * (height + GAP) - GAP + 24;
  const foot = text("task correlation", LEFT + width / 2, bottom - 4, { fill: theme.ink, anchor: "middle" });
  return { nodes: [...head.nodes, names.node, ...panels, foot], height: bottom };
}

/** For a caption: how the points of one correlation, and many models, are drawn. */
export function placesSentence(points: readonly EstimatePoint[]): string {
  const panels = groupsOf(points).length;
  const several = ` The models are in ${panels} panels with the same axes, from the highest values to the lowest.`;
  return ` Models at one correlation are drawn side by side around its tick.${panels > 1 ? several : ""}`;
}

/** The models of each panel; of several, from the highest values to the lowest. */
function groupsOf(points: readonly EstimatePoint[]): string[][] {
  const models = modelsOf(points.map(({ cell }) => cell));
  if (modelGroups(models).length === 1) return [models];
  const over = (model: string) => mean(points.filter(({ cell }) => cell.model === model).map(({ value }) => value));
  return modelGroups(models.toSorted((a, b) => over(b) - over(a)));
}

interface PanelPlace extends Pick<PlotOptions, "styles" | "theme"> {
  readonly scale: (range: readonly [number, number]) => Scale;
  readonly correlations: readonly number[];
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Whether the correlations are written below it. */
  readonly numbers: boolean;
}

const LEFT = 24;
/** Room in a panel beside the slots of the outermost correlations. */
const SIDE = 2;

/** Some models' points, each model's name beside its last one. */
function modelsPanel(models: readonly string[], points: readonly EstimatePoint[], place: PanelPlace): SvgNode[] {
  const { styles, scale, theme, correlations, top, width, height, numbers } = place;
  const box: Box = { x: LEFT, y: top, width, height };
  const narrow = correlationScale(correlations, [0, box.width - WIDEST_SLOT - 2 * SIDE]);
  const slot = slotWidth(correlations.map(narrow.at));
  const side = slot / 2 + SIDE;
  const frame = {
    x: correlationScale(correlations, [box.x + side, box.x + box.width - side]),
    y: scale([box.y + height, box.y]),
  };
  const series = models.map((model, i) => {
    const own = points.filter(({ cell }) => cell.model === model);
    const aside = asideOf(i, models.length, slot);
    return estimateSeries(own, { frame, aside, style: styles.get(model) as SeriesStyle, theme });
  });
  const labels = models.map((model) => ({
    label: styles.get(model)?.label ?? model,
    y: frame.y.at(points.findLast(({ cell }) => cell.model === model)?.value ?? 0),
    style: styles.get(model) as SeriesStyle,
    attributes: { "data-model": model },
  }));
  const beside = { x: box.x + box.width, top: box.y + 3, bottom: box.y + height, theme, marked: true };
  return [panel({ box, ...frame, theme, numbers: { x: numbers } }, series), endLabels(labels, beside)];
}
