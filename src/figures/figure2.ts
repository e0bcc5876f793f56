import { labelCorrelation } from "../data/moments.ts";
import { generatorSettings } from "../data/presets.ts";
import type { LabelTrials } from "../records/label-trials.ts";
import { mean, standardDeviation } from "../stats/moments.ts";
import { facets, headed, keyed, spaced, stacked } from "./draw/chart.ts";
import {
  DEFAULT_OPTIONS,
  type Figure,
  type FigureChoices,
  isUnavailable,
  page,
  type Unavailable,
} from "./draw/figure.ts";
import { correlationScale, linearScale, type Range, type Scale, shortNumber } from "./draw/scale.ts";
import { down, type Frame, linePath, markerAt, type Point } from "./draw/series.ts";
import { type SeriesStyle, type Theme, themeFor } from "./draw/style.ts";
import { element, group, type SvgNode } from "./draw/svg.ts";
import { correlationWords } from "./draw/words.ts";
import { atHeight, finished } from "./finished.ts";
import { publishedFigure2 } from "./published.ts";

/** A row of the CSV file. */
type Measured = {
  readonly correlation: number;
  readonly trials: number;
  readonly rows: number;
  readonly mean: number;
  /** Two standard deviations over trials; NaN for one trial. */
  readonly twoSd: number;
  readonly closedForm: number;
  /** The paper's value; NaN if it has none. */
  readonly paper: number;
  readonly paperTwoSd: number;
};

/** Figure 2: correlation of the labels against that of the tasks, measured, in closed form and the paper's. */
export function figure2(trials: LabelTrials, options: FigureChoices): Figure | Unavailable {
  const points = measuredPoints(trials);
  const { trials: n, rows } = trials.settings;
  const paper = points.some(hasPaper) ? " Squares and wide bars: the paper's Figure 2." : "";
  const picture = atHeight({ ...DEFAULT_OPTIONS, ...options }, (sized) => {
    const theme = themeFor(sized);
    return page({
      name: "figure2",
      title: "Correlation of the labels against correlation of the tasks (Figure 2)",
      caption:
        "Pearson correlation of the two tasks' labels against the cosine of the task weight vectors. Circles: mean over " +
        `n = ${n} ${n === 1 ? "trial" : "trials"} of ${rows} rows; bars: two standard deviations over trials to either side; ` +
        `line: closed form.${paper} Below, the same minus the closed form.`,
      ...drawing(trials, points, theme),
      theme,
    });
  });
  return isUnavailable(picture) ? picture : finished(picture, points, options);
}

function measuredPoints({ settings, measured }: LabelTrials): Measured[] {
  const { data, trials, rows } = settings;
  const points = settings.correlations.map((correlation, i) => {
    const values = measured.map((trial) => trial[i]);
    const paper = publishedFigure2().find((point) => point.correlation === correlation);
    return {
      ...{ correlation, trials, rows, mean: mean(values), twoSd: 2 * standardDeviation(values) },
      closedForm: labelCorrelation(generatorSettings(data), correlation),
      paper: paper?.labelCorrelation ?? Number.NaN,
      paperTwoSd: paper?.twoSd ?? Number.NaN,
    };
  });
  return points.sort((a, b) => a.correlation - b.correlation);
}

function hasPaper({ paper }: Measured): boolean {
  return Number.isFinite(paper);
}

/** Width of the paper's bars, behind ours. */
const WIDE = 4.5;

function drawing({ settings }: LabelTrials, points: readonly Measured[], theme: Theme) {
  const look = lookOf(theme);
  const correlations = points.map(({ correlation }) => correlation);
  const [from, to] = [correlations[0], correlations[correlations.length - 1]];
  const closedForm = Array.from({ length: 121 }, (_, i): Point => {
    const x = from + ((to - from) * i) / 120;
    return { x, y: labelCorrelation(generatorSettings(settings.data), x) };
  });
  const zero = [from, to].map((x) => ({ x, y: 0 }));
  const panelOf = (line: readonly Point[], baseOf: (point: Measured) => number) => ({
    ...{ rows: [{}], columns: [{}], left: 27, item: () => line },
    x: ([left, right]: Range) => correlationScale(correlations, [left + 8, right - 8]),
    marks: (_: unknown, frame: Frame) => [
      linePath(line, frame, look.curve, { width: 0.8 }),
      ...points.flatMap((point) => pointMarks(point, baseOf(point), frame, look, theme)),
    ],
  });
  const key = [
    { label: "measured, ± 2 sd", style: look.ours, sample: "marker" as const },
    ...(points.some(hasPaper) ? [{ label: "the paper", style: look.paper, sample: "hollow" as const }] : []),
    { label: "closed form", style: look.curve },
  ];
  const whole = { ...panelOf(closedForm, () => 0), height: 96, y: valueAxis(points) };
  const off = { ...panelOf(zero, (point) => point.closedForm), height: 62, y: offAxis(points) };
  return stacked([
    headed("Pearson correlation of the labels", theme),
    keyed(key, theme, { below: 8 }),
    spaced(facets(whole, theme), { below: 6 }),
    headed("The same minus the closed form", theme, { below: 6 }),
    facets({ ...off, foot: ["cosine of the task weight vectors"] }, theme),
  ]);
}

function lookOf({ series, quiet, ink }: Theme): Readonly<Record<"ours" | "paper" | "curve", SeriesStyle>> {
  return {
    ours: { colour: series[0], dash: undefined, marker: "circle" },
    paper: { colour: series[1], dash: undefined, marker: "square" },
    curve: { colour: quiet === ink ? ink : quiet, dash: undefined, marker: "circle" },
  };
}

function valueAxis(points: readonly Measured[]) {
  const low = Math.min(0, ...points.flatMap(({ mean, twoSd }) => [mean, mean - (twoSd || 0)]));
  return (range: Range): Scale => linearScale(low, 1, { range, nice: true, label: shortNumber });
}

function offAxis(points: readonly Measured[]) {
  const ends = points.flatMap(({ mean, twoSd, paper, paperTwoSd, closedForm }) => [
    Math.abs(mean - closedForm) + (twoSd || 0),
    Math.abs(paper - closedForm) + paperTwoSd,
  ]);
  const most = Math.max(0.001, ...ends.filter(Number.isFinite));
  return (range: Range): Scale => linearScale(-most, most, { range, count: 3, nice: true, label: shortNumber });
}

/** A point, and the paper's around it, less a number. */
function pointMarks(
  point: Measured,
  base: number,
  { x, y }: Frame,
  look: ReturnType<typeof lookOf>,
  { background }: Theme,
): SvgNode[] {
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
