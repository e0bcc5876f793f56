import { outputCount, type TaskKind } from "../../data/task-kinds.ts";
import type { Key } from "../../random/key.ts";
import type { RunState } from "../engine.ts";
import { isConstant, rateAt } from "../learning-rate.ts";
import {
  allConstants,
  combinesGradients,
  keptGradients,
  learnedNumbers,
  METHODS,
  type MethodName,
} from "../methods.ts";
import type { Arena } from "../rows/arena.ts";
import { fieldAt, record, recordSize } from "../rows/records.ts";
import type { TaskLoss } from "../task-losses.ts";
import { type OptimizerSettings, type TrainingSettings, valuesOf } from "../training-settings.ts";
import type { KernelInstance } from "./kernels.ts";
import type { StepCode } from "./step-code.ts";
import { noBiases, packWeights, parameterBytes, unpackWeights, updatedRanges } from "./weights.ts";

/** A run in training: addresses of its weights, their moments, and its losses. */
export interface RunSlot {
  /** The address of its record (kernels/records.h). */
  readonly address: number;
  readonly code: StepCode;
  readonly weights: number;
  /** Numbers for each parameter: itself, its moments and what the method keeps of it, one block of weights after the other. */
  readonly values: number;
  /** The address of its optimizer's record (kernels/records.h). */
  readonly optimizer: number;
  /** float64 [K]: losses of the latest batch, or of rows, added up by `evaluate`. */
  readonly losses: number;
  /** float64 [2][K]: batch losses added up since the latest evaluation, and since the first step of this process. */
  readonly sums: number;
  /** The address of the records of its tasks, [K] (kernels/records.h). */
  readonly tasks: number;
  /** The address of its method's record. */
  readonly method: number;
  /** float64 [numbers for each task][K]: what the method has learned. */
  readonly learned: number;
  readonly learnedSize: number;
  /** The address of the learning rates of the steps of a call, float64; 0 if it does not change. */
  readonly rates: number;
}

/** Kinds of optimizers in the kernels; STORE's store gradients. */
const [SGD, ADAM, STORE, MOMENTUM, NESTEROV] = [0, 1, 2, 3, 4];

/** Bytes from an optimizer's record to its powers of beta1 and beta2. */
const POWERS = fieldAt("Optimizer", "power1");

/** A kind's number in the kernels. */
const TASKS: Readonly<Record<TaskKind, number>> = { regression: 0, binary: 1, categorical: 2 };

const TASK = recordSize("TaskLoss");

/** Where a method's record has the number of the step. */
const METHOD_STEP = fieldAt("Method", "step");

/** Methods that learn the weights of tasks, which are 1 first. */
const WEIGHS: ReadonlySet<MethodName> = new Set(["gradnorm", "excess"]);

/** How a run's weights are trained. */
type Rule = OptimizerSettings & Pick<TrainingSettings, "method" | "constants">;

interface Sharing {
  /** The keys of the run's streams. */
  readonly keyOf: (stream: string) => Key;
  /** How many steps a run trains in a call, at most. */
  readonly steps: number;
  /** The address of `parameterBytes` of the code; needed where gradients are clipped. */
  readonly order?: number | undefined;
}

/** Takes a run's place in the plan. */
export function takeSlot(arena: Arena, code: StepCode, rule: Rule, { keyOf, steps, order = 0 }: Sharing): RunSlot {
  const { schedule, clipNorm, method: name } = rule;
  const { tasks: K, terms } = code;
  const bytes = 4 * code.weights.size;
  const kept = keptGradients(rule, K);
  const values = valuesOf(rule) + kept;
  const { lanes } = code.weights.layout;
  const first = values * bytes; // then gradients, by term, and room for one of them; the last are those to be clipped
  const gradients = first + (combinesGradients(rule) ? terms : 0) * bytes + (name === "excess" ? bytes : 0);
  const all = gradients + (clipNorm === null ? 0 : bytes);
  const weights = arena.take(all + 4 * lanes * lanes); // a square more, which kernels may read but never use
  const optimizer = arena.put(optimizerRecord(rule, bytes));
  const losses = arena.take(8 * K);
  const sums = arena.take(8 * 2 * K);
  const tasks = arena.take(TASK * K);
  const learnedSize = learnedNumbers(rule) * K;
  const learned = arena.put(new Float64Array(learnedSize).fill(WEIGHS.has(name) ? 1 : 0, 0, K));
  const scratch = name === "sum" ? 0 : arena.take(8 * (9 * K * K + 32 * K)); // kernels/methods.h, gradients.h
  const [key0, key1] = keyOf(name === "rlw" ? "method/weights" : "method/order");
  const constants = allConstants(rule);
  const [kind, earlier] = [METHODS.indexOf(name), learned + 8 * (learnedSize - (constants.momentum ? 2 * K : 0))];
  const places = { first, block: bytes, kept: first - kept * bytes, state: learned, weights: earlier, scratch };
  const method = arena.put(record("Method", { kind, step: 1, key0, key1, ...places, ...constants }));
  const rates = isConstant(schedule) ? 0 : arena.take(8 * steps);
  const clip = clipNorm === null ? 0 : putClip(arena, code, { gradients, order, limit: clipNorm });
  const addresses = { weights, optimizer, losses, sums, tasks, method, rates };
  const address = arena.put(record("Slot", { code: code.address, ...addresses, clip }));
  return { address, code, values, ...addresses, learned, learnedSize };
}

interface Clip {
  /** Bytes from a weight to its gradient. */
  readonly gradients: number;
  readonly order: number;
  readonly limit: number;
}

function putClip(arena: Arena, { weights, touched }: StepCode, { gradients, order, limit }: Clip): number {
  const store = arena.put(record("Optimizer", { ...NO_STEP, kind: STORE, moments: gradients }));
  const [count, ranges] = [parameterBytes(weights).length, updatedRanges(weights)];
  const at = arena.put(Int32Array.from(ranges.flat(), (numbers) => 4 * numbers));
  const tables = arena.put(Int32Array.from(touched));
  const [rangeCount, tableCount] = [ranges.length, touched.length];
  const places = { store, order, count, rangeCount, ranges: at, tableCount, tables, unused: 0 };
  return arena.put(record("Clip", { ...places, limit }));
}

/** The numbers of an optimizer that takes no step. */
const NO_STEP = {
  rate: 0,
  epsilon: 0,
  lr: 0,
  power1: 0,
  power2: 0,
  beta1: 0,
  beta2: 0,
  stabilizer: 0,
  decay: 0,
  decoupled: 0,
  vectorDecay: 0,
  kept: 0,
};

function kindOf({ optimizer, momentum, nesterov }: OptimizerSettings): number {
  if (optimizer !== "sgd") return ADAM;
  if (momentum === 0) return SGD;
  return nesterov ? NESTEROV : MOMENTUM;
}

/** `moments`: bytes from a weight to its first moment. */
function optimizerRecord(settings: OptimizerSettings, moments: number): Uint8Array {
  const {
    optimizer,
    lr,
    momentum,
    beta2,
    epsilon: stabilizer,
    weightDecay,
    embeddingDecay: vectorDecay = 0,
  } = settings;
  const [decay, decoupled] = optimizer === "adamw" ? [0, weightDecay] : [weightDecay, 0];
  const kind = kindOf(settings);
  const beta1 = kind < MOMENTUM ? settings.beta1 : momentum;
  const of = { kind, moments, lr, beta1, beta2, stabilizer, decay, decoupled, vectorDecay };
  return record("Optimizer", { ...NO_STEP, ...of, power1: 1, power2: 1, kept: 1 });
}

/** Writes the rates of the next steps, from step `from` on, unless they are all the same. */
export function writeRates(
  memory: KernelInstance,
  { rates }: RunSlot,
  training: OptimizerSettings,
  from: number,
  steps: number,
): void {
  if (rates === 0) return;
  memory.float64(rates, steps).set(Array.from({ length: steps }, (_, i) => rateAt(training, from + i)));
}

/** Writes how the losses of a run's tasks are taken, with the delta of Huber's loss for regressions, unless it is null. */
export function writeTasks(
  memory: KernelInstance,
  slot: RunSlot,
  losses: readonly TaskLoss[],
  huberDelta: number | null,
  weighted = false,
): void {
  const delta = huberDelta ?? Number.POSITIVE_INFINITY;
  const [labelColumns, toWeight] = weighted ? [2 * losses.length, losses.length] : [losses.length, 0];
  for (const [k, task] of losses.entries()) {
    const { kind, weight, unit, decay = 1 } = task;
    const factor = weight * unit;
    const of = {
      kind: TASKS[kind],
      outputs: outputCount(task),
      delta,
      factor,
      unit,
      weight: factor,
      decay,
      labelColumns,
      toWeight,
    };
    memory.uint32(slot.tasks + k * TASK, TASK / 4).set(new Uint32Array(record("TaskLoss", of).buffer));
  }
}

/**
 * Writes a run's initial parameters where its kernels read them. They are drawn in canonical order, where a moment will be if there
 * is one: vectors of a million values are then in memory once.
 */
export function writeInitial(memory: KernelInstance, slot: RunSlot, draw: (zeros: Float32Array) => void): void {
  const { weights } = slot.code;
  const [values, moment] = [valuesAt(memory, slot, 0), slot.values > 1 ? valuesAt(memory, slot, 1) : undefined];
  const drawn = moment?.fill(0).subarray(0, weights.parameters) ?? new Float32Array(weights.parameters);
  draw(drawn);
  packWeights(weights, drawn, values);
  moment?.fill(0);
}

/** A run's parameters in canonical order. */
export function readParameters(memory: KernelInstance, slot: RunSlot): Float32Array {
  return unpackWeights(slot.code.weights, valuesAt(memory, slot, 0));
}

/** What training changes in memory. */
type Trained = Pick<RunState, "values" | "noBias" | "powers" | "sums" | "learned">;

export function readTrained(memory: KernelInstance, slot: RunSlot): Trained {
  const { code, optimizer, sums, learned, learnedSize } = slot;
  const [power1, power2] = memory.float64(optimizer + POWERS, 2) as unknown as [number, number];
  const blocks = Array.from({ length: slot.values }, (_, i) => valuesAt(memory, slot, i));
  return {
    ...canonical(slot, blocks),
    powers: [power1, power2],
    sums: [...memory.float64(sums, code.tasks)],
    ...(learnedSize > 0 && { learned: [...memory.float64(learned, learnedSize)] }),
  };
}

/** Blocks of numbers in the engine's order, as a state has them. */
function canonical(
  { code: { weights } }: RunSlot,
  blocks: readonly Float32Array[],
): Pick<RunState, "values" | "noBias"> {
  const [noBias] = noBiases(weights);
  return {
    values: blocks.map((block) => unpackWeights(weights, block)),
    noBias: blocks.map((block) => (noBias === undefined ? 0 : block[noBias])),
  };
}

/** What a run needs that trains no further: its parameters, and the batch losses of all its steps, added up. */
export interface Snapshot {
  /** In the engine's order: to copy vectors of a million values takes milliseconds, to order them a second. */
  readonly parameters: Float32Array;
  /** [K]. */
  readonly sums: readonly number[];
}

export function takeSnapshot(memory: KernelInstance, slot: RunSlot): Snapshot {
  const K = slot.code.tasks;
  return { parameters: valuesAt(memory, slot, 0).slice(), sums: [...memory.float64(slot.sums + 8 * K, K)] };
}

export function trainedIn(slot: RunSlot, { parameters, sums }: Snapshot): Trained {
  return { ...canonical(slot, [parameters]), powers: [1, 1], sums };
}

export function writeTrained(memory: KernelInstance, slot: RunSlot, trained: Trained): void {
  const { values, noBias, powers, sums, learned = [] } = trained;
  const { weights, tasks } = slot.code;
  for (const [i, each] of values.entries()) {
    const block = valuesAt(memory, slot, i);
    packWeights(weights, each, block);
    for (const offset of noBiases(weights)) block[offset] = noBias[i];
  }
  memory.float64(slot.optimizer + POWERS, 2).set(powers);
  memory.float64(slot.sums, tasks).set(sums);
  memory.float64(slot.learned, slot.learnedSize).set(learned);
}

/** The parameters, 0, or a moment of each, from 1, in the engine's order. */
function valuesAt(memory: KernelInstance, { weights, code }: RunSlot, i: number): Float32Array {
  const { size } = code.weights;
  return memory.float32(weights + 4 * i * size, size);
}

/** The numbers in `sums` or `losses` divided by `counts`, [K]; resets them to 0. */
export function takeMeans(memory: KernelInstance, at: number, counts: readonly number[]): number[] {
  const values = memory.float64(at, counts.length);
  const means = counts.map((count, k) => values[k] / count);
  values.fill(0);
  return means;
}

/** Says which step comes next, for its dropout and its method; 0 outside training. */
export function setStep(memory: KernelInstance, { code, method }: RunSlot, step: number): void {
  memory.uint32(method + METHOD_STEP, 1)[0] = step;
  if (code.step !== undefined) memory.uint32(code.step, 1)[0] = step;
}
