// Losses against steps.
import type { Curve } from "../src/engines/engine.ts";
import { panel } from "../src/figures/draw/axes.ts";
import { AXIS_END, type PublishedLoss } from "../src/figures/draw/paper-points.ts";
import { lossScale, type Scale, stepScale } from "../src/figures/draw/scale.ts";
import { linePath, type Point } from "../src/figures/draw/series.ts";
import type { Theme } from "../src/figures/draw/style.ts";
import { element, rounded, type SvgNode } from "../src/figures/draw/svg.ts";
import { runningMeans } from "../src/records/running-mean.ts";
import { dotsAt, type Figure, note, type PanelFrame, polyline } from "./draw.ts";

export const SHOWN_LOSSES = ["train", "running", "heldout"] as const;
export type ShownLoss = (typeof SHOWN_LOSSES)[number];

export const SHOWN_WORDS: Readonly<Record<ShownLoss, string>> = {
  train: "training loss",
  running: "running mean",
  heldout: "held-out loss",
};

/** A model's curve, as its figures need it. */
interface LossSeries {
  readonly name: string;
  readonly colour: (theme: Theme) => string;
  readonly curve: Curve | undefined;
  /** The mean over many runs and all tasks, if they have ended. */
  readonly means?: readonly Point[];
}

/** Losses at the evaluations of a run, [evaluations][K]. */
export function shownLosses({ steps, train, heldout }: Curve, loss: ShownLoss): readonly (readonly number[])[] {
  if (loss === "train") return train;
  if (loss === "heldout") return heldout;
  const K = train[0]?.length ?? 0;
  const means = runningMeans({ steps, train: Float64Array.from(train.flat()) });
  return train.map((_, i) => Array.from(means.subarray(i * K, (i + 1) * K)));
}

const DASHES = [undefined, "3 1.6", "1.2 1.2", "5 1.4 1.2 1.4", "7 2"] as const;

/** How the lines of task k, from 0, are dashed. */
export function dashOf(k: number): string | undefined {
  return DASHES[k % DASHES.length];
}

interface LossOptions {
  readonly loss: ShownLoss;
  readonly log: boolean;
  readonly steps: number;
  readonly tasks: number;
  /** The rungs of the ladder: the losses of the best predictors that lack the j fastest sines. */
  readonly rungs: readonly number[];
  /** The paper's points, if the settings are the paper's. */
  readonly paper: readonly PublishedLoss[];
  /** In points. */
  readonly width?: number;
}

const WIDTH = 380;
const HEIGHT = 190;
const MEAN_LOOK = { "stroke-width": 2.6, "stroke-opacity": 0.55 };

/** The losses of one task of one model. */
interface LossLine extends Pick<LossSeries, "name" | "colour"> {
  /** The task, from 0. */
  readonly k: number;
  readonly points: readonly Point[];
}

/** A line for each model and task: the first task solid, the others dashed. */
export function lossFigure(series: readonly LossSeries[], options: LossOptions): Figure {
  const { loss, steps, width = WIDTH } = options;
  const lines = series.flatMap((one) => linesOf(one, options));
  const nodes = (theme: Theme): SvgNode[] => {
    const box = { x: 28, y: 8, width: width - 36, height: HEIGHT - 36 };
    const { scale: x, title } = stepScale(steps, [box.x, box.x + box.width], { count: 5 });
    const at: PanelFrame = { box, theme, x, y: heightOf(lines, options, [box.y + box.height, box.y]) };
    const drawn = lines.map(({ colour, k, points }) =>
      linePath(points, at, { colour: colour(theme), dash: dashOf(k) }),
    );
    return [
      panel(at, [...rungLines(options, at), ...paperDots(series, options, at), ...meanLines(series, at), ...drawn]),
      note(title, box.x + box.width / 2, HEIGHT - 4, theme, "middle"),
    ];
  };
  const ends = lines.map(
    ({ name, k, points }) => `${name} task ${k + 1} ${points.at(-1)?.y.toFixed(3) ?? "not trained"}`,
  );
  const words = `The ${SHOWN_WORDS[loss]} of each task against steps: ${ends.join(", ")}.`;
  const rows = () => series.flatMap(({ name, curve }) => (curve === undefined ? [] : lossRows(name, curve)));
  return { name: `losses-${loss}`, words, width, height: HEIGHT, nodes, rows };
}

/** The losses of two tasks against each other while models train: a line for each model, and a dot where it is now. */
export function tradeFigure(series: readonly LossSeries[], options: LossOptions): Figure {
  const { loss, log, width = WIDTH } = options;
  const paths = series.map((one) => {
    const [first, second] = linesOf(one, options).map(({ points }) => points);
    return { ...one, points: first.map(({ y: x }, i): Point => ({ x, y: second[i].y })) };
  });
  const nodes = (theme: Theme): SvgNode[] => {
    const box = { x: 28, y: 8, width: width - 36, height: HEIGHT - 36 };
    const later = paths.flatMap(({ points }) => points.slice(1)); // the first would leave no room for the rest
    const scaleOf = (values: readonly number[], range: readonly [number, number]) =>
      lossScale([...values, ...(log ? [0.02, 1] : [0.6])], { scale: log ? "log" : "linear" }, range);
    const x = scaleOf(xs(later), [box.x, box.x + box.width]);
    const at: PanelFrame = { box, theme, x, y: scaleOf(ys(later), [box.y + box.height, box.y]) };
    const drawn = paths.flatMap(({ colour, points }) => {
      const shown = points.slice(1);
      return [
        polyline(shown, at, { stroke: colour(theme), "stroke-width": 0.9 }),
        dotsAt(shown.slice(-1), at, { stroke: colour(theme), "stroke-width": 5 }),
      ];
    });
    const title = `${SHOWN_WORDS[loss]} of task 2 against that of task 1`;
    return [panel(at, drawn), note(title, box.x + box.width / 2, HEIGHT - 4, theme, "middle")];
  };
  const ends = paths.map(({ name, points }) => {
    const last = points.at(-1);
    return `${name} ${last ? `${last.x.toFixed(3)} and ${last.y.toFixed(3)}` : "not trained"}`;
  });
  const words = `The ${SHOWN_WORDS[loss]} of task 2 against that of task 1 while the models train: ${ends.join(", ")}.`;
  return { name: `trade-${loss}`, words, width, height: HEIGHT, nodes };
}

const xs = (points: readonly Point[]) => points.map(({ x }) => x);
const ys = (points: readonly Point[]) => points.map(({ y }) => y);

function linesOf({ name, colour, curve }: LossSeries, { loss, tasks }: LossOptions): LossLine[] {
  const losses = curve === undefined ? [] : shownLosses(curve, loss);
  return Array.from({ length: tasks }, (_, k) => {
    const points = losses.map((values, i) => ({ x: curve?.steps[i] as number, y: values[k] }));
    return { name, colour, k, points };
  });
}

/** The axis of losses, without the first point of each line, which would leave no room for the rest. */
function heightOf(lines: readonly LossLine[], { log }: LossOptions, range: readonly [number, number]): Scale {
  const later = lines.flatMap(({ points }) => points.slice(1).map(({ y }) => y));
  return lossScale([...later, ...(log ? [0.02, 1] : [0.6])], { scale: log ? "log" : "linear" }, range);
}

function rungLines({ rungs }: LossOptions, { box, y, theme }: PanelFrame): SvgNode[] {
  const right = box.x + box.width;
  return rungs.flatMap((loss, rung) => {
    if (loss < y.domain[0] || loss > y.domain[1]) return [];
    const line = { d: `M${box.x} ${rounded(y.at(loss))}H${right}`, stroke: theme.quiet };
    const look = { "stroke-width": 0.5, "stroke-dasharray": "1 2" };
    return [element("path", { ...line, ...look }), note(`rung ${rung}`, right - 1, y.at(loss) - 2, theme, "end")];
  });
}

/** The paper's points of the models that are shown. */
function paperDots(series: readonly LossSeries[], { paper, steps }: LossOptions, at: PanelFrame): SvgNode[] {
  return series.map(({ name, colour }) => {
    const own = paper.filter(({ model }) => model === name);
    const points = own.map(({ step, loss }) => ({ x: (step * steps) / AXIS_END, y: loss }));
    return dotsAt(points, at, { stroke: colour(at.theme), "stroke-width": 3.4, "stroke-opacity": 0.35 });
  });
}

function meanLines(series: readonly LossSeries[], at: PanelFrame): SvgNode[] {
  return series.flatMap(({ colour, means = [] }) =>
    means.length === 0 ? [] : [polyline(means, at, { stroke: colour(at.theme), ...MEAN_LOOK })],
  );
}

function lossRows(model: string, curve: Curve) {
  const [train, running, heldout] = SHOWN_LOSSES.map((loss) => shownLosses(curve, loss));
  const at = (losses: typeof train, i: number, k: number) => losses?.[i]?.[k];
  return curve.steps.flatMap((step, i) =>
    curve.train[i].map((_, k) => ({
      model,
      step,
      task: k + 1,
      train: at(train, i, k),
      running: at(running, i, k),
      heldout: at(heldout, i, k),
    })),
  );
}
