// Curves against steps: their rows, panels and marks, and what captions say of them.
import { type EachLoss, type LossSet, unitText } from "../../config/losses.ts";
import type { Cell } from "../../identity/cell.ts";
import { type Estimate, endsOf } from "../../stats/estimate.ts";
import { multiplied } from "../../stats/interval.ts";
import { correlationColumn, type Facets, facets, keyed, type Part, spaced, type Titled } from "./chart.ts";
import {
  correlationsOf,
  type DrawnCell,
  doneCells,
  modelsOf,
  type OfCell,
  type Recorded,
  type SweepCell,
  type SweepFacts,
} from "./facts.ts";
import { type FigureOptions, lossFactor } from "./figure.ts";
import { modelKey } from "./legend.ts";
import { AXIS_END, type PublishedLoss, paperFigure } from "./paper-points.ts";
import { framed, linearScale, lossScale, type Range, type Scale, shortNumber, stepScale } from "./scale.ts";
import { bandPath, type Frame, linePath, markerAt } from "./series.ts";
import type { SeriesStyle, StyledRows, Theme } from "./style.ts";
import { type Attributes, group, type SvgNode } from "./svg.ts";
import type { FigureData } from "./sweep-figure.ts";
import {
  capitalised,
  intervalWords,
  leftOutSentence,
  modelGroups,
  mostOverlap,
  runsIn,
  someOf,
  statisticName,
  tasksWords,
} from "./words.ts";

/** A statistic over a cell's runs at one step. */
export type CurvePoint = Estimate & {
  readonly step: number;
  /** Number of runs behind it. */
  readonly runs: number;
};

export type CurveRow = OfCell &
  CurvePoint & {
    readonly loss: LossSet;
    readonly statistic: FigureOptions["statistic"];
    /** The paper's value at this step, if its points were asked for; NaN if it has none. */
    readonly paper?: number;
  };

/** The curve of every cell, or of those of one model. */
export function curveRows(recorded: Recorded, options: FigureOptions, model?: string): CurveRow[] {
  const { sweep, cells } = recorded;
  const done = doneCells(sweep);
  return cells.flatMap((cell, i) => {
    if (model !== undefined && cell.model !== model) return [];
    const rows = cellRows(recorded, cell, options).map((row) => multiplied(row, lossFactor(sweep, options)));
    if (!options.paper) return rows;
    const published = new Map(paperCurve(done[i], sweep, options).map(({ step, loss }) => [step, loss]));
    return rows.map((row) => ({ ...row, paper: published.get(row.step) ?? Number.NaN }));
  });
}

/** A statistic of a cell's losses at each step. */
export function cellRows(
  { curve }: Recorded,
  cell: SweepCell,
  { loss, statistic }: Pick<FigureOptions, "loss" | "statistic">,
): CurveRow[] {
  const { model, correlation } = cell;
  return curve(cell, loss).map(({ step, runs, [statistic]: { value, low, high } }) => {
    return { model, correlation, step, runs, loss, statistic, value, low, high };
  });
}

/** A cell's values against steps, and the paper's if there are some. */
export interface Curve {
  readonly style: SeriesStyle;
  /** Attributes by which a page finds the curve: `data-model`, `data-correlation`. */
  readonly attributes: Attributes;
  readonly points: readonly CurvePoint[];
  readonly paper: readonly PublishedLoss[];
  /** What a page reads of the curve at a step: its row's value, or how far that is off the paper's. */
  readonly reading?: "value" | "off";
}

/** Attributes by which a page finds a cell's marks. */
export function cellAttributes({ model, correlation }: Pick<Cell, "model" | "correlation">) {
  return { "data-model": model, "data-correlation": correlation };
}

export function curveOf({ cell, rows, style }: StyledRows<CurvePoint>, paper: readonly PublishedLoss[] = []): Curve {
  return { style, attributes: cellAttributes(cell), points: rows, paper };
}

/**
 * The paper's curve of a cell, if the options ask for it and Figure 3 or 4 has it. The paper leaves open how many steps a
 * unit of its axis is: the whole axis is laid over the whole training.
 */
export function paperCurve(cell: DrawnCell, sweep: SweepFacts, { paper }: FigureOptions): PublishedLoss[] {
  if (!paper) return [];
  return sweep.paper
    .filter(({ model, correlation }) => model === cell.model && correlation === cell.correlation)
    .map((point) => ({ ...point, step: (point.step * cell.steps) / AXIS_END }));
}

export interface CurvePanel extends Titled {
  readonly curves: readonly Curve[];
}

export interface CurveFacets extends Pick<Partial<Facets<CurvePanel>>, "right" | "beside"> {
  readonly theme: Theme;
  readonly height: number;
  readonly last: number;
  readonly y: (range: Range) => Scale;
  /** Whether there is a line at 0. */
  readonly zero?: boolean;
  /** Whether no other panels of the same steps are below. */
  readonly isLowest?: boolean;
}

/** Panels side by side: each curve with its band, and the paper's as a row of hollow markers. */
export function curveFacets(
  panels: readonly CurvePanel[],
  { theme, last, zero = false, isLowest = true, ...options }: CurveFacets,
): Part {
  const axis = {
    x: (range: Range) => stepScale(last, range, { limits: theme.steps }).scale,
    ...(isLowest && { foot: [stepScale(last, [0, 1]).title] }),
  };
  const marks = ({ curves }: CurvePanel, frame: Frame) => [
    ...(zero ? [zeroLine(frame, theme)] : []),
    ...curves.map((curve) => curveBand(curve, frame)),
    ...curves.flatMap((curve) => paperMarkers(curve, frame, theme)),
    ...curves.map((curve) => curveLine(curve, frame, theme)),
  ];
  return facets(
    { rows: [{}], columns: panels, item: (_, column) => panels[column], marks, ...axis, ...options },
    theme,
  );
}

export function lastStep(panels: readonly CurvePanel[]): number {
  return Math.max(...panels.flatMap(({ curves }) => curves.map(({ points }) => points.at(-1)?.step ?? 0)));
}

/** Panels of the cells against steps, models below each other: their axis, its title, and their height. */
export function stepAxis(found: readonly { readonly rows: readonly { readonly step: number }[] }[], theme: Theme) {
  const last = Math.max(...found.map(({ rows }) => rows[rows.length - 1].step));
  const x = (range: Range) => stepScale(last, range, { limits: theme.steps }).scale;
  return { x, foot: [stepScale(last, [0, 1]).title], height: 62 };
}

/** The axis of losses that has room for these panels, from a share of their steps on; by default as `framed` has it. */
export function lossAxis(
  panels: readonly CurvePanel[],
  options: Pick<FigureOptions, "scale" | "fits" | "yLimits">,
  start?: number,
) {
  const settled = <Point extends { readonly step: number }>(all: readonly Point[], from: number) =>
    all.filter(({ step }) => step >= from);
  const values = panels
    .flatMap(({ curves }) => curves)
    .flatMap(({ points, paper }) => {
      const from = (start ?? 0) * (points.at(-1)?.step ?? 0);
      const ours = start === undefined ? framed(points, options.scale) : settled(points, from);
      return [...endsOf(ours), ...settled(paper, from).map(({ loss }) => loss)];
    });
  return (range: Range) => lossScale(values, options, range);
}

/** Values and ends of bands that count for the height of a frame. */
export function framedEnds(panels: readonly CurvePanel[]): number[] {
  return panels.flatMap(({ curves }) => curves.flatMap(({ points }) => endsOf(framed(points, "linear"))));
}

/** Room above and below the values, as a share of their range. */
const BEYOND = 0.04;

/** An axis from below to above 0. */
export function signedAxis(panels: readonly CurvePanel[]) {
  const points = panels.flatMap(({ curves }) => curves.flatMap((curve) => curve.points));
  const values = [0, ...endsOf(points).filter(Number.isFinite)];
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const beyond = (high - low || 1) * BEYOND;
  return (range: Range) => linearScale(low - beyond, high + beyond, { range, count: 5, label: shortNumber });
}

function zeroLine(frame: Frame, { quiet }: Theme): SvgNode {
  const points = frame.x.domain.map((step) => ({ x: step, y: 0 }));
  return linePath(points, frame, { colour: quiet, dash: undefined }, { width: 0.6 });
}

/** A curve's line; for a page with what to read off it, and from which step on. */
export function curveLine({ attributes, style, points, reading = "value" }: Curve, frame: Frame, { inPage }: Theme) {
  const line = points.map(({ step, value }) => ({ x: step, y: value }));
  const read = inPage ? { "data-reading": reading, "data-from": points[0]?.step } : {};
  return group({ class: "series", ...attributes, ...read }, [linePath(line, frame, style)]);
}

/** A curve's band, which is empty for one run. */
export function curveBand({ attributes, style, points }: Curve, frame: Frame): SvgNode {
  const intervals = points
    .filter(({ low }) => Number.isFinite(low))
    .map(({ step, low, high }) => ({ x: step, low, high }));
  const marks = intervals.length > 0 ? [bandPath(intervals, frame, style.colour)] : [];
  return group({ class: "band", ...attributes }, marks);
}

/** The paper's curves have a marker every this many points. */
const SPARSE = 8;

function paperMarkers({ attributes, paper, style }: Curve, { x, y }: Frame, { background }: Theme): SvgNode[] {
  const isWithin = (value: number, { domain: [low, high] }: Scale) => value >= low && value <= high;
  const shown = paper.filter(({ step, loss }, i) => i % SPARSE === 0 && isWithin(step, x) && isWithin(loss, y));
  if (shown.length === 0) return [];
  const markers = shown.map(({ step, loss }) =>
    markerAt(style.marker, x.at(step), y.at(loss), { fill: background, stroke: style.colour, area: 9 }),
  );
  return [group({ class: "paper", ...attributes }, markers)];
}

/** Most panels of one group of models; of several groups each has a row. */
const MOST = 9;
const A_ROW = 3;

export interface CellCurve {
  readonly cell: DrawnCell;
  readonly curve: Curve;
}

/** For each group of models a panel for each of the correlations that are drawn, and a sentence on these for the caption. */
export function grouped(curves: readonly CellCurve[]) {
  const cells = curves.map(({ cell }) => cell);
  const groups = modelGroups(modelsOf(cells));
  const drawn = shownCorrelations(curves, groups.length > 1 ? A_ROW : MOST);
  const panels = groups.map((models) =>
    drawn.map((correlation): CurvePanel => {
      const here = curves.filter(({ cell }) => cell.correlation === correlation && models.includes(cell.model));
      return { ...correlationColumn(correlation, correlationsOf(cells)), curves: here.map(({ curve }) => curve) };
    }),
  );
  return { groups: panels, sentence: `${groupsSentence(groups)}${leftOutSentence(correlationsOf(cells), drawn)}` };
}

/** As many correlations as there may be panels: those of the paper's curves first. */
function shownCorrelations(curves: readonly CellCurve[], most: number): (number | null)[] {
  const all = correlationsOf(curves.map(({ cell }) => cell));
  const published = correlationsOf(curves.filter(({ curve }) => curve.paper.length > 0).map(({ cell }) => cell));
  if (all.length <= most || published.length === 0) return someOf(all, most);
  const first = someOf(published, most);
  const others = all.filter((correlation) => !first.includes(correlation));
  const shown = [...first, ...someOf(others.toReversed(), most - first.length)];
  return all.filter((correlation) => shown.includes(correlation));
}

/** For a caption. */
export function groupsSentence(groups: readonly string[][]): string {
  return groups.length > 1 ? ` The models are in ${groups.length} rows of panels, each below its key.` : "";
}

export function modelOf({ attributes }: Curve): string {
  return String(attributes["data-model"]);
}

export function modelsIn(panels: readonly CurvePanel[]): string[] {
  return [...new Set(panels.flatMap(({ curves }) => curves.map(modelOf)))];
}

/** The panel with some of its curves. */
export function only(panel: CurvePanel, keep: (curve: Curve) => boolean): CurvePanel {
  return { ...panel, curves: panel.curves.filter(keep) };
}

interface GroupFacets extends Pick<FigureData<unknown>, "styles">, Omit<CurveFacets, "last" | "height"> {
  /** Whether the models' key is above each group; without, one of the same models is. */
  readonly isKeyed?: boolean;
}

/** The key and the panels of each group of models, with the same axes. */
export function groupParts(
  groups: readonly (readonly CurvePanel[])[],
  { styles, theme, isLowest = true, isKeyed = true, ...axes }: GroupFacets,
): Part[] {
  const last = lastStep(groups.flat());
  return groups.flatMap((group, i) => {
    const isLast = isLowest && i === groups.length - 1;
    const published = group.map((panel) => only(panel, ({ paper }) => paper.length > 0));
    const panels = curveFacets(group, { theme, last, height: 88, isLowest: isLast, ...axes });
    const key = modelKey(styles, { models: modelsIn(group), paper: modelsIn(published) });
    return [
      ...(isKeyed ? [keyed(key, theme, { below: 4 })] : []),
      spaced(panels, { above: isKeyed ? 0 : 4, below: isLast ? 0 : 4 }),
    ];
  });
}

/** The sentence about the paper's curves, for a caption; empty if none is drawn. */
export function paperSentence(curves: readonly CellCurve[]): string {
  const figure = paperFigure(curves.flatMap(({ curve }) => curve.paper));
  if (figure === undefined) return "";
  const unit = curves[0].cell.steps / AXIS_END;
  const axis =
    unit === 1 ? "" : `, whose axis is laid over ours: its unit as ${Number(unit.toPrecision(3))} steps (assumed)`;
  return ` Hollow markers: the paper's ${figure}${axis}; a mean over its 200 runs, it does not say of which rows.`;
}

/** The rows or batches that a point of a curve is about. */
const OVER: EachLoss<string> = {
  train: "over the batches since the point before",
  heldout: "on held-out rows",
  running: "over all batches since step 1",
};

/** What a curve shows, for a caption. */
export function curveSentences(cells: readonly DrawnCell[], sweep: SweepFacts, options: FigureOptions): string {
  const { loss, statistic, scale, unit } = options;
  return (
    `${capitalised(statisticName({ loss, statistic }))} of ${tasksWords(sweep)} against training steps (${unitText(unit)}; ${OVER[loss]}). ` +
    `${bandsSentence(cells, statistic)}${aboveSentence(scale)}`
  );
}

/** For a caption of curves whose axis does not show all of their fall. */
export function aboveSentence(scale: FigureOptions["scale"]): string {
  return scale === "linear" ? " The first steps may lie above the frame." : "";
}

export function bandsSentence(cells: readonly DrawnCell[], statistic: FigureOptions["statistic"]): string {
  const areShared = mostOverlap(cells) > 0;
  if (areShared && statistic === "median") return "No bands (medians of runs that share rows have none).";
  const ofMean = areShared ? "Student's t" : "1.96 standard errors to either side";
  const how = statistic === "mean" ? ofMean : "between order statistics";
  return `${intervalWords(runsIn(cells), `Bands: 95 % intervals over runs at each step (${how})`, "No bands")}.`;
}
