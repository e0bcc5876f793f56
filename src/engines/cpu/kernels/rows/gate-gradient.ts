import { GateGradient } from "../instructions";

/** Through mix and softmax, as ../gate-gradient.ts; a sum over the units of a row can't be split among lanes. */
export function gateGradientRows(op: GateGradient, B: i32): void {
  const fours = op.E & ~3;
  for (let b = 0; b < B; b++) {
    for (let e = 0; e < fours; e += 4) fourExperts(op, b, e);
    for (let e = fours; e < op.E; e++) oneExpert(op, b, e);
    throughSoftmax(op.gate + <usize>b * op.gateStride, op.dLogits + <usize>b * op.dStride, op.E);
  }
}

function fourExperts(op: GateGradient, b: i32, e: i32): void {
  const at = <usize>b * op.expertStride;
  const experts = op.experts + (<usize>e << 2);
  const e0 = load<usize>(experts) + at;
  const e1 = load<usize>(experts, 4) + at;
  const e2 = load<usize>(experts, 8) + at;
  const e3 = load<usize>(experts, 12) + at;
  const mix = op.mix + <usize>b * op.mixStride;
  let a0: f32 = 0, a1: f32 = 0, a2: f32 = 0, a3: f32 = 0;
  const end = <usize>op.H << 2;
  for (let h: usize = 0; h < end; h += 4) {
    const m = load<f32>(mix + h);
    a0 += m * load<f32>(e0 + h);
    a1 += m * load<f32>(e1 + h);
    a2 += m * load<f32>(e2 + h);
    a3 += m * load<f32>(e3 + h);
  }
  const d = op.dLogits + <usize>b * op.dStride + (<usize>e << 2);
  store<f32>(d, a0);
  store<f32>(d, a1, 4);
  store<f32>(d, a2, 8);
  store<f32>(d, a3, 12);
}

function oneExpert(op: GateGradient, b: i32, e: i32): void {
  const expert = load<usize>(op.experts + (<usize>e << 2)) + <usize>b * op.expertStride;
  const mix = op.mix + <usize>b * op.mixStride;
  let sum: f32 = 0;
  const end = <usize>op.H << 2;
  for (let h: usize = 0; h < end; h += 4) sum += load<f32>(mix + h) * load<f32>(expert + h);
  store<f32>(op.dLogits + <usize>b * op.dStride + (<usize>e << 2), sum);
}

/** A row: dg in place to dlogits. */
function throughSoftmax(gate: usize, d: usize, E: i32): void {
  const end = <usize>E << 2;
  let sum: f32 = 0;
  for (let e: usize = 0; e < end; e += 4) sum += load<f32>(gate + e) * load<f32>(d + e);
  for (let e: usize = 0; e < end; e += 4) store<f32>(d + e, load<f32>(gate + e) * (load<f32>(d + e) - sum));
}
