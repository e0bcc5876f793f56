import { GateGradient } from "./instructions";
import { LINE } from "../../rows/kernels/layout";

/** Through mix and softmax: with dg_e = dmix . expert_e, dlogit_e = g_e (dg_e - sum over j of g_j dg_j). */
export function gateGradient(op: GateGradient, P: i32): void {
  const whole = op.E & ~3;
  for (let p = 0; p < P; p++) {
    for (let e = 0; e < whole; e += 4) fourExperts(op, p, e);
    for (let e = whole; e < op.E; e++) oneExpert(op, p, e);
    const gate = op.gate + <usize>p * op.gateStride;
    const d = op.dLogits + <usize>p * op.dStride;
    throughSoftmax(gate, d, op.E);
    throughSoftmax(gate + 16, d + 16, op.E);
  }
}

/** dg of 4 experts for 8 rows: 8 sums while the units pass. */
function fourExperts(op: GateGradient, p: i32, e: i32): void {
  const at = <usize>p * op.expertStride;
  const experts = op.experts + (<usize>e << 2);
  let e0 = load<usize>(experts) + at;
  let e1 = load<usize>(experts, 4) + at;
  let e2 = load<usize>(experts, 8) + at;
  let e3 = load<usize>(experts, 12) + at;
  let mix = op.mix + <usize>p * op.mixStride;
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let h = 0; h < op.H; h++) {
    const ma = v128.load(mix);
    const mb = v128.load(mix, 16);
    a0 = f32x4.add(a0, f32x4.mul(ma, v128.load(e0)));
    b0 = f32x4.add(b0, f32x4.mul(mb, v128.load(e0, 16)));
    a1 = f32x4.add(a1, f32x4.mul(ma, v128.load(e1)));
    b1 = f32x4.add(b1, f32x4.mul(mb, v128.load(e1, 16)));
    a2 = f32x4.add(a2, f32x4.mul(ma, v128.load(e2)));
    b2 = f32x4.add(b2, f32x4.mul(mb, v128.load(e2, 16)));
    a3 = f32x4.add(a3, f32x4.mul(ma, v128.load(e3)));
    b3 = f32x4.add(b3, f32x4.mul(mb, v128.load(e3, 16)));
    mix += LINE;
    e0 += LINE;
    e1 += LINE;
    e2 += LINE;
    e3 += LINE;
  }
  const d = op.dLogits + <usize>p * op.dStride + <usize>e * LINE;
  v128.store(d, a0);
  v128.store(d, b0, 16);
  v128.store(d, a1, 32);
  v128.store(d, b1, 48);
  v128.store(d, a2, 64);
  v128.store(d, b2, 80);
  v128.store(d, a3, 96);
  v128.store(d, b3, 112);
}

/** dg of one expert for 8 rows, for the last E % 4. */
function oneExpert(op: GateGradient, p: i32, e: i32): void {
  const expert = load<usize>(op.experts + (<usize>e << 2)) + <usize>p * op.expertStride;
  const mix = op.mix + <usize>p * op.mixStride;
  let a = f32x4.splat(0), b = a;
  for (let h = 0; h < op.H; h++) {
    const at = <usize>h * LINE;
    a = f32x4.add(a, f32x4.mul(v128.load(mix + at), v128.load(expert + at)));
    b = f32x4.add(b, f32x4.mul(v128.load(mix + at, 16), v128.load(expert + at, 16)));
  }
  const d = op.dLogits + <usize>p * op.dStride + <usize>e * LINE;
  v128.store(d, a);
  v128.store(d, b, 16);
}

/** Four rows: dg in place to dlogits. */
function throughSoftmax(gate: usize, d: usize, E: i32): void {
  const length = <usize>E * LINE;
  let sum = f32x4.splat(0);
  for (let e: usize = 0; e < length; e += LINE) sum = f32x4.add(sum, f32x4.mul(v128.load(gate + e), v128.load(d + e)));
  for (let e: usize = 0; e < length; e += LINE)
    v128.store(d + e, f32x4.mul(v128.load(gate + e), f32x4.sub(v128.load(d + e), sum)));
}
