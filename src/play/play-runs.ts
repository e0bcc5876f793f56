import { correlationMatrix } from "../data/correlation-matrix.ts";
import type { GeneratedRun } from "../engines/engine.ts";
import { PLAIN_TRAINING, type TrainingSettings } from "../engines/training-settings.ts";
import { NO_CHOICE, runId } from "../identity/cell.ts";
import { type PlaySettings, playGenerator, playSpec } from "./settings.ts";

/** Run number `index` of each model: the same runs as those of the sweep that `commandFor` names. */
export function playRuns(settings: PlaySettings, index: number): GeneratedRun[] {
  const { correlation, tasks, seed } = settings;
  const data = playGenerator(settings);
  const training = trainingFor(settings);
  return settings.models.map((choice) => {
    const model = playSpec(choice, settings);
    const id = runId({ model: model.name, correlation, point: NO_CHOICE }, index);
    return {
      id,
      model,
      data,
      correlation,
      correlationMatrix: correlationMatrix(tasks, correlation),
      training,
      index,
      seed,
    };
  });
}

function trainingFor(settings: PlaySettings): TrainingSettings {
  const { trainRows, sampling, batch, steps, optimizer, lr, evalEvery, heldoutRows, initializer, initializerStd } =
    settings;
  const initial =
    initializer === "truncated-normal" ? { name: initializer, std: initializerStd } : { name: initializer };
  return {
    ...PLAIN_TRAINING,
    trainRows,
    sampling,
    batch,
    steps,
    optimizer,
    lr,
    evalEvery,
    heldoutRows,
    initializer: initial,
  };
}
