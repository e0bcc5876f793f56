import { ExpertGradient } from "./instructions";
import { LINE } from "../../rows/kernels/layout";

/** An expert's gradient from every mix that it is in, with its ReLU: 8 rows x 4 units at a time. */
export function expertGradient(op: ExpertGradient, P: i32): void {
  const whole = op.H & ~3;
  for (let p = 0; p < P; p++) {
    for (let h = 0; h < whole; h += 4) fourUnits(op, p, h);
    for (let h = whole; h < op.H; h++) oneUnit(op, p, h);
  }
}

function fourUnits(op: ExpertGradient, p: i32, h: i32): void {
  const at = <usize>p * op.mixStride + <usize>h * LINE;
  const atGate = <usize>p * op.gateStride;
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let m = 0; m < op.M; m++) {
    const gate = load<usize>(op.uses + (<usize>m << 3)) + atGate;
    const mix = load<usize>(op.uses + (<usize>m << 3), 4) + at;
    const ga = v128.load(gate);
    const gb = v128.load(gate, 16);
    a0 = f32x4.add(a0, f32x4.mul(ga, v128.load(mix)));
    b0 = f32x4.add(b0, f32x4.mul(gb, v128.load(mix, 16)));
    a1 = f32x4.add(a1, f32x4.mul(ga, v128.load(mix, 32)));
    b1 = f32x4.add(b1, f32x4.mul(gb, v128.load(mix, 48)));
    a2 = f32x4.add(a2, f32x4.mul(ga, v128.load(mix, 64)));
    b2 = f32x4.add(b2, f32x4.mul(gb, v128.load(mix, 80)));
    a3 = f32x4.add(a3, f32x4.mul(ga, v128.load(mix, 96)));
    b3 = f32x4.add(b3, f32x4.mul(gb, v128.load(mix, 112)));
  }
  const expert = op.expert + <usize>p * op.expertStride + <usize>h * LINE;
  const out = op.out + <usize>p * op.outStride + <usize>h * LINE;
  unit(out, expert, a0, b0);
  unit(out + 32, expert + 32, a1, b1);
  unit(out + 64, expert + 64, a2, b2);
  unit(out + 96, expert + 96, a3, b3);
}

/** 8 rows x 1 unit, for the last H % 4. */
function oneUnit(op: ExpertGradient, p: i32, h: i32): void {
  const at = <usize>p * op.mixStride + <usize>h * LINE;
  const atGate = <usize>p * op.gateStride;
  let a = f32x4.splat(0), b = a;
  for (let m = 0; m < op.M; m++) {
    const gate = load<usize>(op.uses + (<usize>m << 3)) + atGate;
    const mix = load<usize>(op.uses + (<usize>m << 3), 4) + at;
    a = f32x4.add(a, f32x4.mul(v128.load(gate), v128.load(mix)));
    b = f32x4.add(b, f32x4.mul(v128.load(gate, 16), v128.load(mix, 16)));
  }
  const expert = op.expert + <usize>p * op.expertStride + <usize>h * LINE;
  unit(op.out + <usize>p * op.outStride + <usize>h * LINE, expert, a, b);
}

// @ts-ignore: decorator
@inline function unit(out: usize, expert: usize, a: v128, b: v128): void {
  v128.store(out, v128.and(a, f32x4.gt(v128.load(expert), f32x4.splat(0))));
  v128.store(out, v128.and(b, f32x4.gt(v128.load(expert, 16), f32x4.splat(0))), 16);
}
