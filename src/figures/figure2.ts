import { generatorOfTrials } from "../config/trials.ts";
import { labelCorrelation } from "../data/moments.ts";
import type { LabelTrials } from "../records/label-trials.ts";
import { mean, standardDeviation } from "../stats/moments.ts";
import { type Box, panel } from "./draw/axes.ts";
import {
  DEFAULT_OPTIONS,
  type Drawing,
  type Figure,
  type FigureChoices,
  isUnavailable,
  type Picture,
  page,
  type Unavailable,
} from "./draw/figure.ts";
import { legend } from "./draw/legend.ts";
import { heading } from "./draw/loss-axis.ts";
import { linearScale, type Scale, shortNumber } from "./draw/scale.ts";
import { down, type Frame, linePath, markerAt } from "./draw/series.ts";
import type { SeriesStyle } from "./draw/style.ts";
import { element, group, type SvgNode } from "./draw/svg.ts";
import { text } from "./draw/text.ts";
import { type Theme, themeFor } from "./draw/theme.ts";
import { correlationScale } from "./draw/value-scale.ts";
import { correlationWords } from "./draw/words.ts";
import { atHeight, finished } from "./finished.ts";
import { publishedFigure2 } from "./published.ts";

interface Measured {
  readonly correlation: number;
  readonly mean: number;
  /** Two standard deviations over trials; NaN for one trial. */
  readonly twoSd: number;
  readonly closedForm: number;
  /** The paper's value; NaN if it has none. */
  readonly paper: number;
  readonly paperTwoSd: number;
}

/** Figure 2: correlation of the labels against that of the tasks, measured, in closed form and the paper's. */
export function figure2(trials: LabelTrials, options: FigureChoices): Figure | Unavailable {
  const points = measuredPoints(trials);
  const picture = atHeight({ ...DEFAULT_OPTIONS, ...options }, (sized) => pictureOf(trials, points, themeFor(sized)));
  const { trials: count, rows } = trials.settings;
  const data = points.map(({ correlation, ...measured }) => ({ correlation, trials: count, rows, ...measured }));
  return isUnavailable(picture) ? picture : finished(picture, data, options);
}

function pictureOf(trials: LabelTrials, points: readonly Measured[], theme: Theme): Picture {
  const contents = drawing(trials, points, theme);
  const { settings } = trials;
  const paper = points.some(hasPaper) ? " Squares and wide bars: the paper's Figure 2." : "";
  return page({
    name: "figure2",
    title: "Correlation of the labels against correlation of the tasks (Figure 2)",
    caption:
      `Pearson correlation of the two tasks' labels against the cosine of the task weight vectors. Circles: mean over ` +
      `n = ${settings.trials} ${settings.trials === 1 ? "trial" : "trials"} of ${settings.rows} rows; bars: two standard deviations over trials to either side; ` +
      `line: closed form.${paper} Below, the same minus the closed form.`,
    ...contents,
    theme,
  });
}

function measuredPoints({ settings, measured }: LabelTrials): Measured[] {
  const points = settings.correlations.map((correlation, i) => {
    const values = measured.map((trial) => trial[i]);
    const paper = publishedFigure2().find((point) => point.correlation === correlation);
    return {
      correlation,
      mean: mean(values),
      twoSd: 2 * standardDeviation(values),
      closedForm: labelCorrelation(generatorOfTrials(settings), correlation),
      paper: paper?.labelCorrelation ?? Number.NaN,
      paperTwoSd: paper?.twoSd ?? Number.NaN,
    };
  });
  return points.sort((a, b) => a.correlation - b.correlation);
}

function hasPaper({ paper }: Measured): boolean {
  return Number.isFinite(paper);
}

const LEFT = 27;
/** Width of the paper's bars, behind ours. */
const WIDE = 4.5;

interface Look {
  readonly ours: SeriesStyle;
  readonly paper: SeriesStyle;
  readonly curve: SeriesStyle;
}

function lookOf({ series, quiet, ink }: Theme): Look {
  return {
    ours: { colour: series[0], dash: undefined, marker: "circle" },
    paper: { colour: series[1], dash: undefined, marker: "square" },
    curve: { colour: quiet === ink ? ink : quiet, dash: undefined, marker: "circle" },
  };
}

function drawing(trials: LabelTrials, points: readonly Measured[], theme: Theme): Drawing {
  const look = lookOf(theme);
  const head = heading("Pearson correlation of the labels", { y: 0, theme });
  const paper = points.some(hasPaper) ? [{ label: "the paper", style: look.paper, sample: "hollow" as const }] : [];
  const names = legend(
    [
      { label: "measured, ± 2 sd", style: look.ours, sample: "marker" },
      ...paper,
      { label: "closed form", style: look.curve },
    ],
    { y: head.height + 9, theme },
  );
  const box: Box = {
    x: LEFT,
    y: head.height + names.height + 8,
    width: theme.width - LEFT - 6,
    height: 96 * theme.stretch,
  };
  const under = heading("The same minus the closed form", { y: box.y + box.height + 6, theme });
  const below: Box = { ...box, y: box.y + box.height + under.height + 12, height: 62 * theme.stretch };
  const x = correlationScale(
    points.map(({ correlation }) => correlation),
    [box.x + 8, box.x + box.width - 8],
  );
  const bottom = below.y + below.height + 24;
  const foot = text("cosine of the task weight vectors", box.x + box.width / 2, bottom - 4, {
    fill: theme.ink,
    anchor: "middle",
  });
  return {
    nodes: [
      ...head.nodes,
      names.node,
      valuePanel(trials, points, { box, x, look, theme }),
      ...under.nodes,
      offPanel(points, { box: below, x, look, theme }),
      foot,
    ],
    height: bottom,
  };
}

interface Place {
  readonly box: Box;
  readonly x: Scale;
  readonly look: Look;
  readonly theme: Theme;
}

function valuePanel({ settings }: LabelTrials, points: readonly Measured[], { box, x, look, theme }: Place): SvgNode {
  const low = Math.min(0, ...points.flatMap(({ mean, twoSd }) => [mean, mean - (twoSd || 0)]));
  const y = linearScale(low, 1, { range: [box.y + box.height, box.y], nice: true, label: shortNumber });
  const [from, to] = x.domain;
  const curve = Array.from({ length: 121 }, (_, i) => {
    const correlation = from + ((to - from) * i) / 120;
    return { x: correlation, y: labelCorrelation(generatorOfTrials(settings), correlation) };
  });
  const marks = points.flatMap((point) => pointMarks(point, { x, y, look, theme, base: 0 }));
  return panel({ box, x, y, theme, numbers: { x: false } }, [
    linePath(curve, { x, y }, look.curve, { width: 0.8 }),
    ...marks,
  ]);
}

function offPanel(points: readonly Measured[], { box, x, look, theme }: Place): SvgNode {
  const ends = points.flatMap(({ mean, twoSd, paper, paperTwoSd, closedForm }) => [
    Math.abs(mean - closedForm) + (twoSd || 0),
    Math.abs(paper - closedForm) + paperTwoSd,
  ]);
  const most = Math.max(0.001, ...ends.filter(Number.isFinite));
  const y = linearScale(-most, most, { range: [box.y + box.height, box.y], count: 3, nice: true, label: shortNumber });
  const zero = x.domain.map((correlation) => ({ x: correlation, y: 0 }));
  const marks = points.flatMap((point) => pointMarks(point, { x, y, look, theme, base: point.closedForm }));
  return panel({ box, x, y, theme }, [linePath(zero, { x, y }, look.curve, { width: 0.8 }), ...marks]);
}

interface Marking extends Frame {
  readonly look: Look;
  readonly theme: Theme;
  /** Subtracted from each value. */
  readonly base: number;
}

/** A point, and the paper's around it. */
function pointMarks(point: Measured, { x, y, look, theme, base }: Marking): SvgNode[] {
  const { correlation, mean, twoSd, closedForm, paper, paperTwoSd } = point;
  const at = x.at(correlation);
  const words = `${correlationWords(correlation)}: measured ${mean.toFixed(5)}, closed form ${closedForm.toFixed(5)}`;
  const ours = [
    element("title", {}, [words]),
    bar(at, y, [mean - base, twoSd], look.ours.colour),
    markerAt(look.ours.marker, at, y.at(mean - base), { fill: look.ours.colour, area: 9 }),
  ];
  const theirs = [
    wideBar(at, y, [paper - base, paperTwoSd], look.paper.colour),
    markerAt(look.paper.marker, at, y.at(paper - base), {
      fill: theme.background,
      stroke: look.paper.colour,
      area: 24,
    }),
  ];
  return [
    ...(hasPaper(point) ? [group({ class: "paper", "data-correlation": correlation }, theirs)] : []),
    group({ class: "point", "data-correlation": correlation }, ours),
  ];
}

function wideBar(x: number, y: Scale, [value, half]: readonly [number, number], fill: string): SvgNode {
  const [top, bottom] = [y.at(value + half), y.at(value - half)];
  const box = { x: x - WIDE / 2, y: top, width: WIDE, height: bottom - top };
  return element("rect", { ...box, fill, "fill-opacity": 0.3 });
}

/** A bar of some length to either side of a value; none if the length is NaN. */
function bar(x: number, y: Scale, [value, half]: readonly [number, number], stroke: string): SvgNode {
  const length = half || 0;
  return down(x, y.at(value - length), y.at(value + length), stroke, 0.9);
}
