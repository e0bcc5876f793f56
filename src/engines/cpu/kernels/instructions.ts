// The code of a step is a sequence of records, each an operation with its operands, laid out by ../step-code.ts
// (../instructions.ts lists the same fields in the same order). `w`, `bias` and the like are distances from a run's
// weights, so runs of one model share their code; the rest are addresses. An input `x` of 0 means the rows of the step.

export const DENSE = 1;
export const INPUT_GRADIENT = 2;
export const UPDATE = 3;
export const SOFTMAX = 4;
export const MIX = 5;
export const GATE_GRADIENT = 6;
export const EXPERT_GRADIENT = 7;
export const SPARSE_UPDATE = 8;
export const DROPOUT = 9;
export const SCALE = 10;
export const NEXT_STEP = 11;
export const TOP_SOFTMAX = 13;
export const RESIDUAL = 14;

@unmanaged export class Instruction {
  op: i32;
  /** Bytes to the next instruction. */
  size: i32;
}

/** out [B, N] = max(x [B, D] w [D, N] + bias, floor); `floor` [N] is 0 for a ReLU column and -inf for a linear one. */
@unmanaged export class Dense {
  op: i32;
  size: i32;
  x: usize;
  xStride: usize;
  D: i32;
  w: usize;
  bias: usize;
  floor: usize;
  out: usize;
  outStride: usize;
  N: i32;
}

/** dx [B, D] = g [B, N] wᵀ, 0 where `mask` (0 for none) is not above 0. */
@unmanaged export class InputGradient {
  op: i32;
  size: i32;
  g: usize;
  gStride: usize;
  N: i32;
  w: usize;
  D: i32;
  dx: usize;
  dxStride: usize;
  mask: usize;
  maskStride: usize;
}

/** One optimizer step for w by xᵀ g and, with a bias (`trained` not 0), for it by the sums of g times `trained` [N]. */
@unmanaged export class Update {
  op: i32;
  size: i32;
  x: usize;
  xStride: usize;
  D: i32;
  g: usize;
  gStride: usize;
  N: i32;
  w: usize;
  bias: usize;
  trained: usize;
  strips: usize;
}

/** In place: [B, E] logits to weights. */
@unmanaged export class Softmax {
  op: i32;
  size: i32;
  gate: usize;
  gateStride: usize;
  E: i32;
}

/** In place: [B, E] logits to weights of the k largest; the rest get 0. Of equals the first is the larger. */
@unmanaged export class TopSoftmax {
  op: i32;
  size: i32;
  gate: usize;
  gateStride: usize;
  E: i32;
  k: i32;
}

/** shares [B, E] = gate [B, E], and 1 more for expert `own`: a mix by shares has that expert as a residual. */
@unmanaged export class Residual {
  op: i32;
  size: i32;
  gate: usize;
  gateStride: usize;
  shares: usize;
  sharesStride: usize;
  E: i32;
  own: i32;
}

/** out [B, H] = sum over E experts of gate [B, e] times expert e [B, H]; `experts` [E] are their addresses. */
@unmanaged export class Mix {
  op: i32;
  size: i32;
  experts: usize;
  expertStride: usize;
  E: i32;
  gate: usize;
  gateStride: usize;
  out: usize;
  outStride: usize;
  H: i32;
}

/** Gradient of a gate's logits [B, E], from that of the mix it made. */
@unmanaged export class GateGradient {
  op: i32;
  size: i32;
  experts: usize;
  expertStride: usize;
  E: i32;
  gate: usize;
  gateStride: usize;
  mix: usize;
  mixStride: usize;
  H: i32;
  dLogits: usize;
  dStride: usize;
}

/**
 * Gradient of one expert [B, H] from the mixes that it is in: `uses` [M, 2] are addresses of its gate column and of the
 * mix's gradient.
 */
@unmanaged export class ExpertGradient {
  op: i32;
  size: i32;
  uses: usize;
  M: i32;
  gateStride: usize;
  mixStride: usize;
  H: i32;
  expert: usize;
  expertStride: usize;
  out: usize;
  outStride: usize;
}

/**
 * Update, over the rows where g is not 0 alone. Scratch: `rows` a block of rows, packed; for each unit `columns` its
 * part of g, `masks` a bit a row, `sums` [passes, N] its gradient so far and `biasSums` its bias'.
 */
@unmanaged export class SparseUpdate {
  op: i32;
  size: i32;
  x: usize;
  xStride: usize;
  D: i32;
  g: usize;
  gStride: usize;
  N: i32;
  w: usize;
  bias: usize;
  trained: usize;
  rows: usize;
  columns: usize;
  masks: usize;
  sums: usize;
  biasSums: usize;
}

/**
 * In place: units [B, M N] of a ReLU layer of M networks, side by side, times 0 or `kept`. Unit n of a network is
 * dropped if its word is at most `last`: word n % 4 of Philox at (n / 4, row, step) under the network's key, of `keys`
 * [M, 2]. `step` is the address of the step's number, from 1; at 0, outside training, all units stay as they are.
 */
@unmanaged export class Dropout {
  op: i32;
  size: i32;
  units: usize;
  stride: usize;
  N: i32;
  M: i32;
  keys: usize;
  last: u32;
  kept: f32;
  step: usize;
}

/** In place: values [B, N] times `factor`. */
@unmanaged export class Scale {
  op: i32;
  size: i32;
  values: usize;
  stride: usize;
  N: i32;
  factor: f32;
}

/** Adds 1 to the whole number at `step`. */
@unmanaged export class NextStep {
  op: i32;
  size: i32;
  step: usize;
}

export function nextStep(op: NextStep): void {
  store<i32>(op.step, load<i32>(op.step) + 1);
}
