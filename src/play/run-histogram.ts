// How often runs end at which loss: the paper's Figure 5 in the making.
import { element, rounded, type SvgNode } from "../figures/draw/svg.ts";
import type { Theme } from "../figures/draw/theme.ts";
import { dotsAt, type Figure, frame, framedPanel, label, note, type Point } from "./draw.ts";
import { SHOWN_WORDS, type ShownLoss } from "./loss-figures.ts";

/** A bin of the paper's Figure 5. */
const BIN = 1 / 30;
const BINS = 24;
const WIDTH = 380;
const ROW = 62;

/** Runs of a model that have ended, with their final losses. */
interface EndedRuns {
  readonly name: string;
  readonly colour: (theme: Theme) => string;
  readonly finals: readonly { readonly run: number; readonly loss: number }[];
}

interface HistogramOptions {
  readonly loss: ShownLoss;
  /** Runs that are asked for. */
  readonly runs: number;
  /** The loss above which a run is in a bad minimum. */
  readonly bad: number;
}

/** Each run as a dot above the bin of its final loss, mean over tasks; the last bin takes what is beyond. */
export function histogramFigure(models: readonly EndedRuns[], options: HistogramOptions): Figure {
  const { loss, bad } = options;
  const height = models.length * ROW + 28;
  const nodes = (theme: Theme): SvgNode[] => [
    ...models.flatMap((model, i) => row(model, options, theme, { y: 6 + i * ROW, isLast: i === models.length - 1 })),
    note(`${SHOWN_WORDS[loss]} after the last step, mean over tasks`, WIDTH / 2, height - 2, theme, "middle"),
  ];
  const told = models.map(({ name, finals }) => {
    const stuck = finals.filter((one) => one.loss > bad).length;
    return `${name} ${stuck} of ${finals.length} runs in a bad minimum`;
  });
  const words = `Runs by their ${SHOWN_WORDS[loss]} after the last step: ${told.join(", ")}.`;
  const rows = () => models.flatMap(({ name, finals }) => finals.map((one) => ({ model: name, ...one })));
  return { name: "runs", words, width: WIDTH, height, nodes, rows };
}

interface RowPlace {
  readonly y: number;
  readonly isLast: boolean;
}

function row({ name, colour, finals }: EndedRuns, { runs, bad }: HistogramOptions, theme: Theme, place: RowPlace) {
  const dots = stacked(finals.map(({ loss }) => loss));
  const most = Math.max(6, ...dots.map(({ y }) => Math.ceil(y)));
  const box = { x: 28, y: place.y, width: WIDTH - 36, height: ROW - 12 };
  const at = frame({ theme, box, x: [0, BIN * BINS], y: [0, most], counts: [6, 2] });
  const size = 0.78 * Math.min(box.width / BINS, box.height / most);
  const edge = element("path", {
    ...{ d: `M${rounded(at.x.at(bad))} ${box.y}v${box.height}`, stroke: theme.quiet },
    ...{ "stroke-width": 0.7, "stroke-dasharray": "2 2" },
  });
  const marks = [edge, dotsAt(dots, at, { stroke: colour(theme), "stroke-width": size })];
  const count = `${name}: ${finals.length} of ${runs} runs`;
  return [
    framedPanel(at, marks, { x: place.isLast, y: false }),
    label(count, box.x + box.width - 2, box.y + 8, colour(theme), "end"),
  ];
}

/** A place for each loss: in the middle of its bin, above those before it. */
function stacked(losses: readonly number[]): Point[] {
  const counts = new Array<number>(BINS).fill(0);
  return losses.map((loss) => {
    const bin = Math.min(BINS - 1, Math.floor(loss / BIN));
    const below = counts[bin] as number;
    counts[bin] = below + 1;
    return { x: (bin + 0.5) * BIN, y: below + 0.5 };
  });
}
