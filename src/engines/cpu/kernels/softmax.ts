import { expOfNegative } from "./exp";
import { Softmax } from "./instructions";
import { LINE } from "../../rows/kernels/layout";

/** A gate's weights: softmax over E columns, four rows to a vector, after the largest logit is subtracted. */
export function softmax(op: Softmax, P: i32): void {
  const length = <usize>op.E * LINE;
  for (let p = 0; p < P; p++) {
    const gate = op.gate + <usize>p * op.gateStride;
    fourRows(gate, gate + length);
    fourRows(gate + 16, gate + 16 + length);
  }
}

function fourRows(gate: usize, end: usize): void {
  let greatest = v128.load(gate);
  for (let e = gate + LINE; e < end; e += LINE) greatest = f32x4.pmax(greatest, v128.load(e));
  let sum = f32x4.splat(0);
  for (let e = gate; e < end; e += LINE) {
    const weight = expOfNegative(f32x4.sub(v128.load(e), greatest));
    v128.store(e, weight);
    sum = f32x4.add(sum, weight);
  }
  const scale = f32x4.div(f32x4.splat(1), sum);
  for (let e = gate; e < end; e += LINE) v128.store(e, f32x4.mul(v128.load(e), scale));
}
