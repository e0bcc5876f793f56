import { instantiate, kernelSource } from "../src/engines/cpu/instantiate.ts";
import { OPERATIONS, type Operation } from "../src/engines/cpu/instructions.ts";
import type { KernelSet } from "../src/engines/cpu/kernel-sets.ts";
import type { KernelInstance, Kernels } from "../src/engines/cpu/kernels.ts";
import { planRunGroup, type RunGroupPlan } from "../src/engines/cpu/run-group.ts";
import { RunGroupRows } from "../src/engines/cpu/run-group-rows.ts";
import { type RunSlot, writeInitial, writeTasks } from "../src/engines/cpu/run-slot.ts";
import type { Run } from "../src/engines/engine.ts";
import { initialParametersInto } from "../src/engines/initial-parameters.ts";
import { labelPanelBytes } from "../src/engines/rows/generator.ts";
import { inputPanelBytes } from "../src/engines/rows/panels.ts";
import type { TaskLoss } from "../src/engines/task-losses.ts";
import { leastMicroseconds } from "./time.ts";

/** µs of one step, and of its parts, each timed by itself; `rows` is the time to make them, whoever shares them. */
export interface Parts {
  readonly step: number;
  readonly products: number;
  readonly adam: number;
  /** Gates and mixes. */
  readonly rest: number;
  readonly rows: number;
}

const UPDATES: readonly Operation[] = ["update", "updateSparse", "stepBlocks"];

/** Times a run's step alone on this thread, in place of a worker: µs. */
export function timeStep(set: KernelSet, run: Run): number {
  const memory = instantiate(kernelSource(set));
  const plan = planRunGroup([run], set);
  memory.reserve(plan.arena.bytes);
  plan.arena.writeTo(memory.memory);
  new RunGroupRows(memory, plan.rows, run).load(1, plan.rows.chunkSteps);
  const [slot] = plan.slots as [RunSlot];
  beginRun(memory, slot, run);
  return timeSteps(memory.kernelsOf(run.training.arithmetic), plan, slot, run.training.batch);
}

/** Times a run's step on this thread, in place of a worker. */
export function timeParts(set: KernelSet, run: Run): Parts {
  const memory = instantiate(kernelSource(set));
  const sgd: Run = { ...run, training: { ...run.training, optimizer: "sgd", lr: 1e-9 } };
  const plan = planRunGroup([run, sgd], set);
  memory.reserve(plan.arena.bytes);
  plan.arena.writeTo(memory.memory);
  const rowsOfGroup = new RunGroupRows(memory, plan.rows, run);
  const [adam, plain] = plan.slots as [RunSlot, RunSlot];
  for (const slot of plan.slots) beginRun(memory, slot, run);
  const kernels = memory.kernelsOf(run.training.arithmetic);
  const steps = plan.rows.chunkSteps;
  const rows = leastMicroseconds(() => rowsOfGroup.load(1, steps)) / steps;
  const [step] = plan.slots.map((slot) => timeSteps(kernels, plan, slot, run.training.batch)); // both have gradients after it
  const time = (slot: RunSlot, operations: readonly Operation[]) =>
    timeOperations(memory, kernels, plan, slot, operations);
  const products = time(plain, ["dense", "sparseDense", "inputGradient", "addGradient", ...UPDATES]);
  const adamOnly = time(adam, UPDATES) - time(plain, UPDATES);
  const rest = time(plain, ["softmax", "mix", "gateGradient", "expertGradient"]);
  return { step, products, adam: adamOnly, rest, rows };
}

/** µs of one step of each of several runs on the same rows, which are in memory. */
export function timeRuns(set: KernelSet, runs: readonly Run[]): number[] {
  const memory = instantiate(kernelSource(set));
  const first = runs[0];
  const plan = planRunGroup(runs, set);
  memory.reserve(plan.arena.bytes);
  plan.arena.writeTo(memory.memory);
  new RunGroupRows(memory, plan.rows, first).load(1, plan.rows.chunkSteps);
  return plan.slots.map((slot, i) => {
    const { training } = runs[i];
    beginRun(memory, slot, runs[i]);
    return timeSteps(memory.kernelsOf(training.arithmetic), plan, slot, training.batch);
  });
}

/** The run's first parameters, and a squared loss for each task: without losses all gradients are 0, and a step skips them. */
function beginRun(memory: KernelInstance, slot: RunSlot, run: Run): void {
  const tasks = new Array<TaskLoss>(run.model.tasks).fill({ kind: "regression", weight: 1, unit: 1 });
  writeTasks(memory, slot, tasks, run.training.huberDelta);
  writeInitial(memory, slot, (zeros) => initialParametersInto(zeros, run));
}

function timeSteps(kernels: Kernels, { rows }: RunGroupPlan, { address }: RunSlot, batch: number): number {
  const xBytes = rows.panels * inputPanelBytes(rows.inputs, rows.layout);
  const labels = rows.labels[0]?.chunk;
  const labelBytes = rows.panels * labelPanelBytes(rows.tasks, rows.layout);
  const { chunkSteps: steps, chunk } = rows;
  const train = () => {
    if (kernels.train(address, chunk, xBytes, labels, labelBytes, batch, steps, 1e6) < steps)
      throw new Error("the timed run diverged");
  };
  return leastMicroseconds(train) / steps;
}

/** µs that a step spends in some operations. */
function timeOperations(
  memory: KernelInstance,
  kernels: Kernels,
  { rows }: RunGroupPlan,
  slot: RunSlot,
  operations: readonly Operation[],
): number {
  const { begin, end } = slot.code;
  const words = memory.uint32(begin, (end - begin) / 4);
  const pieces: [number, number][] = [];
  for (let at = 0; at < words.length; at += words[at + 1] / 4) {
    const operation = OPERATIONS[words[at] - 1];
    if (operations.includes(operation)) pieces.push([begin + 4 * at, begin + 4 * at + words[at + 1]]);
  }
  return leastMicroseconds(() => {
    for (const [from, to] of pieces)
      kernels.execute(from, to, rows.chunk, slot.weights, rows.panels, slot.optimizer, rows.layout.panelRows);
  });
}
