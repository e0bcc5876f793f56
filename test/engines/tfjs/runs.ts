import type { AnyRun, Engine, GeneratedRun, Hooks, Run, RunResult } from "../../../src/engines/engine.ts";
import type { TrainingSettings } from "../../../src/engines/training-settings.ts";
import type { CodeModel } from "../../../src/models/code.ts";
import type { ModelSpec } from "../../../src/models/spec.ts";
import { makeRun } from "../../support/runs.ts";
import { DEEP, MMOE, OMOE, SELECTING, SNR } from "../../support/specs.ts";

/** Models of two tasks, as the data have. */
export const PAIR_MMOE: ModelSpec = { ...MMOE, tasks: 2 };
export const PAIR_OMOE: ModelSpec = { ...OMOE, tasks: 2 };
export const PAIR_DEEP: ModelSpec = { ...DEEP, tasks: 2 };
export const PAIR_DROPOUT: ModelSpec = { ...PAIR_DEEP, name: "dropout", dropout: 0.1 };

export const PAIR_SNR: ModelSpec = { ...SNR, tasks: 2 };
export const PAIR_SELECTING: ModelSpec = { ...SELECTING, tasks: 2 };

const TRAINING: Partial<TrainingSettings> = {
  trainRows: 17,
  batch: 3,
  steps: 11,
  evalEvery: 4,
  heldoutRows: 19,
};

/** A run of a few rows and steps on few inputs, with what a test changes of it. */
export function tinyRun(
  changes: Partial<Omit<GeneratedRun, "training">> = {},
  training: Partial<TrainingSettings> = {},
): GeneratedRun {
  const { model = PAIR_MMOE } = changes;
  const data = { inputs: model.inputs, scale: 0.58, alpha: [3.77, 5.05], beta: [1.77, 0.27], noiseStd: 0.1 };
  return makeRun({ model, data, ...changes }, { ...TRAINING, ...training });
}

/** A run of a model in code, as {@link tinyRun}. */
export function codeRun(model: CodeModel, ...[changes, training]: Parameters<typeof tinyRun>): Run<CodeModel> {
  const { inputs, tasks } = model;
  return { ...tinyRun({ model: { ...PAIR_MMOE, inputs, tasks }, ...changes }, training), model };
}

/** The results of `runs` in their order, parameters included. */
export async function resultsOf(
  engine: Pick<Engine, "train">,
  runs: readonly AnyRun[],
  hooks: Partial<Hooks> = {},
): Promise<RunResult[]> {
  const results: RunResult[] = [];
  await engine.train(runs, { keepParameters: true, onResult: (result) => results.push(result), ...hooks });
  const isCopy = ({ run }: RunResult, { id }: AnyRun) => run.id === id && !runs.includes(run); // the cpu engine gives some
  return runs.flatMap((one) => results.find((result) => result.run === one || isCopy(result, one)) ?? []);
}
