import { type Box, panel } from "./axes.ts";
import type { CurvePoint } from "./curve-points.ts";
import type { FigureOptions } from "./figure.ts";
import { grid } from "./layout.ts";
import { framed, lossScale, stepScale } from "./loss-axis.ts";
import { COLUMN } from "./page.ts";
import type { PublishedLoss } from "./paper-points.ts";
import { linearScale, type Scale, shortNumber } from "./scale.ts";
import { bandPath, type Frame, linePath, markerAt, type Point } from "./series.ts";
import type { SeriesStyle } from "./style.ts";
import { type Attributes, group, type SvgNode } from "./svg.ts";
import { text } from "./text.ts";
import type { Theme } from "./theme.ts";

/** A cell's loss against steps, and the paper's if there is one. */
export interface DrawnCurve {
  readonly style: SeriesStyle;
  /** Attributes by which a page finds the curve: `data-model`, `data-correlation`. */
  readonly attributes: Attributes;
  readonly points: readonly CurvePoint[];
  readonly paper: readonly PublishedLoss[];
}

export interface CurvePanel {
  readonly title?: string;
  readonly attributes?: Attributes;
  readonly curves: readonly DrawnCurve[];
}

export interface PanelsPlace {
  readonly theme: Theme;
  readonly columns: number;
  /** Top of the first panel. */
  readonly top: number;
  /** Height of each panel. */
  readonly height: number;
  /** Room at the right, beside the last panel of a row. */
  readonly right?: number;
}

export interface PanelsOptions extends PanelsPlace {
  readonly options: Pick<FigureOptions, "scale">;
}

/** Room for the numbers at the left of a panel. */
const LEFT = 24;
const TITLE = 13;
/** Room for the numbers of a step axis; FOOT has room for its title too. */
const NUMBERS = 14;
const FOOT = 24;

interface Panels {
  readonly nodes: readonly SvgNode[];
  /** Lower end of the panels, with the axis of steps and its title. */
  readonly bottom: number;
  readonly boxes: readonly Box[];
  /** The scale of losses, from the top of a panel. */
  readonly y: Scale;
}

/** Panels with one axis of losses: each curve with its band, and the paper's as a row of hollow markers. */
export function curvePanels(panels: readonly CurvePanel[], place: PanelsOptions): Panels {
  const { options, theme } = place;
  const curves = panels.flatMap((one) => one.curves);
  const values = curves.flatMap(({ points, paper }) => [
    ...framed(points, options.scale).flatMap(({ value, low, high }) => [value, low, high]),
    ...paper.map(({ loss }) => loss),
  ]);
  return drawn(
    panels,
    place,
    (range) => lossScale(values, options.scale, range),
    (frame, { curves }) => [
      ...curves.map((curve) => band(curve, frame)),
      ...curves.flatMap((curve) => paperMarkers(curve, frame, theme)),
      ...curves.map((curve) => lineOf(curve, frame)),
    ],
  );
}

/** Panels of ours minus the paper's, at the steps that both have. */
export function differencePanels(panels: readonly CurvePanel[], place: PanelsPlace): Panels {
  const values = panels.flatMap((one) => one.curves.flatMap((curve) => differences(curve).map(({ y }) => y)));
  return drawn(panels, place, signedScale(values, 3), (frame, { curves }) => [
    zeroLine(frame, place.theme),
    ...curves.map((curve) =>
      seriesGroup(curve, differences(curve), [linePath(differences(curve), frame, curve.style)]),
    ),
  ]);
}

/** Panels with one axis of values below and above 0: each curve with its band. */
export function signedPanels(panels: readonly CurvePanel[], place: PanelsPlace): Panels {
  const points = panels.flatMap(({ curves }) => curves.flatMap((curve) => curve.points));
  const values = points.flatMap(({ value, low, high }) => [value, low, high]).filter(Number.isFinite);
  return drawn(panels, place, signedScale(values, 4), (frame, { curves }) => [
    ...curves.map((curve) => band(curve, frame)),
    zeroLine(frame, place.theme),
    ...curves.map((curve) => lineOf(curve, frame)),
  ]);
}

function signedScale(values: readonly number[], count: number): (range: readonly [number, number]) => Scale {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  return (range) => linearScale(low, high, { range, count, nice: true, label: shortNumber });
}

function differences({ points, paper }: DrawnCurve): Point[] {
  const ours = new Map(points.map(({ step, value }) => [step, value]));
  return paper.flatMap(({ step, loss }) => {
    const value = ours.get(step);
    return value === undefined ? [] : [{ x: step, y: value - loss }];
  });
}

type Marks = (frame: Frame, one: CurvePanel) => SvgNode[];

/** Panels of one size with one axis of steps and one of values, each with the marks that `marks` makes. */
function drawn(
  panels: readonly CurvePanel[],
  place: PanelsPlace,
  scaleOf: (range: readonly [number, number]) => Scale,
  marks: Marks,
): Panels {
  const { columns, top, height, right = 6, theme } = place;
  const titled = panels.some(({ title }) => title !== undefined);
  const inner = top + (titled ? TITLE : 0);
  const gap = [11, NUMBERS + (titled ? TITLE : 0)] as const;
  const boxes = grid({ count: panels.length, columns, width: COLUMN, top: inner, height, left: LEFT, right, gap });
  const last = Math.max(...panels.flatMap(({ curves }) => curves.map(({ points }) => points.at(-1)?.step ?? 0)));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + FOOT;
  const y = scaleOf([height, 0]);
  const nodes = panels.map((one, i) => {
    const box = boxes[i] as Box;
    const frame = { x: stepScale(last, [box.x, box.x + box.width]).scale, y: scaleOf([box.y + box.height, box.y]) };
    const numbers = { y: i % columns === 0 };
    return panel({ box, ...frame, theme, numbers, ...titleOf(one) }, marks(frame, one));
  });
  const { title } = stepScale(last, [0, 1]);
  const middle = (LEFT + COLUMN - right) / 2;
  return {
    nodes: [...nodes, text(title, middle, bottom - 4, { fill: theme.ink, anchor: "middle" })],
    bottom,
    boxes,
    y,
  };
}

function titleOf({ title, attributes }: CurvePanel): { title?: string; attributes?: Attributes } {
  return { ...(title === undefined ? {} : { title }), ...(attributes && { attributes }) };
}

function lineOf(curve: DrawnCurve, frame: Frame): SvgNode {
  const points = curve.points.map(({ step, value }) => ({ x: step, y: value }));
  return seriesGroup(curve, points, [linePath(points, frame, curve.style)]);
}

/** A curve's marks with its values for a page: `data-xs` and `data-ys`, in order. */
function seriesGroup({ attributes }: DrawnCurve, points: readonly Point[], marks: readonly SvgNode[]): SvgNode {
  const list = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4))).join(" ");
  const values = { "data-xs": list(points.map(({ x }) => x)), "data-ys": list(points.map(({ y }) => y)) };
  return group({ class: "series", ...attributes, ...values }, marks);
}

function band({ attributes, points, style }: DrawnCurve, frame: Frame): SvgNode {
  const intervals = points
    .filter(({ low }) => Number.isFinite(low))
    .map(({ step, low, high }) => ({ x: step, low, high }));
  return group(
    { class: "band", ...attributes },
    intervals.length > 1 ? [bandPath(intervals, frame, style.colour)] : [],
  );
}

/** The paper's curves have a marker every this many points. */
const SPARSE = 8;

function paperMarkers({ attributes, paper, style }: DrawnCurve, { x, y }: Frame, { background }: Theme): SvgNode[] {
  const shown = paper.filter(({ loss }, i) => i % SPARSE === 0 && loss <= y.domain[1] && loss >= y.domain[0]);
  if (shown.length === 0) return [];
  const markers = shown.map(({ step, loss }) =>
    markerAt(style.marker, x.at(step), y.at(loss), { fill: background, stroke: style.colour, area: 9 }),
  );
  return [group({ class: "paper", ...attributes }, markers)];
}

function zeroLine({ x, y }: Frame, { quiet }: Theme): SvgNode {
  const points = x.domain.map((step) => ({ x: step, y: 0 }));
  return linePath(points, { x, y }, { colour: quiet, dash: undefined }, { width: 0.6 });
}
