import { expOfNegative } from "../exp";
import { Residual, Softmax, TopSoftmax } from "../instructions";
import { storeFour } from "./columns";

/** A gate's weights, in the order of operations of ../softmax.ts. */
export function softmaxRows(op: Softmax, B: i32): void {
  for (let b = 0; b < B; b++) oneRow(op.gate + <usize>b * op.gateStride, op.E, false);
}

export function topSoftmaxRows(op: TopSoftmax, B: i32): void {
  for (let b = 0; b < B; b++) {
    const gate = op.gate + <usize>b * op.gateStride;
    keepTop(gate, gate + (<usize>op.E << 2), op.k);
    oneRow(gate, op.E, true);
  }
}

function keepTop(gate: usize, end: usize, k: i32): void {
  for (let e = gate; e < end; e += 4) {
    const logit = load<f32>(e);
    let before = 0;
    for (let other = gate; other < e; other += 4) before += i32(load<f32>(other) >= logit);
    for (let other = e + 4; other < end; other += 4) before += i32(load<f32>(other) > logit);
    if (before >= k) store<f32>(e, -Infinity);
  }
}

// @ts-ignore: decorator
@inline function oneRow(gate: usize, E: i32, isTop: bool): void {
  const end = gate + (<usize>E << 2);
  let greatest = load<f32>(gate);
  for (let e = gate + 4; e < end; e += 4) {
    const logit = load<f32>(e);
    if (greatest < logit) greatest = logit;
  }
  for (let e = 0; e < E; e += 4) {
    const at = gate + (<usize>e << 2);
    const logits = v128.load(at);
    let weights = expOfNegative(f32x4.sub(logits, f32x4.splat(greatest)));
    if (isTop) weights = v128.and(weights, f32x4.ne(logits, f32x4.splat(-Infinity)));
    storeFour(at, weights, E - e);
  }
  let sum: f32 = 0;
  for (let e = gate; e < end; e += 4) sum += load<f32>(e);
  const scale = <f32>1 / sum;
  for (let e = gate; e < end; e += 4) store<f32>(e, load<f32>(e) * scale);
}

export function residualRows(op: Residual, B: i32): void {
  for (let b = 0; b < B; b++) {
    const gate = op.gate + <usize>b * op.gateStride;
    const shares = op.shares + <usize>b * op.sharesStride;
    for (let e = 0; e < op.E; e++) {
      const at = <usize>e << 2;
      store<f32>(shares + at, load<f32>(gate + at) + <f32>(e == op.own ? 1 : 0));
    }
  }
}
