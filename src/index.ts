/**
 * The package's public face: the study as a library. The command line is another caller of the same functions.
 * Losses are mean squared errors in units of label variance: 1 is as bad as predicting the mean.
 */

import type { Claim } from "./claims/claim.ts";
import { claimsOf } from "./claims/claims.ts";
import type { Config } from "./config/config.ts";
import { LARGEST_COUNT } from "./config/kinds.ts";
import { loadConfig as load } from "./config/load.ts";
import type { LossSet } from "./config/losses.ts";
import type { OwnModel } from "./config/own-model-schema.ts";
import type { GivenRows } from "./config/rows-schema.ts";
import type { Settings } from "./config/schema.ts";
import { correlationMatrix, type Matrix } from "./data/correlation-matrix.ts";
import { GENERATOR_PRESETS, type GeneratorPresetName } from "./data/presets.ts";
import type { RowSet } from "./data/streams.ts";
import { type Rows, TaskSet } from "./data/task-set.ts";
import { DEFAULT_OPTIONS, type Figure, type FigureChoices, type Unavailable } from "./figures/draw/figure.ts";
import { SWEEP_FIGURES, supportedOptions } from "./figures/gallery.ts";
import type { GridPoint } from "./identity/cell.ts";
import type { Dimensions, ModelSpec } from "./models/spec.ts";
import { MODEL_NAMES, ZOO } from "./models/zoo.ts";
import { choiceIn, resultsAt } from "./records/at-point.ts";
import { type Results, readResults as read } from "./records/read-results.ts";
import { type Summary, summaryOf } from "./summary/summary.ts";

export type { AnyRun, Run } from "./engines/engine.ts";
export type { ModelSettings, ModelTask, Numbers, OwnTrainer } from "./engines/process/node-model.ts";
export { UsageError } from "./errors.ts";
export { isUnavailable } from "./figures/draw/figure.ts";
export type { CodeModel, Model } from "./models/code.ts";
export type { RunRecord } from "./records/record.ts";
export { planRuns } from "./sweep/plan.ts";
export type { SweepListener, SweepOutcome, SweepRequest, SweepStart } from "./sweep/run-sweep.ts";
export { runSweep } from "./sweep/run-sweep.ts";
export { MachineError } from "./system-errors.ts";
export { version } from "./version.ts";
export type {
  Claim,
  Config,
  Dimensions,
  Figure,
  FigureChoices,
  GridPoint,
  LossSet,
  Matrix,
  ModelSpec,
  OwnModel,
  Results,
  Settings,
  Summary,
  Unavailable,
};

/** Settings as a program gives them: the list of models may define some, and rows may be a file's path. */
export interface GivenSettings extends Omit<Partial<Settings>, "models" | "rows"> {
  readonly models?: readonly (string | OwnModel)[];
  readonly rows?: string | GivenRows | null;
}

/**
 * The checked, frozen config of a sweep: of a preset (`paper`, `figure3`, `smoke` and others) or a YAML or JSON file, with
 * `settings` in place of its own. Throws UsageError with the place, what is expected there, and what it got.
 */
export function loadConfig(fileOrPreset: string, settings: GivenSettings = {}): Config {
  const layers = Object.entries(settings).map(([key, value]) => ({
    source: `settings.${key}`,
    values: { [key]: value },
  }));
  return load(fileOrPreset, layers);
}

/** The zoo's models for D inputs and K tasks, by name; the paper's 100 and 2 by default. */
export function models({ inputs = 100, tasks = 2 }: Partial<Dimensions> = {}): Record<string, ModelSpec> {
  return Object.fromEntries(MODEL_NAMES.map((name) => [name, ZOO[name].build({ inputs, tasks })]));
}

/**
 * All records of the sweep in a results folder, also while it still runs. `warn` is called with a line for each damaged
 * record. Throws UsageError for a folder that holds no sweep.
 */
export function readResults(folder: string, warn: (line: string) => void = () => {}): Promise<Results> {
  return read(folder, warn);
}

/**
 * The part of a grid's results at one choice of its listed settings, such as `{ lr: 0.01 }`: claims and most figures are
 * of one point. Throws UsageError for a setting or a value that the sweep does not have.
 */
export function atPoint(results: Results, choice: GridPoint): Results {
  const texts = Object.entries(choice).map(([key, value]) => `${key}=${value}`);
  return resultsAt(results, choiceIn(texts, results, "atPoint"));
}

/**
 * Which loss is read: on the training rows (`train`), on the held-out rows (`heldout`), or the mean of all batch losses
 * since step 1 (`running`); by default the one that the config reports.
 */
export interface LossOption {
  readonly loss?: LossSet;
}

/**
 * Final losses of each cell (mean, median, quartiles, intervals over runs), and paired tests between cells that share a
 * model or a correlation. A run that ends above `bad`, 1/6 by default, is in a bad minimum.
 */
export function summarise(
  results: Results,
  { loss = results.config.report, bad }: LossOption & { readonly bad?: number } = {},
): Summary {
  return summaryOf(results, loss, bad);
}

/**
 * The paper's seven claims, each with its verdict, tests, intervals and margins. Throws UsageError for results of several
 * grid points: choose one by `atPoint`; and for those on rows of your own, which have no correlation.
 */
export function claims(results: Results, { loss = results.config.report }: LossOption = {}): Claim[] {
  return [...claimsOf(results, loss)];
}

/**
 * The figures of a sweep, each an SVG document with its caption and its numbers. A figure that can't be drawn says what
 * it lacks (see `isUnavailable`). `only` names some of those of `mmoe figures`, but not figure2; `without` names models and
 * correlations that are left out. Throws RangeError for another figure.
 */
export function figures(
  results: Results,
  { only, ...options }: Partial<FigureChoices> & { readonly only?: readonly string[] } = {},
): (Figure | Unavailable)[] {
  const names = SWEEP_FIGURES.map(({ name }) => name);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new RangeError(`figures: only: expected some of ${names.join(", ")}, got ${unknown}`);
  const kinds = SWEEP_FIGURES.filter(({ name }) => only === undefined || only.includes(name));
  const how = { ...DEFAULT_OPTIONS, loss: results.config.report, ...options };
  return kinds.map((kind) => kind.draw(results, supportedOptions(kind, how)));
}

/** Which rows of which run `taskPair` makes. */
export interface TaskPairOptions {
  /** p, the cosine of every two task vectors: from -1 to 1, for K tasks from -1/(K-1). */
  readonly correlation: number;
  /** N, the number of rows. */
  readonly rows: number;
  /** The constants of the generator: `paper` by default. */
  readonly data?: GeneratorPresetName;
  /** K, 2 by default. */
  readonly tasks?: number;
  /** [K, K] with 1 on the diagonal: multiplies `correlation` for each pair of tasks. */
  readonly correlationMatrix?: Matrix;
  /** `train`, the default, or `heldout`. */
  readonly set?: RowSet;
  /** The run's index and the sweep's seed, 0 by default: they name the random streams. */
  readonly run?: number;
  readonly seed?: number;
  /** The fresh rows of this step; 0, the default, for a fixed set. */
  readonly step?: number;
  /** The number of the first row, 0 by default. */
  readonly first?: number;
}

/**
 * The rows that a run of a sweep sees, to the last bit: x [N, D] of standard normals and z-scored labels y [N, K],
 * row-major float32. Throws RangeError for an unknown preset, for a count that is not valid, and for correlations that
 * K tasks can't have.
 */
export function taskPair(options: TaskPairOptions): Rows & { readonly inputs: number; readonly tasks: number } {
  const { correlation, rows, data = "four-sines", tasks = 2, correlationMatrix: pattern = null } = options;
  const { set = "train", run = 0, seed = 0, step = 0, first = 0 } = options;
  expectCount("rows", rows, 1);
  for (const [name, value] of Object.entries({ run, seed, step, first })) expectCount(name, value, 0);
  if (!Object.hasOwn(GENERATOR_PRESETS, data))
    throw new RangeError(`taskPair: data: expected one of ${Object.keys(GENERATOR_PRESETS).join(", ")}, got ${data}`);
  const { settings } = GENERATOR_PRESETS[data];
  const taskSet = new TaskSet(settings, correlationMatrix(tasks, correlation, pattern), { seed, run });
  return { ...taskSet.rows(set, rows, step, first), inputs: settings.inputs, tasks };
}

function expectCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value <= LARGEST_COUNT) return;
  throw new RangeError(`taskPair: ${name}: expected a whole number from ${least} to ${LARGEST_COUNT}, got ${value}`);
}
