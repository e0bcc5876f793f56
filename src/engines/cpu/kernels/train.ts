import { eights } from "../../rows/kernels/layout";
import { addLosses } from "./loss";
import { beginStep, Optimizer } from "./optimizer";
import { execute } from "./execute";

/** A model's step: forward from `begin` to `middle`, backward from there to `end`. Written by ../step-code.ts. */
@unmanaged export class StepCode {
  begin: usize;
  middle: usize;
  end: usize;
  predictions: usize;
  gradient: usize;
  stride: usize;
  K: i32;
  panelRows: i32;
}

/** A run in training. Written by ../member.ts. */
@unmanaged export class Member {
  code: StepCode;
  weights: usize;
  optimizer: Optimizer;
  /** float64 [K]: each task's loss on the latest batch; losses of rows added up after `evaluate`. */
  losses: usize;
  /** float64 [K]: the batch losses added up. */
  sums: usize;
  /** That of Huber's loss, or infinity: the squared error. */
  delta: f32;
}

/**
 * Trains a run on `steps` batches of B rows, one after the other at `x` (each xBytes long) with their labels. Returns
 * the number of steps done: fewer if a loss is NaN or beyond `limit`, which is then in `losses`.
 */
export function train(
  member: Member, x: usize, xBytes: usize, labels: usize, labelBytes: usize, B: i32, steps: i32, limit: f64,
): i32 {
  const code = member.code;
  const P = eights(B);
  for (let s = 0; s < steps; s++) {
    execute(code.begin, code.middle, x, member.weights, P, member.optimizer, code.panelRows);
    if (!(batchLoss(member, labels, B) <= limit)) return s;
    addBatchLosses(member);
    beginStep(member.optimizer);
    execute(code.middle, code.end, x, member.weights, P, member.optimizer, code.panelRows);
    x += xBytes;
    labels += labelBytes;
  }
  return steps;
}

/** Mean over the tasks of the batch's loss. */
function batchLoss(member: Member, labels: usize, B: i32): f64 {
  const p = member.code;
  const K = p.K;
  memory.fill(member.losses, 0, <usize>K << 3);
  addLosses(p.predictions, p.gradient, p.stride, labels, member.losses, K, B, member.delta);
  let mean: f64 = 0;
  for (let k = 0; k < K; k++) {
    const at = <usize>k << 3;
    const loss = load<f64>(member.losses + at) / <f64>B;
    store<f64>(member.losses + at, loss);
    mean += loss / <f64>K;
  }
  return mean;
}

/** Adds the batch losses to the sums. */
function addBatchLosses(member: Member): void {
  const K = member.code.K;
  for (let at: usize = 0; at < <usize>K << 3; at += 8)
    store<f64>(member.sums + at, load<f64>(member.sums + at) + load<f64>(member.losses + at));
}

/** Adds the losses of `rows` rows at `x` (panels of `stride`), at most `most` at a time, to `losses`. */
export function evaluate(member: Member, x: usize, stride: usize, labels: usize, rows: i32, most: i32): void {
  const p = member.code;
  for (let row = 0; row < rows; row += most) {
    const B = min(most, rows - row);
    execute(p.begin, p.middle, x, member.weights, eights(B), member.optimizer, p.panelRows);
    addLosses(p.predictions, 0, p.stride, labels, member.losses, p.K, B, member.delta);
    x += <usize>(most >> 3) * stride;
    labels += <usize>(most >> 3) * <usize>p.K * 32;
  }
}
