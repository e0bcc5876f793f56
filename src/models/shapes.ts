// Shapes that the zoo's models are made of, in the paper's sizes.
import { parameterCount } from "./parameters.ts";
import { type ModelSpec, readInputs } from "./spec.ts";

/** The sizes of a model that the data fix. */
export type Dimensions = Pick<ModelSpec, "inputs" | "embeddings" | "tasks" | "outputs">;

/** Section 5.1: 8 experts of 16 units, towers of 8 units. */
export const EXPERTS = 8;
export const EXPERT_UNITS = 16;
const TOWER_UNITS = 8;
/** Section 3.3's bottom (Figure 3). */
export const SMALL_BOTTOM_UNITS = 16;
/** Experts that a top-k gate keeps; assumed. */
export const TOP = 2;
/** Assumed. */
export const SELECTION = { experts: 2, gamma: 1, entropy: 0.01 };
/** Of L2-constrained models; assumed. */
export const CONSTRAINT = 0.001;
/** Ranks of a layer's kernels over two tasks; assumed. */
export const RANKS = { inputs: 32, units: 32, tasks: 2 };
/** Units of a hidden layer of a gate; assumed. */
const GATE_UNITS = 16;

export const PAPER = {
  experts: { shared: EXPERTS, perTask: 0, layers: [EXPERT_UNITS] },
  gate: { layers: [], bias: false },
  tower: { layers: [TOWER_UNITS] },
  bias: true,
  dropout: 0,
} as const;

export const MLP = {
  experts: { shared: 4, perTask: 0, layers: [64, 32, 32] },
  gate: { layers: [], bias: true },
  tower: { layers: [64, 32] },
  bias: true,
  dropout: 0,
} as const;

/**
 * Units of a bottom with which Shared-Bottom has as many weights in bottom and towers as an MoE model has in experts
 * and towers (section 5.1): weights / (D + T K), about 113 at the paper's sizes.
 */
export function sharedBottomUnits({ tasks, ...dimensions }: Dimensions): number {
  const inputs = readInputs(dimensions);
  const weights = inputs * EXPERT_UNITS * EXPERTS + EXPERT_UNITS * TOWER_UNITS * tasks;
  return Math.round(weights / (inputs + TOWER_UNITS * tasks));
}

/** The units with which `build(units)` has as many parameters as `target`, without embeddings, as nearly as whole units allow. */
export function matchedUnits(build: (units: number) => ModelSpec, target: ModelSpec): number {
  const count = (spec: ModelSpec) => parameterCount(spec) - parameterCount(spec, "embeddings");
  const [one, two] = [count(build(1)), count(build(2))];
  return Math.max(1, Math.round(1 + (count(target) - one) / (two - one)));
}

export function sharedBottom(name: string, units: number, dimensions: Dimensions): ModelSpec {
  return { ...PAPER, ...dimensions, name, experts: { shared: 1, perTask: 0, layers: [units] }, gating: "none" };
}

/** A network a task, which share nothing. */
export function singleTask(name: string, units: number, dimensions: Dimensions): ModelSpec {
  return { ...PAPER, ...dimensions, name, experts: { shared: 0, perTask: 1, layers: [units] }, gating: "none" };
}

/** The same, of as many parameters as mmoe. */
export function matchedSingleTask(name: string, dimensions: Dimensions): ModelSpec {
  const build = (units: number) => singleTask(name, units, dimensions);
  return build(matchedUnits(build, mmoe("mmoe", dimensions)));
}

export function mmoe(name: string, dimensions: Dimensions): ModelSpec {
  return { ...PAPER, ...dimensions, name, gating: "per-task" };
}

/** The model whose experts have no activation after their last layer. */
export function linear(model: ModelSpec): ModelSpec {
  return { ...model, experts: { ...model.experts, activation: "none" } };
}

/** MMoE whose gates have hidden layers, with biases. */
export function deepGates(name: string, layers: number, dimensions: Dimensions): ModelSpec {
  return { ...mmoe(name, dimensions), gate: { layers: new Array<number>(layers).fill(GATE_UNITS), bias: true } };
}

/** A gate a task over experts that all tasks see and the task's own. */
export function cgc(name: string, dimensions: Dimensions): ModelSpec {
  return { ...mmoe(name, dimensions), experts: { shared: 4, perTask: 2, layers: [EXPERT_UNITS] } };
}
