import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { RowOrder } from "../../src/data/order.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { dataKey } from "../../src/data/streams.ts";
import { type Rows, TaskSet } from "../../src/data/task-set.ts";
import type { AnyRun, GeneratedRun } from "../../src/engines/engine.ts";
import { feedOf } from "../../src/engines/rows/row-source.ts";
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

/** The generator of a run's rows. */
export const taskSetOf = ({ data, correlationMatrix, seed, index }: GeneratedRun) =>
  new TaskSet(data, correlationMatrix, { seed, run: index });

/** The rows that a run trains on at a step, as its feed gives them. */
export function fedBatch(run: AnyRun, step: number): Rows {
  const { batch } = run.training;
  const rows = { x: new Float32Array(batch * run.model.inputs), y: new Float32Array(batch * run.model.tasks) };
  feedOf(run).batchInto(rows.x, rows.y, step);
  return rows;
}

/** The rows that a run trains on at a step, by formula. */
export function batchAt(run: GeneratedRun, step: number): Rows {
  const { trainRows, batch, sampling } = run.training;
  const tasks = taskSetOf(run);
  if (trainRows === "fresh") return tasks.rows("train", batch, step);
  const set = tasks.rows("train", trainRows);
  const order = new Uint32Array(batch);
  new RowOrder(dataKey({ seed: run.seed, run: run.index }, "order"), trainRows, sampling).batchInto(order, step);
  const pick = (values: Float32Array, width: number) =>
    Float32Array.from([...order].flatMap((row) => [...values.subarray(row * width, (row + 1) * width)]));
  return { x: pick(set.x, run.data.inputs), y: pick(set.y, run.model.tasks) };
}
