import { instantiate, kernelSource } from "../src/engines/cpu/instantiate.ts";
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

/** µs of one step of each of several runs on the same rows, which are in memory: on this thread, in place of a worker. */
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

/**
 * The least time of one call in µs, of the processor, so that other processes do not count: each of `rounds` rounds runs for
 * about `roundMs`.
 */
function leastMicroseconds(call: () => void, { rounds = 15, roundMs = 20 } = {}): number {
  for (let start = performance.now(); performance.now() - start < 2 * roundMs; ) call();
  const once = timed(call, 1);
  const calls = Math.max(1, Math.round(roundMs / once));
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) least = Math.min(least, timed(call, calls) / calls);
  return 1000 * least;
}

/** Milliseconds of processor time of `calls` calls. */
function timed(call: () => void, calls: number): number {
  const start = process.cpuUsage();
  for (let i = 0; i < calls; i++) call();
  const { user, system } = process.cpuUsage(start);
  return Math.max((user + system) / 1000, 1e-3);
}
