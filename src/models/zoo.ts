import type { ModelSpec } from "./spec.ts";

/** The sizes of a model that the data fix: D inputs, K tasks. */
export interface Ends {
  readonly inputs: number;
  readonly tasks: number;
}

/** Section 5.1: 8 experts of 16 units, towers of 8 units. */
const EXPERTS = 8;
const EXPERT_UNITS = 16;
const TOWER_UNITS = 8;
/** Section 3.3's bottom (Figure 3). */
const SMALL_BOTTOM_UNITS = 16;

const PAPER = {
  experts: { shared: EXPERTS, perTask: 0, layers: [EXPERT_UNITS] },
  gate: { layers: [], bias: false },
  tower: { layers: [TOWER_UNITS] },
  bias: true,
  dropout: 0,
} as const;

const MLP = {
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
export function sharedBottomUnits({ inputs, tasks }: Ends): number {
  const weights = inputs * EXPERT_UNITS * EXPERTS + EXPERT_UNITS * TOWER_UNITS * tasks;
  return Math.round(weights / (inputs + TOWER_UNITS * tasks));
}

function sharedBottom(name: string, units: number, ends: Ends): ModelSpec {
  return { ...PAPER, ...ends, name, experts: { shared: 1, perTask: 0, layers: [units] }, gating: "none" };
}

/** Models by name, each with one sentence for `mmoe models`. */
export const ZOO = {
  "shared-bottom": {
    about: "the paper's Shared-Bottom, as many weights as the MoE models",
    build: (ends) => sharedBottom("shared-bottom", sharedBottomUnits(ends), ends),
  },
  "shared-bottom-16": {
    about: "section 3.3's Shared-Bottom with a bottom of 16 units (Figure 3)",
    build: (ends) => sharedBottom("shared-bottom-16", SMALL_BOTTOM_UNITS, ends),
  },
  omoe: {
    about: "one gate for all tasks over 8 experts",
    build: (ends) => ({ ...PAPER, ...ends, name: "omoe", gating: "single" }),
  },
  mmoe: {
    about: "a gate for each task over 8 experts",
    build: (ends) => ({ ...PAPER, ...ends, name: "mmoe", gating: "per-task" }),
  },
  "mmoe-mlp": {
    about: "a common PyTorch form: 4 deep experts, biased gates, deep towers",
    build: (ends) => ({ ...MLP, ...ends, name: "mmoe-mlp", gating: "per-task" }),
  },
  "mmoe-mlp-average": {
    about: "mmoe-mlp without gates: the experts' mean",
    build: (ends) => ({ ...MLP, ...ends, name: "mmoe-mlp-average", gating: "average" }),
  },
} as const satisfies Record<string, { about: string; build: (ends: Ends) => ModelSpec }>;

export type ModelName = keyof typeof ZOO;

export const MODEL_NAMES = Object.keys(ZOO) as ModelName[];
