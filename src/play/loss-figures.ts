// Losses against steps, and how often runs end at which loss.

import type { Curve } from "../engines/engine.ts";
import { lossScale, stepScale } from "../figures/draw/loss-axis.ts";
import { AXIS_END, type PublishedLoss } from "../figures/draw/paper-points.ts";
import { linePath } from "../figures/draw/series.ts";
import { element, rounded, type SvgNode } from "../figures/draw/svg.ts";
import type { Theme } from "../figures/draw/theme.ts";
import { runningMeans } from "../records/running-mean.ts";
import { dotsAt, type Figure, frame, framedPanel, label, note, type PanelFrame, type Point } from "./draw.ts";

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

const RUNG_LINE = { "stroke-width": 0.5, "stroke-dasharray": "1 2" } as const;

interface LossOptions {
  readonly loss: ShownLoss;
  readonly log: boolean;
  readonly steps: number;
  readonly tasks: number;
  /** The rungs of the ladder: the losses of the best predictors that lack the j fastest sines. */
  readonly rungs: readonly number[];
  /** The paper's points, if the settings are the paper's. */
  readonly paper: readonly PublishedLoss[];
}

/** A line for each model and task: the first task solid, the others dashed. */
export function lossFigure(
  series: readonly LossSeries[],
  { loss, log, steps, tasks, rungs, paper }: LossOptions,
): Figure {
  const [width, height] = [380, 190];
  const lines = series.flatMap(({ name, colour, curve }) => {
    const losses = curve === undefined ? [] : shownLosses(curve, loss);
    return Array.from({ length: tasks }, (_, k) => ({
      name,
      colour,
      k,
      points: losses.map((values, i): Point => ({ x: curve?.steps[i] as number, y: values[k] as number })),
    }));
  });
  const nodes = (theme: Theme): SvgNode[] => {
    const box = { x: 28, y: 8, width: width - 36, height: height - 36 };
    const { scale: x, title } = stepScale(steps, [box.x, box.x + box.width], 5);
    const values = [...lines.flatMap(({ points }) => points.slice(1).map(({ y }) => y)), ...(log ? [0.02, 1] : [0.6])];
    const y = lossScale(values, log ? "log" : "linear", [box.y + box.height, box.y]);
    const at: PanelFrame = { box, x, y, theme };
    const marks = paper.map((point) => {
      const colour = series.find(({ name }) => name === point.model)?.colour(theme);
      return { colour, x: (point.step * steps) / AXIS_END, y: point.loss };
    });
    const inside = rungs.map((at, rung) => ({ at, rung })).filter(({ at }) => at >= y.domain[0] && at <= y.domain[1]);
    const right = box.x + box.width;
    const ladder = inside.flatMap(({ at, rung }) => [
      element("path", { d: `M${box.x} ${rounded(y.at(at))}H${right}`, stroke: theme.quiet, ...RUNG_LINE }),
      note(`rung ${rung}`, right - 1, y.at(at) - 2, theme, "end"),
    ]);
    const byColour = [...new Set(marks.map(({ colour }) => colour))];
    return [
      framedPanel(at, [
        ...ladder,
        ...byColour.map((colour) =>
          dotsAt(
            marks.filter((mark) => mark.colour === colour),
            at,
            { stroke: colour, "stroke-width": 3.4, "stroke-opacity": 0.35 },
          ),
        ),
        ...lines.map(({ colour, k, points }) =>
          linePath(points, at, { colour: colour(theme), dash: DASHES[k % DASHES.length] }),
        ),
      ]),
      note(title, box.x + box.width / 2, height - 4, theme, "middle"),
    ];
  };
  const ends = lines.map(
    ({ name, k, points }) => `${name} task ${k + 1} ${points.at(-1)?.y.toFixed(3) ?? "not trained"}`,
  );
  const rows = () =>
    series.flatMap(({ name, curve }) =>
      (curve?.steps ?? []).flatMap((step, i) =>
        Array.from({ length: tasks }, (_, k) => ({
          ...{ model: name, step, task: k + 1 },
          ...{
            train: curve?.train[i]?.[k] as number,
            running: shownLosses(curve as Curve, "running")[i]?.[k] as number,
            heldout: curve?.heldout[i]?.[k] as number,
          },
        })),
      ),
    );
  return {
    name: `losses-${loss}`,
    words: `The ${SHOWN_WORDS[loss]} of each task against steps: ${ends.join(", ")}.`,
    width,
    height,
    nodes,
    rows,
  };
}

/** A bin of the paper's Figure 5. */
const BIN = 1 / 30;
const BINS = 24;

/** Each run as a dot above the bin of its final loss, mean over tasks; the last bin takes what is beyond. */
export function histogramFigure(
  series: readonly { name: string; colour: (theme: Theme) => string; finals: readonly number[] }[],
  { loss, runs, bad }: { loss: ShownLoss; runs: number; bad: number },
): Figure {
  const [width, row] = [380, 62];
  const height = series.length * row + 28;
  const nodes = (theme: Theme): SvgNode[] => [
    ...series.flatMap(({ name, colour, finals }, i) => {
      const bins = finals.map((value) => Math.min(BINS - 1, Math.floor(value / BIN)));
      const most = Math.max(6, ...Array.from({ length: BINS }, (_, b) => bins.filter((bin) => bin === b).length));
      const box = { x: 28, y: 6 + i * row, width: width - 36, height: row - 12 };
      const at = frame({ theme, box, x: [0, BIN * BINS], y: [0, most], counts: [6, 2] });
      const size = Math.min(box.width / BINS, box.height / most) * 0.78;
      const place = (n: number): Point => ({
        x: ((bins[n] as number) + 0.5) * BIN,
        y: bins.slice(0, n).filter((bin) => bin === bins[n]).length + 0.5,
      });
      return [
        framedPanel(
          at,
          [
            element("path", {
              d: `M${rounded(at.x.at(bad))} ${box.y}v${box.height}`,
              stroke: theme.quiet,
              "stroke-width": 0.7,
              "stroke-dasharray": "2 2",
            }),
            dotsAt(
              finals.map((_, n) => place(n)),
              at,
              { stroke: colour(theme), "stroke-width": size },
            ),
          ],
          { x: i === series.length - 1, y: false },
        ),
        label(`${name}: ${finals.length} of ${runs} runs`, box.x + box.width - 2, box.y + 8, colour(theme), "end"),
      ];
    }),
    note(`${SHOWN_WORDS[loss]} after the last step, mean over tasks`, width / 2, height - 2, theme, "middle"),
  ];
  const told = series.map(
    ({ name, finals }) =>
      `${name} ${finals.filter((value) => value > bad).length} of ${finals.length} runs in a bad minimum`,
  );
  const rows = () =>
    series.flatMap(({ name, finals }) => finals.map((value, run) => ({ model: name, run, loss: value })));
  return {
    name: "runs",
    words: `Runs by their ${SHOWN_WORDS[loss]} after the last step: ${told.join(", ")}.`,
    width,
    height,
    nodes,
    rows,
  };
}
