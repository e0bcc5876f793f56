// Members of the family that between them use everything a spec can say. All sizes differ, so that a swapped axis can't pass.
import type { Rows } from "../../src/data/task-set.ts";
import type { Gating } from "../../src/models/gatings.ts";
import { parameterCount } from "../../src/models/parameters.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { keyOf } from "../../src/random/key.ts";
import { normals } from "../../src/random/normal.ts";

export const MMOE: ModelSpec = {
  name: "mmoe",
  inputs: 4,
  tasks: 3,
  experts: { shared: 5, perTask: 0, layers: [6] },
  gating: "per-task",
  gate: { layers: [], bias: false },
  tower: { layers: [7] },
  bias: true,
  dropout: 0,
};

export const OMOE: ModelSpec = { ...MMOE, name: "omoe", gating: "single" };

export const BOTTOM: ModelSpec = {
  ...MMOE,
  name: "bottom",
  experts: { shared: 1, perTask: 0, layers: [6] },
  gating: "none",
};

/** Two layers of experts, gates and towers. */
export const DEEP: ModelSpec = {
  ...MMOE,
  name: "deep",
  experts: { shared: 5, perTask: 0, layers: [8, 6] },
  gate: { layers: [9], bias: true },
  tower: { layers: [7, 10] },
};

/** Two levels of 3 experts of all and 2 of each task's own. */
export const PLE: ModelSpec = { ...MMOE, name: "ple", experts: { shared: 3, perTask: 2, layers: [6] }, levels: 2 };

/** A bottom of one layer, and an output for each task right behind it. */
export const plainBottom = (
  inputs: number,
  tasks: number,
  units: number,
  changes: Partial<ModelSpec> = {},
): ModelSpec => ({
  ...MMOE,
  name: "bottom",
  inputs,
  tasks,
  gating: "none",
  experts: { shared: 1, perTask: 0, layers: [units] },
  tower: { layers: [] },
  ...changes,
});

/** A network of two layers a task, which exchange units. */
export const STITCHED: ModelSpec = {
  ...MMOE,
  name: "deep-stitch",
  experts: { shared: 0, perTask: 1, layers: [8, 6] },
  gating: "cross-stitch",
};

/** Experts that each task reads through a matrix and a random gate. */
export const SNR: ModelSpec = { ...MMOE, name: "snr", gating: "snr-trans" };

/** A network a task, drawn together. */
export const CONSTRAINED: ModelSpec = {
  ...STITCHED,
  name: "constrained",
  gating: "l2-constrained",
  constraint: 0.3,
};

/** A network of two layers a task, whose kernels are products over tasks; the inputs are fewer than their rank. */
export const FACTORED: ModelSpec = {
  ...STITCHED,
  name: "factored",
  gating: "tensor-factorization",
  ranks: { inputs: 5, units: 3, tasks: 2 },
};

/** A model without activation after the last layers of experts, under another name. */
function linear(spec: ModelSpec, name = `linear-${spec.name}`): ModelSpec {
  return { ...spec, name, experts: { ...spec.experts, activation: "none" } };
}

/** Experts of two layers, the last of which is normalised, with Swish. */
export const NORMED: ModelSpec = {
  ...DEEP,
  name: "normed",
  experts: { ...DEEP.experts, activation: "swish", norm: true },
};

/** Towers of two layers, whose units are multiplied by gates on the inputs. */
export const GATED_TOWERS: ModelSpec = { ...DEEP, name: "gated-towers", tower: { layers: [7, 10], gate: 3 } };

/** Gates whose weights are often dropped, and at times all of them. */
export const DROPPING: ModelSpec = { ...MMOE, name: "dropping", gate: { ...MMOE.gate, dropout: 0.5 } };

/** Gates of noisy logits, whose experts are drawn to equal importance. */
export const NOISY: ModelSpec = {
  ...MMOE,
  name: "noisy",
  gate: { ...MMOE.gate, top: 2, noise: true, importance: 0.7 },
};

/** A bottom of two layers, whose second each task masks by a gate with a hidden layer. */
export const ATTENTION: ModelSpec = {
  ...DEEP,
  name: "attention",
  experts: { shared: 1, perTask: 0, layers: [8, 6] },
  gating: "attention",
};

/** Two experts that task 1 does not see, and one each that tasks 2 and 3 do not. */
export const CLOSED: ModelSpec = { ...MMOE, name: "closed", experts: { ...MMOE.experts, closed: 4 } };

/** Gates that select 2 of 8 experts by codes of 3 bits. */
export const SELECTING: ModelSpec = {
  ...MMOE,
  name: "select",
  experts: { shared: 8, perTask: 0, layers: [6] },
  gate: { layers: [], bias: false, select: { experts: 2, gamma: 3, entropy: 0.3 } },
};

/** Tasks' gates that select among 4 experts, and one for shared experts among 8. */
export const SELECTING_LEVELS: ModelSpec = {
  ...MMOE,
  name: "select-levels",
  experts: { shared: 2, perTask: 2, layers: [6] },
  levels: 2,
  gate: { layers: [], bias: false, select: { experts: 1, gamma: 3, entropy: 0.4 } },
};

/** Two plain inputs, then numbers of vectors in two tables. */
export const EMBEDDED: ModelSpec = {
  ...MMOE,
  name: "embedded",
  embeddings: [
    { rows: 9, size: 3 },
    { rows: 5, size: 17 },
  ],
};
/** Tasks that follow each other in another order than theirs. */
export const FUNNEL: ModelSpec = { ...MMOE, name: "funnel", funnel: [2, 0, 1] };

const { embeddings } = EMBEDDED as Required<ModelSpec>;

/** Tasks that share nothing, so that each has tables of its own. */
const EMBEDDED_APART: ModelSpec = {
  ...EMBEDDED,
  name: "embedded-apart",
  experts: { shared: 0, perTask: 2, layers: [8, 6] },
  gate: { layers: [9], bias: true },
};

/** A linear map of the inputs for each task. */
const LINEAR: ModelSpec = {
  ...BOTTOM,
  name: "linear",
  experts: { shared: 0, perTask: 1, layers: [] },
  tower: { layers: [] },
};

/** Products of all pairs of inputs by factors, for each task. */
export const PAIRS: ModelSpec = { ...LINEAR, name: "pairs", factors: 5 };

/** A member of each gating: a new one does not compile until it is here, so no test of `SPECS` leaves it out. */
export const BY_GATING: Readonly<Record<Gating, ModelSpec>> = {
  none: BOTTOM,
  single: OMOE,
  "per-task": MMOE,
  average: { ...MMOE, name: "average", gating: "average" },
  residual: { ...MMOE, name: "residual", experts: { shared: 0, perTask: 1, layers: [6] }, gating: "residual" },
  detached: { ...MMOE, name: "detached", experts: { shared: 1, perTask: 2, layers: [6] }, gating: "detached" },
  "cross-stitch": STITCHED,
  "l2-constrained": CONSTRAINED,
  "tensor-factorization": FACTORED,
  "snr-trans": SNR,
  attention: ATTENTION,
};

export const SPECS: readonly ModelSpec[] = [
  ...Object.values(BY_GATING),
  DEEP,
  { ...MMOE, name: "single-task", experts: { shared: 0, perTask: 1, layers: [6] }, gating: "none" },
  { ...MMOE, name: "shared-and-own", experts: { shared: 3, perTask: 2, layers: [6] } },
  { ...DEEP, name: "deep-own", experts: { shared: 1, perTask: 2, layers: [8, 6] } },
  { ...MMOE, name: "average-own", experts: { shared: 3, perTask: 2, layers: [6] }, gating: "average" },
  { ...OMOE, name: "one-expert", experts: { shared: 1, perTask: 0, layers: [6] } },
  { ...MMOE, name: "no-tower", tower: { layers: [] } },
  { ...DEEP, name: "no-bias", bias: false, gate: { layers: [9], bias: false } },
  { ...MMOE, name: "one-task", tasks: 1 },
  PLE,
  { ...DEEP, name: "deep-ple", experts: { shared: 2, perTask: 1, layers: [8, 6] }, levels: 3 },
  { ...MMOE, name: "mmoe-levels", levels: 2 },
  { ...MMOE, name: "own-levels", experts: { shared: 0, perTask: 2, layers: [6] }, levels: 2 },
  { ...MMOE, name: "residual-levels", experts: { shared: 2, perTask: 1, layers: [6] }, gating: "residual", levels: 2 },
  { ...MMOE, name: "top-2", gate: { layers: [], bias: false, top: 2 } },
  { ...DEEP, name: "deep-top-1", gate: { layers: [9], bias: true, top: 1 } },
  { ...DEEP, name: "residual-shared", experts: { shared: 2, perTask: 1, layers: [8, 6] }, gating: "residual" },
  SELECTING,
  CLOSED,
  NORMED,
  GATED_TOWERS,
  { ...PLE, name: "gated-towers-ple", tower: { layers: [7], gate: 5 }, bias: false, dropout: 0.3 },
  { ...BOTTOM, name: "embedded-gated-towers", embeddings, tower: { layers: [7], gate: 5 } },
  { ...EMBEDDED_APART, name: "embedded-gated-apart", tower: { layers: [7], gate: 4 } },
  { ...PLE, name: "swish-ple", experts: { ...PLE.experts, activation: "swish" } },
  { ...PLE, name: "normed-ple", experts: { ...PLE.experts, activation: "none", norm: true } },
  { ...SNR, name: "normed-snr", experts: { ...SNR.experts, activation: "swish", norm: true } },
  { ...BOTTOM, name: "normed-bottom", experts: { ...BOTTOM.experts, activation: "swish", norm: true } },
  DROPPING,
  { ...PLE, name: "dropping-ple", gate: { layers: [9], bias: true, dropout: 0.6 } },
  { ...MMOE, name: "dropping-top", gate: { layers: [], bias: false, top: 2, dropout: 0.4 } },
  { ...OMOE, name: "dropping-omoe", gate: { layers: [], bias: true, dropout: 0.3 }, dropout: 0.2 },
  NOISY,
  { ...PLE, name: "noisy-ple", gate: { layers: [9], bias: true, noise: true, importance: 0.3, dropout: 0.4 } },
  { ...OMOE, name: "important-omoe", gate: { ...MMOE.gate, importance: 2 } },
  {
    ...ATTENTION,
    name: "own-attention",
    experts: { shared: 0, perTask: 1, layers: [5, 8, 6], activation: "none" },
    gate: { layers: [], bias: false },
  },
  { ...ATTENTION, name: "embedded-attention", embeddings, dropout: 0.3 },
  { ...PLE, name: "closed-ple", experts: { ...PLE.experts, closed: 2 } },
  { ...MMOE, name: "closed-detached", experts: { shared: 3, perTask: 1, closed: 3, layers: [6] }, gating: "detached" },
  { ...FACTORED, name: "factored-no-bias", bias: false, ranks: { inputs: 2, units: 4, tasks: 9 } },
  {
    ...DEEP,
    name: "deep-select",
    experts: { shared: 2, perTask: 2, layers: [8, 6] },
    gate: { layers: [9], bias: true, select: { experts: 3, gamma: 2, entropy: 0.2 } },
  },
  SELECTING_LEVELS,
  { ...STITCHED, name: "cross-stitch", experts: { shared: 0, perTask: 1, layers: [6] } },
  ...[MMOE, OMOE, BOTTOM, DEEP, PLE, STITCHED, SNR, CONSTRAINED, FACTORED].map((spec) => linear(spec)),
  linear({ ...MMOE, gate: { layers: [9], bias: true } }, "linear-deep-gates"),
  linear({ ...STITCHED, experts: { shared: 0, perTask: 1, layers: [6] } }, "linear-stitch"),
  linear({ ...FACTORED, experts: { shared: 0, perTask: 1, layers: [6] } }, "linear-factor"),
  EMBEDDED,
  EMBEDDED_APART,
  { ...EMBEDDED, name: "embedded-single-task", experts: { shared: 0, perTask: 1, layers: [6] }, gating: "none" },
  { ...EMBEDDED, name: "embedded-alone", inputs: 3, embeddings: [...embeddings, { rows: 4, size: 2 }] },
  { ...LINEAR, name: "embedded-linear", embeddings },
  LINEAR,
  PAIRS,
  { ...PAIRS, name: "embedded-pairs", embeddings, factors: 3 },
  { ...PAIRS, name: "pairs-alone", inputs: 3, embeddings: [...embeddings, { rows: 4, size: 2 }] },
  { ...PAIRS, name: "pairs-funnel", funnel: [0, 2] },
  { ...LINEAR, name: "towers-alone", tower: { layers: [7] }, dropout: 0.2 },
  { ...PLE, name: "embedded-ple", embeddings },
  { ...STITCHED, name: "embedded-stitch", embeddings },
  { ...FACTORED, name: "embedded-factored", embeddings },
  FUNNEL,
  { ...PLE, name: "funnel-ple", funnel: [2, 1] },
  { ...EMBEDDED_APART, name: "embedded-funnel-apart", funnel: [0, 2] },
];

/** Parameters [P] of order 1, biases too: at their start they would all be 0. */
export function someParameters(spec: ModelSpec, seed = 0): Float32Array {
  return normals(keyOf(`parameters/${spec.name}/${seed}`), parameterCount(spec)).map((z) => 0.6 * z);
}

/** Normal rows x [B, D], y [B, K]; numbers of vectors are any but the last. */
export function someRows({ inputs, embeddings = [], tasks }: ModelSpec, B: number, seed = 0): Rows {
  const x = normals(keyOf(`x/${seed}`), B * inputs);
  for (const [i, { rows }] of embeddings.entries()) {
    for (let at = inputs - embeddings.length + i; at < x.length; at += inputs)
      x[at] = Math.floor(100 * Math.abs(x[at])) % (rows - 1);
  }
  return { x, y: normals(keyOf(`y/${seed}`), B * tasks) };
}
