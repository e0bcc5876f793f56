import type { TrainingSettings } from "../engine.ts";
import { type Arena, recordBytes } from "../rows/arena.ts";
import { float32Word } from "./instructions.ts";
import type { KernelInstance } from "./kernels.ts";
import type { StepCode } from "./step-code.ts";
import { pack, unpack } from "./weights.ts";

/** A run in training: addresses of its weights, their moments, and its losses. */
export interface Member {
  /** The address of its record (kernels/train.ts). */
  readonly address: number;
  readonly code: StepCode;
  readonly weights: number;
  /** The address of its optimizer's record (kernels/optimizer.ts). */
  readonly optimizer: number;
  /** float64 [K]: losses of the latest batch, or of rows, added up by `evaluate`. */
  readonly losses: number;
  /** float64 [K]: batch losses added up. */
  readonly sums: number;
}

/**
 * An optimizer's number in the kernels, and its numbers for each parameter: the parameter itself, and adam's two
 * moments.
 */
const RULES: Readonly<Record<Trained["optimizer"], { kind: number; values: number }>> = {
  sgd: { kind: 0, values: 1 },
  adam: { kind: 1, values: 3 },
};

/** How a run's weights are trained. */
type Trained = Pick<TrainingSettings, "optimizer" | "lr" | "huberDelta">;

/** Takes a run's place in the plan. */
export function takeMember(arena: Arena, code: StepCode, { optimizer, lr, huberDelta }: Trained): Member {
  const bytes = 4 * code.weights.size;
  const { kind, values } = RULES[optimizer];
  const { lanes } = code.weights.layout;
  const weights = arena.take(values * bytes + 4 * lanes * lanes); // a square more, which kernels may read but never use
  const rule = arena.put(recordBytes([kind, bytes, 0, 0], [lr, 1, 1]));
  const losses = arena.take(8 * code.tasks);
  const sums = arena.take(8 * code.tasks);
  const address = arena.put(
    recordBytes([code.address, weights, rule, losses, sums, float32Word(huberDelta ?? Number.POSITIVE_INFINITY)]),
  );
  return { address, code, weights, optimizer: rule, losses, sums };
}

/** Writes a run's parameters, in canonical order, where its kernels read them. */
export function writeParameters(memory: KernelInstance, { weights, code }: Member, parameters: Float32Array): void {
  memory.float32(weights, code.weights.size).set(pack(code.weights, parameters));
}

/** A run's parameters in canonical order. */
export function readParameters(memory: KernelInstance, { weights, code }: Member): Float32Array {
  return unpack(code.weights, memory.float32(weights, code.weights.size));
}

/** The numbers in `sums` or `losses` divided by `count`, [K]; resets them to 0. */
export function takeMeans(memory: KernelInstance, at: number, tasks: number, count: number): number[] {
  const values = memory.float64(at, tasks);
  const means = Array.from(values, (value) => value / count);
  values.fill(0);
  return means;
}

/** Says which step comes next, for its dropout; 0 outside training. */
export function setStep(memory: KernelInstance, { code }: Member, step: number): void {
  if (code.step !== undefined) memory.uint32(code.step, 1)[0] = step;
}
