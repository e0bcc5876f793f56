import { expOfNegative } from "./exp";
import { Residual, Softmax, TopSoftmax } from "./instructions";
import { LINE } from "../../rows/kernels/layout";

/** A gate's weights: softmax over E columns, four rows to a vector, after the largest logit is subtracted. */
export function softmax(op: Softmax, P: i32): void {
  const length = <usize>op.E * LINE;
  for (let p = 0; p < P; p++) {
    const gate = op.gate + <usize>p * op.gateStride;
    fourRows(gate, gate + length, false);
    fourRows(gate + 16, gate + 16 + length, false);
  }
}

export function topSoftmax(op: TopSoftmax, P: i32): void {
  const length = <usize>op.E * LINE;
  for (let p = 0; p < P; p++) {
    const gate = op.gate + <usize>p * op.gateStride;
    keepTop(gate, gate + length, op.k);
    keepTop(gate + 16, gate + 16 + length, op.k);
    fourRows(gate, gate + length, true);
    fourRows(gate + 16, gate + 16 + length, true);
  }
}

/** Logits that are not among their row's k largest become -inf: the k largest are before them, whichever went before. */
function keepTop(gate: usize, end: usize, k: i32): void {
  for (let e = gate; e < end; e += LINE) {
    const logit = v128.load(e);
    let before = i32x4.splat(0);
    for (let other = gate; other < e; other += LINE) before = i32x4.sub(before, f32x4.ge(v128.load(other), logit));
    for (let other = e + LINE; other < end; other += LINE) before = i32x4.sub(before, f32x4.gt(v128.load(other), logit));
    v128.store(e, v128.bitselect(logit, f32x4.splat(-Infinity), i32x4.lt_s(before, i32x4.splat(k))));
  }
}

/** With `isTop`, a logit of -inf gets 0 rather than the least that exp gives. */
// @ts-ignore: decorator
@inline function fourRows(gate: usize, end: usize, isTop: bool): void {
  let greatest = v128.load(gate);
  for (let e = gate + LINE; e < end; e += LINE) greatest = f32x4.pmax(greatest, v128.load(e));
  let sum = f32x4.splat(0);
  for (let e = gate; e < end; e += LINE) {
    const logit = v128.load(e);
    let weight = expOfNegative(f32x4.sub(logit, greatest));
    if (isTop) weight = v128.and(weight, f32x4.ne(logit, f32x4.splat(-Infinity)));
    v128.store(e, weight);
    sum = f32x4.add(sum, weight);
  }
  const scale = f32x4.div(f32x4.splat(1), sum);
  for (let e = gate; e < end; e += LINE) v128.store(e, f32x4.mul(v128.load(e), scale));
}

export function residual(op: Residual, P: i32): void {
  for (let p = 0; p < P; p++) {
    const gate = op.gate + <usize>p * op.gateStride;
    const shares = op.shares + <usize>p * op.sharesStride;
    for (let e = 0; e < op.E; e++) {
      const more = f32x4.splat(e == op.own ? 1 : 0);
      const at = <usize>e * LINE;
      v128.store(shares + at, f32x4.add(v128.load(gate + at), more));
      v128.store(shares + at, f32x4.add(v128.load(gate + at, 16), more), 16);
    }
  }
}
