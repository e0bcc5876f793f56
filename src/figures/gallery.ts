import { lossUnitOf } from "../config/loss-unit-of.ts";
import { summedUnit } from "../config/losses.ts";
import { severalPoints } from "../records/at-point.ts";
import type { LabelTrials } from "../records/label-trials.ts";
import type { Results } from "../records/read-results.ts";
import { METRIC_WORDS } from "../records/words.ts";
import { classTasks } from "../summary/calibration.ts";
import {
  DEFAULT_OPTIONS,
  type Figure,
  type FigureChoices,
  type FigureOptions,
  isUnavailable,
  type NotDrawn,
  type Unavailable,
} from "./draw/figure.ts";
import type { RecordsNeeded, SupportedChoice, SweepDrawing } from "./draw/sweep-figure.ts";
import { figure2 } from "./figure2.ts";
import { atHeight, finished } from "./finished.ts";
import { ROW_FIGURES } from "./kinds/list.ts";
import { recordedOf, sweepOf } from "./sweep-facts.ts";
import { verdicts } from "./verdicts.ts";

export interface FigureKind<Records> {
  /** Its name in `--only`, and in its files. */
  readonly name: string;
  readonly about: string;
  /** The options that change it, apart from those that change all. */
  readonly supports: readonly SupportedChoice[];
  readonly draw: (records: Records, options: FigureChoices) => Figure | Unavailable;
}

export type SweepFigure = FigureKind<Results>;

function ofRows({ drawn, ...kind }: SweepDrawing): SweepFigure {
  return ofSweep(kind, (results, options) => {
    const found = drawn(recordedOf(results), options);
    if (isUnavailable(found)) return found;
    const picture = atHeight(options, found.pictureOf);
    return isUnavailable(picture) ? picture : finished(picture, found.rows, options);
  });
}

/** A figure of a sweep that has what it is drawn of, in the unit of the sweep's losses. */
function ofSweep(
  { of, name, about, supports }: Omit<SweepDrawing, "drawn" | "drawnAgain">,
  draw: (results: Results, options: FigureOptions) => Figure | Unavailable,
): SweepFigure {
  return {
    ...{ name, about, supports },
    draw: (results, choices) => {
      const lacking = lackingOf(of, results);
      if (lacking) return { name, ...lacking };
      const ofMean = lossUnitOf(results.config);
      const unit = choices.sum ? summedUnit(ofMean, sweepOf(results).tasks) : ofMean;
      return draw(results, { ...choices, unit, fits: results.config.rows !== null });
    },
  };
}

/** What results lack for all figures of a kind; undefined if nothing. */
function lackingOf(of: RecordsNeeded, results: Results): NotDrawn | undefined {
  const { config, records } = results;
  if (of === "diagnostics" && !records.some(({ diagnostics }) => diagnostics))
    return { lacking: "its runs have no diagnostics (mmoe sweep --diagnostics)", never: true };
  const metrics = Object.keys(METRIC_WORDS);
  const isMeasured =
    config.metrics.length > 0 || records.some(({ measures = {} }) => metrics.some((name) => name in measures));
  if (of === "metrics" && !isMeasured)
    return { lacking: "its runs have no metrics, which need rows of your own or labels that are classes", never: true };
  if (of === "predictions" && classTasks(config).length === 0) return { lacking: "no label is a class", never: true };
  const several = of === "all points" ? undefined : severalPoints(results);
  const choice = several && `give --at ${several.choice}, or another`;
  return several && { lacking: `${several.why}, and one at a time can be shown; ${choice}` };
}

function figuresOf(...needed: readonly RecordsNeeded[]): SweepFigure[] {
  return ROW_FIGURES.filter(({ of }) => needed.includes(of)).map(ofRows);
}

/** Of losses, in the order in which they are shown. */
export const LOSS_FIGURES = figuresOf("one point", "all points");

export const DIAGNOSTIC_FIGURES = figuresOf("diagnostics");

/** Of the paper's claims; a report has it beside their verdicts. */
export const VERDICTS = ofSweep(
  {
    name: "verdicts",
    about: "the paper's claims, a row for each: our interval and what is expected",
    of: "one point",
    supports: ["loss"],
  },
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
  const chosen = Object.entries({ ...supported, letters, without, width, height, title, font }).filter(
    ([, value]) => value !== undefined && value !== false,
  );
  return { ...DEFAULT_OPTIONS, ...Object.fromEntries(chosen), theme };
}
