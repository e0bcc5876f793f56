import { instantiate, kernelSource } from "../../../src/engines/cpu/instantiate.ts";
import { layoutOf } from "../../../src/engines/cpu/kernel-sets.ts";
import type { KernelInstance } from "../../../src/engines/cpu/kernels.ts";
import { availableKernels, fuses } from "../../../src/engines/cpu/native.ts";
import {
  readParameters,
  setStep,
  takeMeans,
  takeSlot,
  writeInitial,
  writeRates,
  writeTasks,
} from "../../../src/engines/cpu/run-slot.ts";
import { stepCodeOf } from "../../../src/engines/cpu/step-code.ts";
import { parameterBytes } from "../../../src/engines/cpu/weights.ts";
import { Arena } from "../../../src/engines/rows/arena.ts";
import { columnBytes, inputPanelBytes, panelIndex, panelsOf } from "../../../src/engines/rows/panels.ts";
import type { TaskLoss } from "../../../src/engines/task-losses.ts";
import {
  ARITHMETICS,
  type Arithmetic,
  type Optimizer,
  type OptimizerSettings,
  PLAIN_TRAINING,
  type TrainingSettings,
} from "../../../src/engines/training-settings.ts";
import type { ModelSpec } from "../../../src/models/spec.ts";
import { keyOf } from "../../../src/random/key.ts";

/** Instances of all kernel sets of this machine. */
export const INSTANCES: readonly KernelInstance[] = availableKernels().sets.map((set) =>
  instantiate(kernelSource(set)),
);
export const wasm = INSTANCES.at(-1) as KernelInstance;

/** Kernels by themselves: all sets of this machine, in each arithmetic that they have here. */
export const KERNELS: readonly { name: string; arithmetic: Arithmetic; memory: KernelInstance }[] = INSTANCES.flatMap(
  ({ set }) =>
    (fuses(set) ? ARITHMETICS : (["portable"] as const)).map((arithmetic) => {
      const memory = instantiate(kernelSource(set));
      const kernels = memory.kernelsOf(arithmetic);
      return { name: `${set}, ${arithmetic}`, arithmetic, memory: Object.assign(memory, { kernels }) };
    }),
);

interface LoneOptions {
  readonly memory?: KernelInstance;
  readonly huberDelta?: number | null;
  /** How the tasks' losses are taken; by default all are squared errors. */
  readonly tasks?: readonly TaskLoss[];
  /** Of the optimizer, apart from its name and rate. */
  readonly settings?: Partial<OptimizerSettings & Pick<TrainingSettings, "embeddingSteps">>;
}

/**
 * A member of the family on the kernels alone: no generator, no workers; any number of tasks. Streams of dropout have no name but
 * their layer's.
 */
export function loneRun(
  spec: ModelSpec,
  B: number,
  optimizer: Optimizer,
  lr: number,
  { memory = wasm, huberDelta = null, tasks, settings }: LoneOptions = {},
) {
  const arena = new Arena();
  const layout = layoutOf(memory.set, B);
  const panels = panelsOf(B, layout);
  const panel = inputPanelBytes(spec.inputs, layout);
  const training = { ...PLAIN_TRAINING, ...settings, optimizer, lr };
  const code = stepCodeOf(spec, panels, arena, layout, keyOf, {
    batch: B,
    heldoutRows: 0,
    areLazy: training.embeddingSteps === "lazy",
  });
  const order = arena.put(parameterBytes(code.weights));
  const slot = takeSlot(arena, code, training, { keyOf, steps: 1, order });
  const x = arena.take(panels * panel);
  const labels = arena.take(panels * spec.tasks * columnBytes(layout));
  memory.reserve(arena.bytes);
  arena.writeTo(memory.memory);
  const regression = { kind: "regression", weight: 1, unit: 1 } as const;
  writeTasks(memory, slot, tasks ?? new Array<TaskLoss>(spec.tasks).fill(regression), huberDelta);
  let done = 0;
  let batch: number[][] = [];
  const ones = new Array<number>(spec.tasks).fill(1);
  const fill = (rows: number[][], at: number, N: number) => {
    const values = memory.float32(at, panels * N * layout.panelRows);
    rows.forEach((row, b) => {
      row.forEach((value, n) => {
        values[panelIndex(b, n, N, layout)] = value;
      });
    });
  };
  return {
    setBatch(rows: number[][], y: number[][]) {
      fill(rows, x, panel / columnBytes(layout));
      fill(y, labels, spec.tasks);
      batch = y;
    },
    setParameters: (parameters: Float32Array) => writeInitial(memory, slot, (zeros) => zeros.set(parameters)),
    parameters: () => readParameters(memory, slot),
    /** Trains on the batch `steps` times; the losses [K] before the last update. */
    train(steps: number): number[] {
      let losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        setStep(memory, slot, ++done);
        writeRates(memory, slot, training, done, 1);
        memory.kernels.train(slot.address, x, 0, labels, 0, B, 1, Number.MAX_VALUE);
        setStep(memory, slot, 0);
        losses = takeMeans(memory, slot.losses, ones);
      }
      return losses;
    },
    /** The losses [K] on the batch, means over the rows that have a label. */
    evaluate(): number[] {
      takeMeans(memory, slot.losses, ones);
      memory.kernels.evaluate(slot.address, x, panel, labels, B, 8 * Math.ceil(B / 8), B, 0);
      return takeMeans(
        memory,
        slot.losses,
        ones.map((_, k) => batch.filter((row) => !Number.isNaN(row[k])).length),
      );
    },
  };
}
