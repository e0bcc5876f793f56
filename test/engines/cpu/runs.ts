import { correlationMatrix } from "../../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../../src/data/presets.ts";
import type { GeneratedRun } from "../../../src/engines/engine.ts";
import { PLAIN_TRAINING, type TrainingSettings } from "../../../src/engines/training-settings.ts";
import { type ModelName, ZOO } from "../../../src/models/zoo.ts";

const TRAINING: TrainingSettings = {
  ...PLAIN_TRAINING,
  trainRows: 500,
  batch: 32,
  steps: 50,
  lr: 0.01,
  evalEvery: 20,
  heldoutRows: 100,
};

interface Choice {
  readonly model: ModelName;
  readonly index?: number;
  readonly correlation?: number;
  readonly tasks?: number;
  readonly dropout?: number;
  readonly training?: Partial<TrainingSettings>;
}

/** A run on the paper's generator, small unless told otherwise. */
export function runOf({ model, index = 0, correlation = 0.5, tasks = 2, dropout = 0, training }: Choice): GeneratedRun {
  return {
    id: `${model}/p=${correlation.toFixed(2)}/${index}/${training?.lr ?? TRAINING.lr}${dropout > 0 ? `/dropout=${dropout}` : ""}`,
    model: { ...ZOO[model].build({ inputs: 100, tasks }), dropout },
    data: GENERATOR_PRESETS.paper.settings,
    correlationMatrix: correlationMatrix(tasks, correlation),
    correlation,
    index,
    seed: 0,
    training: { ...TRAINING, ...training },
  };
}
