import { correlationMatrix } from "../../../src/data/correlation-matrix.ts";
import type { GeneratedRun } from "../../../src/engines/engine.ts";
import type { TrainingSettings } from "../../../src/engines/training-settings.ts";
import { type ModelName, ZOO } from "../../../src/models/zoo.ts";
import { makeRun } from "../../support/runs.ts";

const TRAINING = { trainRows: 500, batch: 32, steps: 50, evalEvery: 20, heldoutRows: 100 };

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
  const id = `${model}/p=${correlation.toFixed(2)}/${index}/${training?.lr ?? 0.01}${dropout > 0 ? `/dropout=${dropout}` : ""}`;
  const spec = { ...ZOO[model].build({ inputs: 100, tasks }), dropout };
  const matrix = { correlationMatrix: correlationMatrix(tasks, correlation) };
  return makeRun({ id, model: spec, index, correlation, ...matrix }, { ...TRAINING, ...training });
}
