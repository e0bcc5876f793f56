import { type Box, panel } from "./axes.ts";
import { correlationScale } from "./correlation-scale.ts";
import { endLabels, labelsWidth } from "./end-labels.ts";
import { asideOf, type EstimatePoint, estimateSeries, slotWidth, WIDEST_SLOT } from "./estimate-series.ts";
import type { FigureOptions } from "./figure.ts";
import { lossScale } from "./loss-axis.ts";
import { COLUMN } from "./page.ts";
import { modelLabel, type SeriesStyle } from "./style.ts";
import type { SvgNode } from "./svg.ts";
import { correlationsOf } from "./sweep-cells.ts";
import type { Theme } from "./theme.ts";

export interface CellPoint extends EstimatePoint {
  /** The paper's at the end of its curve; NaN if it has none, or if it was not asked for. */
  readonly paper: number;
}

interface PanelPlace {
  readonly styles: ReadonlyMap<string, SeriesStyle>;
  readonly options: Pick<FigureOptions, "scale">;
  readonly theme: Theme;
  readonly top: number;
  readonly height: number;
  /** Whether the correlations are written below it. */
  readonly numbers: boolean;
}

const LEFT = 24;
/** Room in a panel beside the slots of the outermost correlations. */
const SIDE = 2;

/** Some models' points against the correlation, each model's name beside its last point. */
export function finalPanel(points: readonly CellPoint[], models: readonly string[], place: PanelPlace): SvgNode[] {
  const { styles, options, theme, top, height, numbers } = place;
  const room = labelsWidth([...styles.keys()].map(modelLabel), { marked: true }) + 2;
  const box: Box = { x: LEFT, y: top, width: COLUMN - LEFT - room, height };
  const correlations = correlationsOf(points.map(({ cell }) => cell));
  const narrow = correlationScale(correlations, [0, box.width - WIDEST_SLOT - 2 * SIDE]); // where slots have most room at the ends
  const slot = slotWidth(correlations.map(narrow.at));
  const side = slot / 2 + SIDE;
  const here = points.filter(({ cell }) => models.includes(cell.model));
  const values = here.flatMap(({ value, low, high, paper }) => [value, low, high, paper]);
  const frame = {
    x: correlationScale(correlations, [box.x + side, box.x + box.width - side]),
    y: lossScale(values, options.scale, [box.y + height, box.y]),
  };
  const series = models.map((model, i) => {
    const own = here.filter(({ cell }) => cell.model === model);
    const aside = asideOf(i, models.length, slot);
    return estimateSeries(own, { frame, aside, style: styles.get(model) as SeriesStyle, theme });
  });
  const labels = models.map((model) => ({
    label: modelLabel(model),
    y: frame.y.at(here.findLast(({ cell }) => cell.model === model)?.value ?? 0),
    style: styles.get(model) as SeriesStyle,
    attributes: { "data-model": model },
  }));
  const beside = { x: box.x + box.width, top: box.y + 3, bottom: box.y + height, theme, marked: true };
  return [panel({ box, ...frame, theme, numbers: { x: numbers } }, series), endLabels(labels, beside)];
}
