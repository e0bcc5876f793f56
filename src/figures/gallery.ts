import { lossUnitOf } from "../config/loss-unit-of.ts";
import { summedUnit } from "../config/losses.ts";
import { severalPoints } from "../records/at-point.ts";
import type { LabelTrials } from "../records/label-trials.ts";
import type { Results } from "../records/read-results.ts";
import { METRIC_WORDS } from "../records/words.ts";
import { classTasks } from "../summary/calibration.ts";
import { curveRows, spreadRows, trainHeldoutRows } from "./curve-rows.ts";
import {
  calibrationRows,
  gateDistanceRows,
  gateWeightRows,
  metricCurveRows,
  metricRows,
  quantityRows,
} from "./diagnosed-rows.ts";
import { type DRAWINGS, type DrawingName, pictureOf } from "./draw/drawings.ts";
import { isShown, withoutCells } from "./draw/facts.ts";
import {
  DEFAULT_OPTIONS,
  type Figure,
  type FigureChoices,
  type FigureOptions,
  type FigureRow,
  isUnavailable,
  type NotDrawn,
  type Unavailable,
} from "./draw/figure.ts";
import { SMALL_BOTTOM } from "./draw/paper-points.ts";
import type { Limits } from "./draw/style.ts";
import { figure2 } from "./figure2.ts";
import {
  againstSettingRows,
  binRows,
  costRows,
  differenceRows,
  distributionRows,
  finalLossRows,
  seesawRows,
  taskLossRows,
} from "./final-rows.ts";
import { atHeight, finished } from "./finished.ts";
import { sweepOf } from "./sweep-facts.ts";
import { verdicts } from "./verdicts.ts";

/** A kind of figure that can be drawn from records. */
export interface FigureKind<Records> {
  /** Its name in `--only`, and in its files. */
  readonly name: string;
  readonly about: string;
  /** The options that change it, apart from the theme and letters. */
  readonly supports: readonly Exclude<keyof FigureChoices, "theme" | "letters" | "without" | PageChoice>[];
  readonly draw: (records: Records, options: FigureChoices) => Figure | Unavailable;
}

/** Choices that every figure has. */
type PageChoice = "width" | "height" | "title" | "font";

export type SweepFigure = FigureKind<Results>;

/** Losses at one grid point, losses at all, metrics, predictions, or diagnostics. */
type Of = "one point" | "all points" | "metrics" | "predictions" | "diagnostics";

type RowOf<Name extends DrawingName> = Parameters<(typeof DRAWINGS)[Name]>[0]["rows"][number];

/** A figure that is drawn of its rows. */
interface RowKind<Row> extends Pick<SweepFigure, "about" | "supports"> {
  /** Losses at one grid point by default. */
  readonly of?: Of;
  readonly rows: (results: Results, options: FigureOptions) => readonly Row[] | NotDrawn;
}

const NOTHING = { models: [], correlations: [] };

/** Each drawing's figure, in the order in which they are shown: a drawing without one does not compile. */
const ROW_KINDS: { readonly [Name in DrawingName]: RowKind<RowOf<Name>> } = {
  figure3: {
    about: "loss of the small Shared-Bottom against steps",
    supports: ["loss", "statistic", "scale", "paper", "xLimits", "yLimits"],
    rows: (results, options) => curveRows(results, options, SMALL_BOTTOM),
  },
  figure4: {
    about: "loss of each model against steps, a panel for each correlation",
    supports: ["loss", "statistic", "scale", "paper", "sum", "xLimits", "yLimits"],
    rows: curveRows,
  },
  figure5: {
    about: "histograms of final losses, a panel for each cell",
    supports: ["loss", "statistic", "sum"],
    rows: binRows,
  },
  "final-loss": {
    about: "final loss against correlation",
    supports: ["loss", "statistic", "scale", "paper", "sum"],
    rows: finalLossRows,
  },
  differences: {
    about: "differences between models, paired by run",
    supports: ["loss", "statistic"],
    rows: differenceRows,
  },
  distributions: {
    about: "spread of the final losses, a dot for each run",
    supports: ["loss", "scale"],
    rows: distributionRows,
  },
  runs: {
    about: "single runs' loss against steps, a panel for each cell",
    supports: ["loss", "scale"],
    rows: spreadRows,
  },
  "train-heldout": {
    about: "training, held-out and running loss against steps in one frame, a panel for each cell",
    supports: ["scale", "xLimits", "yLimits"],
    rows: trainHeldoutRows,
  },
  "task-losses": {
    about: "final loss of task 2 against that of task 1, a panel for each cell; of more tasks, a panel for each",
    supports: ["loss"],
    rows: taskLossRows,
  },
  cost: {
    about: "final loss against FLOP of training, a panel for each correlation",
    supports: ["loss", "statistic", "scale"],
    rows: costRows,
  },
  seesaw: {
    about: "gain of one task against that of another by sharing, a panel for each cell and pair of tasks",
    supports: ["loss"],
    rows: seesawRows,
  },
  grid: {
    about: "final loss against a setting that the sweep lists",
    of: "all points",
    supports: ["loss", "statistic", "scale"],
    rows: againstSettingRows,
  },
  metrics: {
    about: "AUC, accuracy or R2 of each task, with its interval (own rows, or labels that are classes)",
    of: "metrics",
    supports: ["statistic"],
    rows: metricRows,
  },
  "metric-curves": {
    about: "AUC, accuracy or R2 of each task against steps (own rows, or labels that are classes)",
    of: "metrics",
    supports: ["statistic"],
    rows: metricCurveRows,
  },
  calibration: {
    about: "share that came true against predicted probability, a panel for each task (--keep-predictions)",
    of: "predictions",
    supports: [],
    rows: calibrationRows,
  },
  "gate-distance": {
    about: "distance of the tasks' gates at the end against correlation (--diagnostics gates)",
    of: "diagnostics",
    supports: ["statistic"],
    rows: gateDistanceRows,
  },
  "gate-weights": {
    about: "each task's weights of the experts at the end, a panel for each cell (--diagnostics gates)",
    of: "diagnostics",
    supports: [],
    rows: gateWeightRows,
  },
  conflict: {
    about: "cosine of the tasks' gradients against steps (--diagnostics gradients)",
    of: "diagnostics",
    supports: ["statistic"],
    rows: quantityRows("gradientCosine"),
  },
  alignment: {
    about: "loss of the best function of a model's direction against steps (--diagnostics alignment)",
    of: "diagnostics",
    supports: ["statistic"],
    rows: quantityRows("alignedLoss"),
  },
};

function ofRows(name: DrawingName): SweepFigure {
  const { of = "one point", rows: rowsOf, ...about } = ROW_KINDS[name] as RowKind<object>;
  return ofSweep({ name, ...about }, of, (results, options) => {
    const all = rowsOf(results, options);
    if ("lacking" in all) return { name, ...all };
    const { without = NOTHING } = options;
    const shown = all.filter((row) => isShown(row, without));
    const rows = shown.filter((row) => isWithin(row, options.xLimits));
    if (shown.length > 0 && rows.length === 0)
      return { name, lacking: `no step from ${options.xLimits?.join(" to ")} was recorded` };
    const sweep = withoutCells(sweepOf(results), without);
    const picture = atHeight(options, (sized) => pictureOf(name, rows, sweep, sized));
    if (isUnavailable(picture)) return picture;
    const tooFew = options.fits ? fewSteps(all) : undefined;
    return tooFew ? { name, lacking: tooFew } : finished(picture, rows as readonly FigureRow[], options);
  });
}

/** Whether a row of a curve is at a step that is drawn. */
function isWithin(row: object, [low, high]: Limits = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]): boolean {
  const { step = low } = row as { readonly step?: number };
  return step >= low && step <= high;
}

/** Curves of fewer points show nothing. */
const LEAST_STEPS = 3;

/** What rows of curves on rows of the user's own lack, if they have too few steps; undefined for others, and for no rows. */
function fewSteps(rows: readonly object[]): string | undefined {
  const steps = new Set(rows.flatMap((row) => ("step" in row ? [row.step] : [])));
  if (steps.size === 0 || steps.size >= LEAST_STEPS) return undefined;
  return "its runs were evaluated at fewer than three steps, and curves need three (a new sweep with a smaller evalEvery has more)";
}

function figuresOf(...kinds: readonly Of[]): SweepFigure[] {
  return (Object.keys(ROW_KINDS) as DrawingName[])
    .filter((name) => kinds.includes(ROW_KINDS[name].of ?? "one point"))
    .map(ofRows);
}

/** A figure of a sweep that has what it is drawn of, in the unit of the sweep's losses. */
function ofSweep(
  kind: Omit<SweepFigure, "draw">,
  of: Of,
  draw: (results: Results, options: FigureOptions) => Figure | Unavailable,
): SweepFigure {
  return {
    ...kind,
    draw: (results, choices) => {
      const lacking = lackingOf(of, results);
      if (lacking) return { name: kind.name, ...lacking };
      const ofMean = lossUnitOf(results.config);
      const unit = choices.sum ? summedUnit(ofMean, sweepOf(results).tasks) : ofMean;
      return draw(results, { ...choices, unit, fits: results.config.rows !== null });
    },
  };
}

/** What results lack for all figures of a kind; undefined if nothing. */
function lackingOf(of: Of, results: Results): NotDrawn | undefined {
  const { config, records } = results;
  if (of === "diagnostics" && !records.some(({ diagnostics }) => diagnostics))
    return { lacking: "its runs have no diagnostics (mmoe sweep --diagnostics)", never: true };
  const metrics = Object.keys(METRIC_WORDS);
  if (of === "metrics" && !records.some(({ measures = {} }) => metrics.some((name) => name in measures)))
    return { lacking: "its runs have no metrics, which need rows of your own or labels that are classes", never: true };
  if (of === "predictions" && classTasks(config).length === 0) return { lacking: "no label is a class", never: true };
  const several = of === "all points" ? undefined : severalPoints(results);
  const choice = several && `give --at ${several.choice}, or another`;
  return several && { lacking: `${several.why}, and one at a time can be shown; ${choice}` };
}

/** Of losses, in the order in which they are shown. */
export const LOSS_FIGURES = figuresOf("one point", "all points");

export const DIAGNOSTIC_FIGURES = figuresOf("diagnostics");

/** Of the paper's claims; a report has it beside their verdicts. */
export const VERDICTS = ofSweep(
  {
    name: "verdicts",
    about: "the paper's claims, a row for each: our interval and what is expected",
    supports: ["loss"],
  },
  "one point",
  verdicts,
);

/** In the order in which they are shown. */
export const SWEEP_FIGURES: readonly SweepFigure[] = [
  ...LOSS_FIGURES,
  ...figuresOf("metrics", "predictions"),
  VERDICTS,
  ...DIAGNOSTIC_FIGURES,
];

export const TRIAL_FIGURES: readonly FigureKind<LabelTrials>[] = [
  { name: "figure2", about: "correlation of the labels against that of the tasks", supports: [], draw: figure2 },
];

/** The options that change a figure, and the part that is drawn; the others are the default. */
export function supportedOptions({ supports }: Pick<SweepFigure, "supports">, options: FigureChoices): FigureChoices {
  const { theme, letters, without, width, height, title, font } = options;
  const supported = Object.fromEntries(supports.map((key) => [key, options[key]]));
  const chosen = Object.entries({ ...supported, width, height, title, font }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    ...DEFAULT_OPTIONS,
    ...Object.fromEntries(chosen),
    theme,
    ...(letters && { letters }),
    ...(without && { without }),
  };
}
