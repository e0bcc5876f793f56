import { expOfNegative } from "../exp";
import { Softmax } from "../instructions";
import { storeFour } from "./columns";

/** A gate's weights, in the order of operations of ../softmax.ts. */
export function softmaxRows(op: Softmax, B: i32): void {
  for (let b = 0; b < B; b++) oneRow(op.gate + <usize>b * op.gateStride, op.E);
}

function oneRow(gate: usize, E: i32): void {
  const end = gate + (<usize>E << 2);
  let greatest = load<f32>(gate);
  for (let e = gate + 4; e < end; e += 4) {
    const logit = load<f32>(e);
    if (greatest < logit) greatest = logit;
  }
  for (let e = 0; e < E; e += 4) {
    const at = gate + (<usize>e << 2);
    storeFour(at, expOfNegative(f32x4.sub(v128.load(at), f32x4.splat(greatest))), E - e);
  }
  let sum: f32 = 0;
  for (let e = gate; e < end; e += 4) sum += load<f32>(e);
  const scale = <f32>1 / sum;
  for (let e = gate; e < end; e += 4) store<f32>(e, load<f32>(e) * scale);
}
