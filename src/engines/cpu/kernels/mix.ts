import { Mix } from "./instructions";
import { LINE } from "../../rows/kernels/layout";

/** A task's mix of experts: 8 rows x 4 units at a time, the sums in registers while the experts pass. */
export function mix(op: Mix, P: i32): void {
  const whole = op.H & ~3;
  for (let p = 0; p < P; p++) {
    for (let h = 0; h < whole; h += 4) fourUnits(op, p, h);
    for (let h = whole; h < op.H; h++) oneUnit(op, p, h);
  }
}

function fourUnits(op: Mix, p: i32, h: i32): void {
  const at = <usize>p * op.expertStride + <usize>h * LINE;
  let gate = op.gate + <usize>p * op.gateStride;
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let e = 0; e < op.E; e++) {
    const expert = load<usize>(op.experts + (<usize>e << 2)) + at;
    const ga = v128.load(gate);
    const gb = v128.load(gate, 16);
    a0 = f32x4.add(a0, f32x4.mul(ga, v128.load(expert)));
    b0 = f32x4.add(b0, f32x4.mul(gb, v128.load(expert, 16)));
    a1 = f32x4.add(a1, f32x4.mul(ga, v128.load(expert, 32)));
    b1 = f32x4.add(b1, f32x4.mul(gb, v128.load(expert, 48)));
    a2 = f32x4.add(a2, f32x4.mul(ga, v128.load(expert, 64)));
    b2 = f32x4.add(b2, f32x4.mul(gb, v128.load(expert, 80)));
    a3 = f32x4.add(a3, f32x4.mul(ga, v128.load(expert, 96)));
    b3 = f32x4.add(b3, f32x4.mul(gb, v128.load(expert, 112)));
    gate += LINE;
  }
  const out = op.out + <usize>p * op.outStride + <usize>h * LINE;
  v128.store(out, a0);
  v128.store(out, b0, 16);
  v128.store(out, a1, 32);
  v128.store(out, b1, 48);
  v128.store(out, a2, 64);
  v128.store(out, b2, 80);
  v128.store(out, a3, 96);
  v128.store(out, b3, 112);
}

/** 8 rows x 1 unit, for the last H % 4. */
function oneUnit(op: Mix, p: i32, h: i32): void {
  const at = <usize>p * op.expertStride + <usize>h * LINE;
  const gate = op.gate + <usize>p * op.gateStride;
  let a = f32x4.splat(0), b = a;
  for (let e = 0; e < op.E; e++) {
    const expert = load<usize>(op.experts + (<usize>e << 2)) + at;
    a = f32x4.add(a, f32x4.mul(v128.load(gate + <usize>e * LINE), v128.load(expert)));
    b = f32x4.add(b, f32x4.mul(v128.load(gate + <usize>e * LINE, 16), v128.load(expert, 16)));
  }
  const out = op.out + <usize>p * op.outStride + <usize>h * LINE;
  v128.store(out, a);
  v128.store(out, b, 16);
}
