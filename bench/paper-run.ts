import { correlationMatrix } from "../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../src/data/presets.ts";
import type { Run } from "../src/engines/engine.ts";
import type { TrainingSettings } from "../src/engines/training-settings.ts";
import { type ModelName, ZOO } from "../src/models/zoo.ts";

/** A run of a model on rows of preset `paper`, with 100 inputs at correlation .5. */
export function paperRun(model: ModelName, training: TrainingSettings, tasks = 2): Run {
  return {
    id: model,
    model: ZOO[model].build({ inputs: 100, tasks }),
    data: GENERATOR_PRESETS.paper.settings,
    correlation: 0.5,
    correlationMatrix: correlationMatrix(tasks, 0.5),
    index: 0,
    seed: 0,
    training,
  };
}
