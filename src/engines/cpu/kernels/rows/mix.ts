import { ExpertGradient, Mix } from "../instructions";
import { storeEight } from "./columns";

/** A task's mix of experts: 8 units at a time. */
export function mixRows(op: Mix, B: i32): void {
  const end = op.experts + (<usize>op.E << 2);
  for (let b = 0; b < B; b++) {
    const row = <usize>b * op.expertStride;
    for (let h = 0; h < op.H; h += 8) {
      const unit = <usize>h << 2;
      let gate = op.gate + <usize>b * op.gateStride;
      let sumA = f32x4.splat(0), sumB = sumA;
      for (let e = op.experts; e < end; e += 4) {
        const expert = load<usize>(e) + row + unit;
        const weight = v128.load_splat<f32>(gate);
        sumA = f32x4.add(sumA, f32x4.mul(weight, v128.load(expert)));
        sumB = f32x4.add(sumB, f32x4.mul(weight, v128.load(expert, 16)));
        gate += 4;
      }
      storeEight(op.out + <usize>b * op.outStride + unit, sumA, sumB, op.H - h);
    }
  }
}

/** An expert's gradient from every mix that it is in, with its ReLU. */
export function expertGradientRows(op: ExpertGradient, B: i32): void {
  const zero = f32x4.splat(0);
  const end = op.uses + (<usize>op.M << 3);
  for (let b = 0; b < B; b++) {
    const row = <usize>b * op.mixStride;
    const atGate = <usize>b * op.gateStride;
    for (let h = 0; h < op.H; h += 8) {
      const unit = <usize>h << 2;
      let sumA = zero, sumB = zero;
      for (let use = op.uses; use < end; use += 8) {
        const weight = v128.load_splat<f32>(load<usize>(use) + atGate);
        const mix = load<usize>(use, 4) + row + unit;
        sumA = f32x4.add(sumA, f32x4.mul(weight, v128.load(mix)));
        sumB = f32x4.add(sumB, f32x4.mul(weight, v128.load(mix, 16)));
      }
      const expert = op.expert + <usize>b * op.expertStride + unit;
      sumA = v128.and(sumA, f32x4.gt(v128.load(expert), zero));
      sumB = v128.and(sumB, f32x4.gt(v128.load(expert, 16), zero));
      storeEight(op.out + <usize>b * op.outStride + unit, sumA, sumB, op.H - h);
    }
  }
}
