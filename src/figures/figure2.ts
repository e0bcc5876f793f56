import { labelCorrelation } from "../data/moments.ts";
import { generatorSettings } from "../data/presets.ts";
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
import { correlationScale, linearScale, type Scale, shortNumber } from "./draw/scale.ts";
import { down, type Frame, linePath, markerAt, type Point } from "./draw/series.ts";
import { type SeriesStyle, type Theme, themeFor } from "./draw/style.ts";
import { element, group, heading, type SvgNode, text } from "./draw/svg.ts";
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
      closedForm: labelCorrelation(generatorSettings(settings.data), correlation),
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

function drawing({ settings }: LabelTrials, points: readonly Measured[], theme: Theme): Drawing {
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
  const width = theme.width - LEFT - 6;
  const box: Box = { x: LEFT, y: head.height + names.height + 8, width, height: 96 * theme.stretch };
  const under = heading("The same minus the closed form", { y: box.y + box.height + 6, theme });
  const below: Box = { ...box, y: box.y + box.height + under.height + 12, height: 62 * theme.stretch };
  const bottom = below.y + below.height + 24;
  const foot = { fill: theme.ink, anchor: "middle" } as const;
  const x = correlationScale(
    points.map(({ correlation }) => correlation),
    [box.x + 8, box.x + box.width - 8],
  );
  const drawn = (frame: Frame, line: readonly Point[], baseOf: (point: Measured) => number) => [
    linePath(line, frame, look.curve, { width: 0.8 }),
    ...points.flatMap((point) => pointMarks(point, baseOf(point), frame, look, theme)),
  ];
  const whole = { x, y: valueScale(points, box) };
  const off = { x, y: offScale(points, below) };
  const zero = x.domain.map((correlation) => ({ x: correlation, y: 0 }));
  const curve = drawn(whole, closedForm(settings, x), () => 0);
  const differences = drawn(off, zero, (point) => point.closedForm);
  return {
    nodes: [
      ...head.nodes,
      names.node,
      panel({ box, ...whole, theme, numbers: { x: false } }, curve),
      ...under.nodes,
      panel({ box: below, ...off, theme }, differences),
      text("cosine of the task weight vectors", box.x + box.width / 2, bottom - 4, foot),
    ],
    height: bottom,
  };
}

type Look = Readonly<Record<"ours" | "paper" | "curve", SeriesStyle>>;

function lookOf({ series, quiet, ink }: Theme): Look {
  return {
    ours: { colour: series[0], dash: undefined, marker: "circle" },
    paper: { colour: series[1], dash: undefined, marker: "square" },
    curve: { colour: quiet === ink ? ink : quiet, dash: undefined, marker: "circle" },
  };
}

function closedForm(settings: LabelTrials["settings"], { domain: [from, to] }: Scale): Point[] {
  return Array.from({ length: 121 }, (_, i) => {
    const correlation = from + ((to - from) * i) / 120;
    return { x: correlation, y: labelCorrelation(generatorSettings(settings.data), correlation) };
  });
}

function valueScale(points: readonly Measured[], { y, height }: Box): Scale {
  const low = Math.min(0, ...points.flatMap(({ mean, twoSd }) => [mean, mean - (twoSd || 0)]));
  return linearScale(low, 1, { range: [y + height, y], nice: true, label: shortNumber });
}

function offScale(points: readonly Measured[], { y, height }: Box): Scale {
  const ends = points.flatMap(({ mean, twoSd, paper, paperTwoSd, closedForm }) => [
    Math.abs(mean - closedForm) + (twoSd || 0),
    Math.abs(paper - closedForm) + paperTwoSd,
  ]);
  const most = Math.max(0.001, ...ends.filter(Number.isFinite));
  return linearScale(-most, most, { range: [y + height, y], count: 3, nice: true, label: shortNumber });
}

/** A point, and the paper's around it, less a number. */
function pointMarks(point: Measured, base: number, { x, y }: Frame, look: Look, { background }: Theme): SvgNode[] {
  const { correlation, mean, twoSd, closedForm, paper, paperTwoSd } = point;
  const at = x.at(correlation);
  const words = `${correlationWords(correlation)}: measured ${mean.toFixed(5)}, closed form ${closedForm.toFixed(5)}`;
  const [value, half, theirs] = [mean - base, twoSd || 0, paper - base]; // one trial has no bar
  const [top, end] = [y.at(theirs + paperTwoSd), y.at(theirs - paperTwoSd)];
  const wide = { x: at - WIDE / 2, y: top, width: WIDE, height: end - top };
  const hollow = { fill: background, stroke: look.paper.colour, area: 24 };
  const named = { "data-correlation": correlation };
  const paperNodes = [
    element("rect", { ...wide, fill: look.paper.colour, "fill-opacity": 0.3 }),
    markerAt(look.paper.marker, at, y.at(theirs), hollow),
  ];
  return [
    ...(hasPaper(point) ? [group({ class: "paper", ...named }, paperNodes)] : []),
    group({ class: "point", ...named }, [
      element("title", {}, [words]),
      down(at, y.at(value - half), y.at(value + half), look.ours.colour, 0.9),
      markerAt(look.ours.marker, at, y.at(value), { fill: look.ours.colour, area: 9 }),
    ]),
  ];
}
