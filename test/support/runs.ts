import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import type { GeneratedRun } from "../../src/engines/engine.ts";
import { PLAIN_TRAINING, type TrainingSettings } from "../../src/engines/training-settings.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { ZOO } from "../../src/models/zoo.ts";

const TRAINING: TrainingSettings = {
  ...PLAIN_TRAINING,
  trainRows: 200,
  batch: 16,
  steps: 20,
  lr: 0.01,
  evalEvery: 10,
  heldoutRows: 50,
};

/** A small run of MMoE, with what a test changes of it. */
export function makeRun(
  changes: Partial<Omit<GeneratedRun, "training">> = {},
  training: Partial<TrainingSettings> = {},
): GeneratedRun {
  const data = changes.data ?? GENERATOR_PRESETS.paper.settings;
  const model: ModelSpec = changes.model ?? ZOO.mmoe.build({ inputs: data.inputs, tasks: 2 });
  const { correlation = 0.5, index = 0, seed = 0 } = changes;
  return {
    id: `${model.name}/p=${correlation}/${index}`,
    model,
    data,
    correlation,
    index,
    seed,
    correlationMatrix: correlationMatrix(model.tasks, correlation),
    training: { ...TRAINING, ...training },
    ...changes,
  };
}
