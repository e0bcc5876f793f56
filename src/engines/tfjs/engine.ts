import { TASKS } from "../../data/settings.ts";
import { UsageError } from "../../errors.ts";
import { parameterBlocks, parameterCount } from "../../models/parameters.ts";
import { checkSpec, type ModelSpec } from "../../models/spec.ts";
import type { Engine, Run } from "../engine.ts";
import { numbering } from "../numbering.ts";
import { type Backend, loadTf } from "./tf.ts";
import { EVALUATED_ROWS, trainGroup } from "./train.ts";

export interface TfjsOptions {
  readonly backend: Backend;
  /** R, the most runs that are trained together. */
  readonly groupSize?: number;
}

const GROUP_SIZE = 8;

/** The reference engine: plain TensorFlow.js operations, gradients by automatic differentiation. */
export async function createTfjsEngine({ backend, groupSize = GROUP_SIZE }: TfjsOptions): Promise<Engine> {
  if (!(Number.isInteger(groupSize) && groupSize > 0))
    throw new RangeError(`createTfjsEngine: groupSize: expected a whole number from 1, got ${groupSize}`);
  const tf = await loadTf(backend);
  return {
    name: "tfjs",
    device: backend,
    check: checkModel,
    async train(runs, hooks) {
      await tf.setBackend(backend); // one for the process: another engine may have set its own
      for (const run of runs) checkRun(run);
      for (const group of grouped(runs, groupSize)) {
        if (hooks.signal?.aborted || hooks.noMore?.aborted) return;
        hooks.onBegin?.(group);
        await trainGroup(tf, group, hooks);
      }
    },
    memoryBytes: (runs) => Math.max(0, ...grouped(runs, groupSize).map(groupBytes)),
    // Between calls of `train` no tensor is left; the backend itself is the process's.
    dispose: async () => {},
  };
}

function checkModel(model: ModelSpec): void {
  checkSpec(model);
  if (model.tasks !== TASKS)
    throw new UsageError(
      `engine tfjs: model ${model.name}: expected ${TASKS} tasks, as the data have, got ${model.tasks}`,
    );
}

function checkRun({ id, model, data }: Run): void {
  checkModel(model);
  if (model.inputs !== data.inputs)
    throw new RangeError(`run ${id}: expected a model of ${data.inputs} inputs, as the data have, got ${model.inputs}`);
}

/** Runs that may train together, in groups of at most `size`: those of one model and one setting, in the order given. */
export function grouped(runs: readonly Run[], size: number): Run[][] {
  const groups: Run[][] = [];
  const open = new Map<string, Run[]>();
  const modelNumber = numbering((model: ModelSpec) => model);
  const trainingNumber = numbering((training: Run["training"]) => training);
  for (const run of runs) {
    const kind = `${modelNumber(run.model)} ${trainingNumber(run.training)}`;
    let group = open.get(kind);
    if (!group || group.length === size) {
      group = [];
      groups.push(group);
      open.set(kind, group);
    }
    group.push(run);
  }
  return groups;
}

/**
 * Bytes of one group at its peak, all float32. The rows lie on the host; tensors are Adam's state before and after an
 * update, and what is kept of each row while it is trained on or predicted: about 3 copies of x and 5 of each unit.
 */
function groupBytes(runs: readonly Run[]): number {
  const { model, training } = runs[0] as Run;
  const { trainRows, heldoutRows, batch } = training;
  const rows = heldoutRows + (trainRows === "fresh" ? 0 : trainRows);
  const active = Math.max(batch, Math.min(EVALUATED_ROWS, rows));
  const numbers =
    rows * (model.inputs + TASKS) + 6 * parameterCount(model) + active * (3 * model.inputs + 5 * unitCount(model));
  return 4 * runs.length * numbers;
}

function unitCount(model: ModelSpec): number {
  const kernels = parameterBlocks(model).filter(({ kind }) => kind === "kernel");
  return kernels.reduce((sum, { shape }) => sum + (shape[1] as number), 0);
}
