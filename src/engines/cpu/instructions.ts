// Instructions of a step's code. The kernels read the same records, field by field (kernels/records.h). A new operation is an
// entry here, its record there, and a function for panels of rows and one for single rows. Its backward part gets a `Reach`
// (columns.ts), which says to which columns a gradient passes on.

const DENSE = ["x", "xStride", "D", "w", "bias", "floor", "out", "outStride", "N"] as const;

const UPDATE = ["x", "xStride", "D", "g", "gStride", "N", "w", "bias", "trained", "rows", "sums"] as const;
const UPDATE_SPARSE = [...UPDATE, "entries", "units", "lines", "block"] as const;

const PAIRS = [
  ...["x", "xStride", "plain", "entries", "tables", "O", "factors", "w"],
  ...["z", "zStride", "sums", "sumsStride", "out", "outStride", "scratch"],
] as const;

const FIELDS = {
  dense: DENSE,
  inputGradient: ["g", "gStride", "N", "w", "D", "first", "dx", "dxStride", "mask", "maskStride"],
  update: UPDATE,
  softmax: ["gate", "gateStride", "E"],
  mix: ["experts", "expertStride", "E", "gate", "gateStride", "out", "outStride", "H"],
  gateGradient: ["experts", "expertStride", "E", "gate", "gateStride", "mix", "mixStride", "H", "dLogits", "dStride"],
  expertGradient: ["uses", "M", "gateStride", "mixStride", "H", "expert", "expertStride", "out", "outStride"],
  dropout: ["units", "stride", "N", "M", "keys", "last", "kept", "step"],
  scale: ["values", "stride", "N", "factor"],
  nextStep: ["step"],
  topSoftmax: ["gate", "gateStride", "E", "k"],
  residual: ["gate", "gateStride", "shares", "sharesStride", "E", "own"],
  embed: ["x", "xStride", "plain", "tables", "count", "out", "outStride"],
  updateTable: ["x", "xStride", "column", "slots", "g", "gStride", "w", "vectors", "size", "sums"],
  sparseDense: [...DENSE, "entries", "units", "lines"],
  clear: ["values", "stride", "N"],
  spread: ["w", "count", "out"],
  linkGates: ["w", "count", "key", "step", "out", "slopes"],
  sharesGradient: ["experts", "expertStride", "E", "mix", "mixStride", "H", "d", "dStride"],
  addGradient: [...UPDATE, "clear"],
  stepBlocks: ["blocks", "count", "bytes", "pull"],
  selectExperts: ["gate", "gateStride", "k", "bits", "gamma", "weights", "weightsStride", "scratch"],
  selectGradient: [
    "gate",
    "gateStride",
    "k",
    "bits",
    "gamma",
    "entropy",
    "rows",
    "d",
    "dStride",
    "out",
    "outStride",
    "scratch",
  ],
  updateVectors: ["x", "xStride", "column", "slots", "g", "gStride", "vectors", "rows", "touched"],
  updateSparse: UPDATE_SPARSE,
  addSparse: [...UPDATE_SPARSE, "clear"],
  normalize: ["x", "xStride", "N", "gain", "shift", "hats", "hatsStride", "out", "outStride"],
  normalizeGradient: ["hats", "hatsStride", "N", "gain", "g", "gStride", "dGain", "dGainStride", "dx", "dxStride"],
  modulate: ["units", "unitsStride", "by", "byStride", "N", "factor", "out", "outStride"],
  modulateGradient: [
    ...["units", "unitsStride", "by", "byStride", "N", "factor", "isRelu", "g", "gStride"],
    ...["dUnits", "dUnitsStride", "dBy", "dByStride"],
  ],
  dropWeights: ["gate", "gateStride", "E", "key", "last", "step"],
  addNoise: ["gate", "gateStride", "E", "key", "step"],
  noisyGradient: ["gate", "gateStride", "E", "rows", "pull", "isNoisy", "slopes", "d", "dStride"],
  funnel: ["z", "zStride", "out", "outStride", "N", "chain", "count"],
  funnelGradient: ["z", "zStride", "out", "outStride", "N", "chain", "count", "g", "dz"],
  pairs: PAIRS,
  pairsGradient: [...PAIRS, "g", "dz", "dx", "gradients"],
} as const;

export type Operation = keyof typeof FIELDS;

export type Operands<O extends Operation> = Readonly<Record<(typeof FIELDS)[O][number], number>>;

/** One instruction as the words that kernels read: its number, its bytes, its operands. */
export type Instruction = readonly number[];

const OPERATIONS = Object.keys(FIELDS) as Operation[];

export function instruction<O extends Operation>(operation: O, operands: Operands<O>): Instruction {
  const values = FIELDS[operation].map((field) => operands[field as keyof Operands<O>]);
  return [1 + OPERATIONS.indexOf(operation), 4 * (values.length + 2), ...values];
}

/** The word of a record's float32 field. */
export function float32Word(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0];
}
