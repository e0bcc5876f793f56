import { outputCount, type TaskKind } from "../../data/task-kinds.ts";
import type { RunState } from "../engine.ts";
import { type Arena, recordBytes } from "../rows/arena.ts";
import type { TaskLoss } from "../task-losses.ts";
import { type TrainingSettings, VALUES } from "../training-settings.ts";
import { float32Word } from "./instructions.ts";
import type { KernelInstance } from "./kernels.ts";
import type { StepCode } from "./step-code.ts";
import { noBiases, packWeights, unpackWeights } from "./weights.ts";

/** A run in training: addresses of its weights, their moments, and its losses. */
export interface Member {
  /** The address of its record (kernels/records.h). */
  readonly address: number;
  readonly code: StepCode;
  readonly weights: number;
  /** Numbers for each parameter: the parameter itself and adam's two moments, one block of weights after the other. */
  readonly values: number;
  /** The address of its optimizer's record (kernels/records.h). */
  readonly optimizer: number;
  /** float64 [K]: losses of the latest batch, or of rows, added up by `evaluate`. */
  readonly losses: number;
  /** float64 [K]: batch losses added up. */
  readonly sums: number;
  /** The address of the records of its tasks, [K] (kernels/records.h). */
  readonly tasks: number;
}

/** An optimizer's number in the kernels. */
const KINDS: Readonly<Record<Rule["optimizer"], number>> = { sgd: 0, adam: 1 };

/** Bytes from an optimizer's record to its powers of beta1 and beta2. */
const POWERS = 24;

/** A kind's number in the kernels. */
const TASKS: Readonly<Record<TaskKind, number>> = { regression: 0, binary: 1, categorical: 2 };

/** Bytes of a task's record. */
const TASK = 24;

/** How a run's weights are trained. */
type Rule = Pick<TrainingSettings, "optimizer" | "lr">;

/** Takes a run's place in the plan. */
export function takeMember(arena: Arena, code: StepCode, { optimizer, lr }: Rule): Member {
  const bytes = 4 * code.weights.size;
  const values = VALUES[optimizer];
  const { lanes } = code.weights.layout;
  const weights = arena.take(values * bytes + 4 * lanes * lanes); // a square more, which kernels may read but never use
  const rule = arena.put(recordBytes([KINDS[optimizer], bytes, 0, 0], [lr, 1, 1]));
  const losses = arena.take(8 * code.tasks);
  const sums = arena.take(8 * code.tasks);
  const tasks = arena.take(TASK * code.tasks);
  const address = arena.put(recordBytes([code.address, weights, rule, losses, sums, tasks]));
  return { address, code, weights, values, optimizer: rule, losses, sums, tasks };
}

/** Writes how the losses of a run's tasks are taken, with the delta of Huber's loss for regressions, unless it is null. */
export function writeTasks(
  memory: KernelInstance,
  member: Member,
  losses: readonly TaskLoss[],
  huberDelta: number | null,
): void {
  const delta = float32Word(huberDelta ?? Number.POSITIVE_INFINITY);
  for (const [k, { kind, weight, unit, ...task }] of losses.entries()) {
    const at = member.tasks + k * TASK;
    memory.uint32(at, 4).set([TASKS[kind], outputCount({ kind, weight, ...task }), delta, float32Word(weight * unit)]);
    memory.float64(at + 16, 1)[0] = unit;
  }
}

/** Writes a run's parameters, in canonical order, where its kernels read them. */
export function writeParameters(memory: KernelInstance, member: Member, parameters: Float32Array): void {
  valuesAt(memory, member, 0).set(packWeights(member.code.weights, parameters));
}

/** A run's parameters in canonical order. */
export function readParameters(memory: KernelInstance, member: Member): Float32Array {
  return unpackWeights(member.code.weights, valuesAt(memory, member, 0));
}

/** What training changes in memory. */
type Trained = Pick<RunState, "values" | "noBias" | "powers" | "sums">;

export function readTrained(memory: KernelInstance, member: Member): Trained {
  const { code, optimizer, sums } = member;
  const [power1, power2] = memory.float64(optimizer + POWERS, 2) as unknown as [number, number];
  const blocks = Array.from({ length: member.values }, (_, i) => valuesAt(memory, member, i));
  const [noBias] = noBiases(code.weights);
  return {
    values: blocks.map((block) => unpackWeights(code.weights, block)),
    noBias: blocks.map((block) => (noBias === undefined ? 0 : (block[noBias] as number))),
    powers: [power1, power2],
    sums: [...memory.float64(sums, code.tasks)],
  };
}

export function writeTrained(memory: KernelInstance, member: Member, trained: Trained): void {
  const { values, noBias, powers, sums } = trained;
  const { weights, tasks } = member.code;
  for (const [i, each] of values.entries()) {
    const block = valuesAt(memory, member, i);
    block.set(packWeights(weights, each));
    for (const offset of noBiases(weights)) block[offset] = noBias[i] as number;
  }
  memory.float64(member.optimizer + POWERS, 2).set(powers);
  memory.float64(member.sums, tasks).set(sums);
}

/** The parameters, 0, or a moment of each, 1 or 2, in the engine's order. */
function valuesAt(memory: KernelInstance, { weights, code }: Member, i: number): Float32Array {
  const { size } = code.weights;
  return memory.float32(weights + 4 * i * size, size);
}

/** The numbers in `sums` or `losses` divided by `counts`, [K]; resets them to 0. */
export function takeMeans(memory: KernelInstance, at: number, counts: readonly number[]): number[] {
  const values = memory.float64(at, counts.length);
  const means = counts.map((count, k) => (values[k] as number) / count);
  values.fill(0);
  return means;
}

/** Says which step comes next, for its dropout; 0 outside training. */
export function setStep(memory: KernelInstance, { code }: Member, step: number): void {
  if (code.step !== undefined) memory.uint32(code.step, 1)[0] = step;
}
