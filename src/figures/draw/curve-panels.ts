import type { Estimate } from "../../stats/estimate.ts";
import { type Box, grid, panel } from "./axes.ts";
import { correlationsOf, type DrawnCell, modelsOf } from "./facts.ts";
import type { Drawing, FigureOptions, Given } from "./figure.ts";
import { modelLegend } from "./legend.ts";
import type { PublishedLoss } from "./paper-points.ts";
import { framed, linearScale, lossScale, type Scale, shortNumber, stepScale } from "./scale.ts";
import { bandPath, type Frame, linePath, markerAt } from "./series.ts";
import type { SeriesStyle, Theme } from "./style.ts";
import { type Attributes, group, heading, type SvgNode, text } from "./svg.ts";
import { correlationWords, leftOutSentence, modelGroups, someOf } from "./words.ts";

interface CurveOptions extends PanelsOptions {
  readonly options: Pick<FigureOptions, "scale" | "fits" | "yLimits">;
  /** Share of the steps before which a curve may leave the frame; as `framed` has it by default. */
  readonly start?: number;
}

/** Panels with one axis of losses: each curve with its band, and the paper's as a row of hollow markers. */
export function curvePanels(panels: readonly CurvePanel[], place: CurveOptions): Panels {
  const { options, theme, room = panels, start } = place;
  const values = room.flatMap(({ curves }) => curves.flatMap((curve) => valuesOf(curve, options.scale, start)));
  return stepPanels(
    panels,
    place,
    (range) => lossScale(values, options, range),
    (frame, { curves }) => [
      ...curves.map((curve) => curveBand(curve, curve.points, frame)),
      ...curves.flatMap((curve) => paperMarkers(curve, frame, theme)),
      ...curves.map((curve) => curveLine(curve, curve.points, frame, theme)),
    ],
  );
}

/** What the axis must have room for. */
function valuesOf({ points, paper }: DrawnCurve, scale: FigureOptions["scale"], start?: number): number[] {
  const last = points.at(-1)?.step ?? 0;
  const ours = start === undefined ? framed(points, scale) : points.filter(({ step }) => step >= start * last);
  const theirs = start === undefined ? paper : paper.filter(({ step }) => step >= start * last);
  return [...ours.flatMap(({ value, low, high }) => [value, low, high]), ...theirs.map(({ loss }) => loss)];
}

/** The paper's curves have a marker every this many points. */
const SPARSE = 8;

function paperMarkers({ attributes, paper, style }: DrawnCurve, { x, y }: Frame, { background }: Theme): SvgNode[] {
  const shown = paper.filter(({ step, loss }, i) => i % SPARSE === 0 && isWithin(step, x) && isWithin(loss, y));
  if (shown.length === 0) return [];
  const markers = shown.map(({ step, loss }) =>
    markerAt(style.marker, x.at(step), y.at(loss), { fill: background, stroke: style.colour, area: 9 }),
  );
  return [group({ class: "paper", ...attributes }, markers)];
}

function isWithin(value: number, { domain: [low, high] }: Scale): boolean {
  return value >= low && value <= high;
}

/** Most panels of one group of models; of several groups each has a row. */
const MOST = 9;
const A_ROW = 3;

/** Curves in panels, and a sentence on these for the caption. */
interface Grouped {
  /** For each group of models a panel for each of the correlations that are drawn. */
  readonly groups: readonly (readonly CurvePanel[])[];
  readonly sentence: string;
}

export function grouped(curves: ReadonlyMap<DrawnCell, DrawnCurve>): Grouped {
  const cells = [...curves.keys()];
  const groups = modelGroups(modelsOf(cells));
  const drawn = shownCorrelations(curves, groups.length > 1 ? A_ROW : MOST);
  const panels = groups.map((models) =>
    drawn.map((correlation) => {
      const here = [...curves].filter(([cell]) => cell.correlation === correlation && models.includes(cell.model));
      return {
        ...(correlation !== null && { title: correlationWords(correlation) }),
        attributes: { "data-correlation": correlation },
        curves: here.map(([, curve]) => curve),
      };
    }),
  );
  return { groups: panels, sentence: `${groupsSentence(groups)}${leftOutSentence(correlationsOf(cells), drawn)}` };
}

/** As many correlations as there may be panels: those of the paper's curves first. */
function shownCorrelations(curves: ReadonlyMap<DrawnCell, DrawnCurve>, most: number): (number | null)[] {
  const all = correlationsOf([...curves.keys()]);
  const published = new Set([...curves].filter(([, { paper }]) => paper.length > 0).map(([cell]) => cell.correlation));
  const wanted = all.filter((correlation) => published.has(correlation));
  if (all.length <= most || wanted.length === 0) return someOf(all, most);
  const first = someOf(wanted, most);
  const others = all.filter((correlation) => !first.includes(correlation));
  const shown = [...first, ...someOf(others.toReversed(), most - first.length)];
  return all.filter((correlation) => shown.includes(correlation));
}

/** For a caption. */
export function groupsSentence(groups: readonly string[][]): string {
  return groups.length > 1 ? ` The models are in ${groups.length} rows of panels, each below its key.` : "";
}

/** The share of the steps from which differences are drawn: step 1,000 of the paper's axis. Before it losses fall steeply. */
export const SETTLED = 0.1;

/** Room above and below the values, as a share of their range. */
const BEYOND = 0.04;

/** Panels with a line at 0 and one axis, which has room for `room`, of the points that `drawn` gives of each curve. */
export function zeroPanels(
  panels: readonly CurvePanel[],
  place: PanelsOptions,
  drawn = ({ points }: DrawnCurve) => points,
): Panels {
  const { theme, room = panels } = place;
  const values = room
    .flatMap(({ curves }) => curves.flatMap(drawn))
    .flatMap(({ value, low, high }) => [value, low, high])
    .filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const beyond = (high - low || 1) * BEYOND;
  return stepPanels(
    panels,
    place,
    (range) => linearScale(low - beyond, high + beyond, { range, count: 5, label: shortNumber }),
    (frame, { curves }) => [
      zeroLine(frame, theme),
      ...curves.map((curve) => curveBand(curve, drawn(curve), frame)),
      ...curves.map((curve) => curveLine(curve, drawn(curve), frame, theme, drawn === offPaper ? "off" : "value")),
    ],
  );
}

/** Ours minus the paper's, at the steps that both have, from `SETTLED` on: our interval is that of the difference. */
export function offPaper({ points, paper }: DrawnCurve): CurvePoint[] {
  const last = points.at(-1)?.step ?? 0;
  const theirs = new Map(paper.map(({ step, loss }) => [step, loss]));
  return points.flatMap((point) => {
    const loss = theirs.get(point.step);
    if (loss === undefined || point.step < SETTLED * last) return [];
    return [{ ...point, value: point.value - loss, low: point.low - loss, high: point.high - loss }];
  });
}

function zeroLine({ x, y }: Frame, { quiet }: Theme): SvgNode {
  const points = x.domain.map((step) => ({ x: step, y: 0 }));
  return linePath(points, { x, y }, { colour: quiet, dash: undefined }, { width: 0.6 });
}

/** A statistic over a cell's runs at one step. */
export interface CurvePoint extends Estimate {
  readonly step: number;
  /** Number of runs behind it. */
  readonly runs: number;
}

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

export interface PanelsOptions {
  /** Panels for whose curves the axis of values has room; those that are drawn by default. */
  readonly room?: readonly CurvePanel[];
  readonly theme: Theme;
  readonly columns: number;
  /** Top of the first panel. */
  readonly top: number;
  /** Height of each panel. */
  readonly height: number;
  /** Room at the right, beside the last panel of a row. */
  readonly right?: number;
  /** False for panels that stand above others of the same steps: they have no numbers of steps. */
  readonly foot?: boolean;
}

/** Room for the numbers at the left of a panel. */
const LEFT = 24;
const TITLE = 13;
/** Room for the numbers of a step axis; FOOT has room for its title too. */
const NUMBERS = 14;
const FOOT = 24;

export interface Panels {
  readonly nodes: readonly SvgNode[];
  /** Lower end of the panels, with the axis of steps and its title. */
  readonly bottom: number;
  readonly boxes: readonly Box[];
  /** The scale of values, from the top of a panel. */
  readonly y: Scale;
}

type Marks = (frame: Frame, one: CurvePanel) => SvgNode[];

/** Panels of one size with one axis of steps and one of values, each with the marks that `marks` makes. */
function stepPanels(
  panels: readonly CurvePanel[],
  place: PanelsOptions,
  scaleOf: (range: readonly [number, number]) => Scale,
  marks: Marks,
): Panels {
  const { columns, top, height, right = 6, foot = true, theme } = place;
  const titled = panels.some(({ title }) => title !== undefined);
  const inner = top + (titled ? TITLE : 0);
  const tall = height * theme.stretch;
  const gap = [11, NUMBERS + (titled ? TITLE : 0)] as const;
  const boxes = grid({
    count: panels.length,
    columns,
    width: theme.width,
    top: inner,
    height: tall,
    left: LEFT,
    right,
    gap,
  });
  const last = Math.max(...panels.flatMap(({ curves }) => curves.map(({ points }) => points.at(-1)?.step ?? 0)));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + (foot ? FOOT : 0);
  const nodes = panels.map((one, i) => {
    const box = boxes[i];
    const frame = {
      x: stepScale(last, [box.x, box.x + box.width], { limits: theme.steps }).scale,
      y: scaleOf([box.y + box.height, box.y]),
    };
    const lowest = i + columns >= panels.length;
    const numbers = { x: foot || !lowest, y: i % columns === 0 };
    return panel({ box, ...frame, theme, numbers, title: one.title, attributes: one.attributes }, marks(frame, one));
  });
  const words = text(stepScale(last, [0, 1]).title, (LEFT + theme.width - right) / 2, bottom - 4, {
    fill: theme.ink,
    anchor: "middle",
  });
  return { nodes: foot ? [...nodes, words] : nodes, bottom, boxes, y: scaleOf([tall, 0]) };
}

/** What a page reads of a curve at a step: its row's value, or how far that is off the paper's. */
type Reading = "value" | "off";

/** A curve's line; for a page with what to read off it, and from which step on. */
export function curveLine(
  { attributes, style }: DrawnCurve,
  points: readonly CurvePoint[],
  frame: Frame,
  { inPage }: Theme,
  reading: Reading = "value",
): SvgNode {
  const line = points.map(({ step, value }) => ({ x: step, y: value }));
  const read = inPage ? { "data-reading": reading, "data-from": points[0]?.step } : {};
  return group({ class: "series", ...attributes, ...read }, [linePath(line, frame, style)]);
}

/** A curve's band, which is empty for one run. */
export function curveBand({ attributes, style }: DrawnCurve, points: readonly CurvePoint[], frame: Frame): SvgNode {
  const intervals = points
    .filter(({ low }) => Number.isFinite(low))
    .map(({ step, low, high }) => ({ x: step, low, high }));
  const marks = intervals.length > 0 ? [bandPath(intervals, frame, style.colour)] : [];
  return group({ class: "band", ...attributes }, marks);
}

// Parts of a drawing that lie one below the other.
/** A part of a drawing: what it draws from `top` on, and where it ends. */
export type Part = (top: number) => { readonly nodes: readonly SvgNode[]; readonly bottom: number };

export function stacked(parts: readonly Part[]): Drawing {
  let height = 0;
  const nodes = parts.flatMap((part) => {
    const { nodes, bottom } = part(height);
    height = bottom;
    return nodes;
  });
  return { nodes, height };
}

export function headingPart(words: string, theme: Theme, gap: number): Part {
  return (top) => {
    const { nodes, height } = heading(words, { y: top + gap, theme });
    return { nodes, bottom: top + gap + height };
  };
}

/** The key of some models, of which some have the paper's markers. */
export function keyPart(models: readonly string[], { styles, theme }: Styled, paper: readonly string[] = []): Part {
  return (top) => {
    const key = modelLegend(styles, { y: top + 9, theme, models, paper });
    return { nodes: [key.node], bottom: top + key.height + 4 };
  };
}

/** Most panels side by side. */
export function panelColumns(panels: readonly CurvePanel[]): number {
  return Math.min(3, panels.length);
}

export function modelsIn(panels: readonly CurvePanel[]): string[] {
  return [...new Set(panels.flatMap(({ curves }) => curves.map(modelOf)))];
}

export function modelOf({ attributes }: DrawnCurve): string {
  return String(attributes["data-model"]);
}

/** The styles of all models. */
type Styled = Pick<Given<unknown>, "styles" | "theme">;

/**
 * The key and the panels of each group of models; `draw` has room for the curves of all. `last` says whether no other panels of the
 * same steps are below.
 */
export function groupParts(
  groups: readonly (readonly CurvePanel[])[],
  { last = true, ...styled }: Styled & { readonly last?: boolean },
  draw: (panels: readonly CurvePanel[], place: PanelsOptions) => Panels,
): Part[] {
  return groups.flatMap((group, i) => {
    const foot = last && i === groups.length - 1;
    const published = group.map((panel) => only(panel, ({ paper }) => paper.length > 0));
    const panels: Part = (top) => {
      const place = { theme: styled.theme, columns: panelColumns(group), top, height: 88, foot };
      const { nodes, bottom } = draw(group, { ...place, room: groups.flat() });
      return { nodes, bottom: bottom + (foot ? 0 : 4) };
    };
    return [keyPart(modelsIn(group), styled, modelsIn(published)), panels];
  });
}

/** The panel with some of its curves. */
export function only(panel: CurvePanel, keep: (curve: DrawnCurve) => boolean): CurvePanel {
  return { ...panel, curves: panel.curves.filter(keep) };
}
