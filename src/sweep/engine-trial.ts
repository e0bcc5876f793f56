import { correlationMatrix } from "../data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../data/presets.ts";
import type { Engine, Run, RunResult } from "../engines/engine.ts";
import { PLAIN_TRAINING, type TrainingSettings } from "../engines/training-settings.ts";
import { NO_CHOICE, runId } from "../identity/cell.ts";
import { ZOO } from "../models/zoo.ts";
import { paceOf } from "./estimate.ts";

/** Result of a short training on an engine. */
export interface EngineTrial {
  readonly device: string;
  /** Steps per second times the runs that are trained together: MMoE, 64 rows per step. */
  readonly runStepsPerSecond: number;
  /** The largest relative difference of a task's loss at the last step to the reference; NaN if there is no loss. */
  readonly difference: number;
  /** Largest difference that is accepted from this engine. */
  readonly tolerance: number;
}

const CORRELATION = 0.5;
const STEPS = 50;
/** Losses of the trial's first run at its last step, by task, from the cpu engine: its bits are the same everywhere. */
const REFERENCE_LOSSES = [1.19532135, 0.94939509] as const;
/** Adam divides by small numbers, so float32's rounding errors grow: by less than this in `STEPS` steps. */
const TOLERANCE = 1e-4;
/** Tolerance for losses that are kept to nine digits. */
const SAME = 1e-8;
const RUNS = 32;
const TRIAL_MS = 500;

const TRAINING: TrainingSettings = {
  ...PLAIN_TRAINING,
  trainRows: "fresh",
  batch: 64,
  steps: STEPS,
  lr: 0.001,
  evalEvery: 1,
  heldoutRows: 1,
};

/** About a second of training, and a comparison with the reference. */
export async function tryEngine(engine: Engine): Promise<EngineTrial> {
  let losses: readonly number[] = [];
  const onResult = ({ curve }: RunResult) => {
    losses = curve.train.at(-1) ?? [];
  };
  await engine.train(trialRuns(1), { onResult });
  const differences = REFERENCE_LOSSES.map((expected, k) => Math.abs((losses[k] ?? Number.NaN) / expected - 1));
  const { stepMs } = await paceOf(trialRuns(RUNS), engine, TRIAL_MS);
  return {
    device: engine.device,
    runStepsPerSecond: (1000 * RUNS) / stepMs,
    difference: Math.max(...differences),
    tolerance: engine.name === "cpu" ? SAME : TOLERANCE,
  };
}

function trialRuns(count: number): Run[] {
  const data = GENERATOR_PRESETS.paper.settings;
  const tasks = REFERENCE_LOSSES.length;
  const matrix = correlationMatrix(tasks, CORRELATION);
  const model = ZOO.mmoe.build({ inputs: data.inputs, tasks });
  return Array.from({ length: count }, (_, index) => {
    const id = runId({ model: model.name, correlation: CORRELATION, point: NO_CHOICE }, index);
    return { id, model, data, correlation: CORRELATION, correlationMatrix: matrix, index, seed: 0, training: TRAINING };
  });
}
