import { type EachLoss, eachLoss, LOSS_SETS } from "../../config/losses.ts";
import { byCell, type CellRows, type DrawnCell, modelsOf, type OfCell, type SweepFacts } from "./facts.ts";
import { type Theme, themeFor } from "./theme.ts";

/** Look of a series. Colour, dash and marker each tell it from the others. */
export interface SeriesStyle {
  readonly colour: string;
  /** Lengths of strokes and gaps in points; undefined for a solid line. */
  readonly dash: string | undefined;
  readonly marker: Marker;
  /** What a legend calls the series. */
  readonly label?: string;
  /** The marker has a hole. */
  readonly holed?: boolean;
}

export type Marker = (typeof MARKERS)[number];

const MARKERS = ["circle", "square", "triangle", "diamond", "cross", "star", "wye", "triangle-down"] as const;
const DASHES = [undefined, "5 1.5", "1.5 1.2", "5 1.5 1.5 1.5", "8 2", "3 1.5 1 1.5 1 1.5"] as const;

/** The paper's models look the same in every figure; others take the remaining styles, in the order of the sweep. */
const KNOWN = ["shared-bottom", "omoe", "mmoe"];

/** What a model of some cells is called. */
export function labelIn(cells: readonly Pick<DrawnCell, "model" | "label">[], model: string): string {
  return cells.find((cell) => cell.model === model)?.label ?? model;
}

/** The styles of the models of some cells: those that they have in every figure of the sweep. */
export function stylesIn(
  cells: readonly Pick<OfCell, "model">[],
  sweep: SweepFacts,
  theme: Theme,
): Map<string, SeriesStyle> {
  const models = modelsOf(cells);
  const all = [...modelStyles(sweep.models, theme)].filter(([model]) => models.includes(model));
  return new Map(all.map(([model, style]) => [model, { ...style, label: labelIn(sweep.cells, model) }]));
}

/** Rows of a cell, in the style of its model. */
export interface StyledRows<Row> extends CellRows<Row> {
  readonly style: SeriesStyle;
}

/** The rows of each cell that has some, in the sweep's order, and how they look. */
export function styledRows<Row extends OfCell>(
  rows: readonly Row[],
  sweep: SweepFacts,
  options: Parameters<typeof themeFor>[0],
) {
  const theme = themeFor(options);
  const found = byCell(rows, sweep);
  const cells = found.map(({ cell }) => cell);
  const styles = stylesIn(cells, sweep, theme);
  const styled = found.map((one): StyledRows<Row> => ({ ...one, style: styles.get(one.cell.model) as SeriesStyle }));
  return { found: styled, cells, styles, theme };
}

/** The style of each of a sweep's models. */
export function modelStyles(models: readonly string[], theme: Theme): Map<string, SeriesStyle> {
  const others = models.filter((model) => !KNOWN.includes(model));
  return new Map(models.map((model) => [model, styleAt(placeOf(model, others), theme)]));
}

function placeOf(model: string, others: readonly string[]): number {
  const known = KNOWN.indexOf(model);
  return known >= 0 ? known : KNOWN.length + others.indexOf(model);
}

function styleAt(place: number, { series }: Theme): SeriesStyle {
  return { colour: series[place % series.length], ...patternAt(place) };
}

/** Dash and marker of the place-th series: no two of the first 48 have the same, no two of the first 16 the same marker. */
function patternAt(place: number): Omit<SeriesStyle, "colour"> {
  return {
    dash: DASHES[place % DASHES.length],
    marker: MARKERS[place % MARKERS.length],
    holed: Math.floor(place / MARKERS.length) % 2 === 1,
  };
}

/** The style of each of a run's losses, where they are drawn in one panel. */
export function lossStyles({ losses }: Theme): EachLoss<SeriesStyle> {
  return eachLoss((set) => {
    const place = LOSS_SETS.indexOf(set);
    return { ...patternAt(place), colour: losses[place] };
  });
}

/** The style of each correlation: the lower, the darker. */
export function correlationStyles(correlations: readonly number[], { ramp }: Theme): Map<number, SeriesStyle> {
  const ordered = [...correlations].sort((a, b) => a - b);
  return new Map(
    ordered.map((p, i) => {
      const place = ordered.length === 1 ? 0 : Math.round((i * (ramp.length - 1)) / (ordered.length - 1));
      return [p, { ...patternAt(i), colour: ramp[place] }];
    }),
  );
}
