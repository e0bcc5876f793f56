// How often runs end at which loss, as the paper's Figure 5 shows it for 200 runs.
import { panel } from "../src/figures/draw/axes.ts";
import type { Point } from "../src/figures/draw/series.ts";
import type { Theme } from "../src/figures/draw/style.ts";
import { element, rounded, type SvgNode } from "../src/figures/draw/svg.ts";
import { dotsAt, type Figure, frame, label, note } from "./draw.ts";

/** A bin of the paper's Figure 5. */
const BIN = 1 / 30;
/** Bins that are always shown, and the most: the last one takes what is beyond. */
const BINS = [15, 30] as const;
const WIDTH = 380;
const ROW = 72;
/** Above the panel of a model. */
const HEADING = 11;

/** Runs of a model that have ended, with their final losses. */
export interface EndedRuns {
  readonly name: string;
  /** As its label says it. */
  readonly title: string;
  readonly colour: (theme: Theme) => string;
  /** Held-out, mean over tasks. */
  readonly finals: readonly { readonly run: number; readonly loss: number }[];
}

interface HistogramOptions {
  /** Runs that are asked for. */
  readonly runs: number;
  /** The loss above which a run is in a bad minimum. */
  readonly bad: number;
  /** In points. */
  readonly width?: number;
}

/** Each run as a dot above the bin of its final loss, mean over tasks; the last bin takes what is beyond. */
export function histogramFigure(models: readonly EndedRuns[], options: HistogramOptions): Figure {
  const { bad, width = WIDTH } = options;
  const bins = binCount(models);
  const height = models.length * ROW + 28;
  const nodes = (theme: Theme): SvgNode[] => [
    ...models.flatMap((model, i) =>
      row(model, options, theme, { y: i * ROW, width, bins, isLast: i === models.length - 1 }),
    ),
    note("held-out loss after the last step, mean over tasks", width / 2, height - 2, theme, "middle"),
  ];
  const words = `Runs by their held-out loss after the last step. ${models.map((one) => `${stuckWords(one, bad)}.`).join(" ")}`;
  const rows = () =>
    models.flatMap(({ name, finals }) =>
      finals.map(({ run, loss }) => ({ model: name, run, finalHeldoutLossMean: loss })),
    );
  return { name: "runs", words, width, height, nodes, rows };
}

/** `MMoE: 0 of 20 in a bad minimum`. */
function stuckWords({ title, finals }: EndedRuns, bad: number): string {
  const stuck = finals.filter(({ loss }) => loss > bad).length;
  return finals.length === 0 ? `${title}: no run has ended` : `${title}: ${stuck} of ${finals.length} in a bad minimum`;
}

/** Bins that have room for all losses. */
function binCount(models: readonly EndedRuns[]): number {
  const most = Math.max(0, ...models.flatMap(({ finals }) => finals.map(({ loss }) => loss)));
  return Math.max(BINS[0], Math.min(BINS[1], Math.ceil(most / BIN)));
}

interface RowPlace {
  readonly y: number;
  readonly width: number;
  readonly bins: number;
  readonly isLast: boolean;
}

function row(model: EndedRuns, { runs, bad }: HistogramOptions, theme: Theme, place: RowPlace) {
  const { colour, finals } = model;
  const dots = stacked(
    finals.map(({ loss }) => loss),
    place.bins,
  );
  const box = { x: 28, y: place.y + HEADING, width: place.width - 36, height: ROW - HEADING - 8 };
  const at = frame({ theme, box, x: [0, BIN * place.bins], y: [0, runs], counts: [6, 2] });
  const size = 0.85 * Math.min(box.width / BINS[1], box.height / runs); // the same for all losses
  const edge = element("path", {
    d: `M${rounded(at.x.at(bad))} ${box.y}v${box.height}`,
    stroke: theme.quiet,
    "stroke-width": 0.7,
    "stroke-dasharray": "2 2",
  });
  const marks = [edge, dotsAt(dots, at, { stroke: colour(theme), "stroke-width": size })];
  return [
    panel({ ...at, numbers: { x: place.isLast } }, marks),
    label(stuckWords(model, bad), box.x, place.y + HEADING - 4, colour(theme)),
  ];
}

/** A place for each loss: in the middle of its bin, above those before it. */
function stacked(losses: readonly number[], bins: number): Point[] {
  const counts = new Array<number>(bins).fill(0);
  return losses.map((loss) => {
    const bin = Math.min(bins - 1, Math.floor(loss / BIN));
    const below = counts[bin];
    counts[bin] = below + 1;
    return { x: (bin + 0.5) * BIN, y: below + 0.5 };
  });
}
