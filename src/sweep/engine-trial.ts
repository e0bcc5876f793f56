import { correlationMatrix } from "../data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../data/presets.ts";
import type { Engine, Run, RunResult, TrainingSettings } from "../engines/engine.ts";
import { ZOO } from "../models/zoo.ts";
import { stepMs } from "./estimate.ts";
import { runId } from "./plan.ts";

/** What a short training on an engine showed. */
export interface EngineTrial {
  readonly device: string;
  /** Steps a second times the runs that are trained together, of MMoE on 64 rows a step. */
  readonly runStepsPerSecond: number;
  /** The greater relative difference of a task's loss at the last step to the reference; NaN where there is no loss. */
  readonly difference: number;
  /** What the engine may differ by. */
  readonly tolerance: number;
}

const CORRELATION = 0.5;
const STEPS = 50;
/** Of the trial's first run at its last step, by task: the cpu engine's, whose bits are the same on every machine. */
const REFERENCE_LOSSES = [1.19532135, 0.94939509] as const;
/** Adam divides by small numbers: float32's rounding grows, by less than this in so many steps. */
const TOLERANCE = 1e-4;
/** Of the nine digits that are kept of a loss. */
const SAME = 1e-8;
const RUNS = 32;
const TRIAL_MS = 500;

const TRAINING: TrainingSettings = {
  trainRows: "fresh",
  sampling: "epochs",
  batch: 64,
  steps: STEPS,
  optimizer: "adam",
  lr: 0.001,
  initializer: { name: "glorot-uniform" },
  evalEvery: 1,
  heldoutRows: 1,
};

/** About a second of training, and a comparison with the reference. */
export async function tryEngine(engine: Engine): Promise<EngineTrial> {
  const losses = await lastLosses(engine);
  const differences = REFERENCE_LOSSES.map((expected, k) => Math.abs((losses[k] ?? Number.NaN) / expected - 1));
  const ms = await stepMs(trialRuns(RUNS), engine, TRIAL_MS);
  return {
    device: engine.device,
    runStepsPerSecond: (1000 * RUNS) / ms,
    difference: Math.max(...differences),
    tolerance: engine.name === "cpu" ? SAME : TOLERANCE,
  };
}

async function lastLosses(engine: Engine): Promise<readonly number[]> {
  let losses: readonly number[] = [];
  const onResult = ({ curve }: RunResult) => {
    losses = curve.train.at(-1) ?? [];
  };
  await engine.train(trialRuns(1), { onResult });
  return losses;
}

function trialRuns(count: number): Run[] {
  const data = GENERATOR_PRESETS.paper.settings;
  const tasks = REFERENCE_LOSSES.length;
  const matrix = correlationMatrix(tasks, CORRELATION);
  const model = ZOO.mmoe.build({ inputs: data.inputs, tasks });
  return Array.from({ length: count }, (_, index) => {
    const id = runId(model.name, CORRELATION, index);
    return { id, model, data, correlation: CORRELATION, correlationMatrix: matrix, index, seed: 0, training: TRAINING };
  });
}
