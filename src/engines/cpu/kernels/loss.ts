import { LINE } from "../../rows/kernels/layout";

/**
 * Adds the losses of task k over the first B rows to sums[k], and with `gradient` not 0 stores that of the objective, 0
 * in the rows that fill up its last vector; a vector behind it stays as it is, 0. The loss of an error e is e² or, with a
 * finite `delta`, Huber's: e² / 2 up to delta and delta (|e| - delta / 2) beyond. predictions and gradient [P][K][8] of
 * `stride`, labels [P][K][8], sums float64 [K].
 */
export function addLosses(
  predictions: usize, gradient: usize, stride: usize, labels: usize, sums: usize, K: i32, B: i32, delta: f32,
): void {
  const isHuber = delta < Infinity;
  const scale = f32x4.splat((isHuber ? 1 : 2) / <f32>B);
  for (let k = 0; k < K; k++) {
    let sum = f32x4.splat(0);
    for (let b = 0; b < B; b += 4) {
      const half = (<usize>b & 4) << 2;
      const at = <usize>(b >> 3) * stride + <usize>k * LINE + half;
      const label = labels + (<usize>(b >> 3) * <usize>K + <usize>k) * LINE + half;
      const isRow = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(B - b));
      const error = v128.and(f32x4.sub(v128.load(predictions + at), v128.load(label)), isRow);
      let slope = error;
      if (isHuber) {
        slope = f32x4.pmin(f32x4.pmax(error, f32x4.splat(-delta)), f32x4.splat(delta)); // NaN stays
        sum = f32x4.add(sum, f32x4.mul(slope, f32x4.sub(error, f32x4.mul(f32x4.splat(0.5), slope))));
      } else {
        sum = f32x4.add(sum, f32x4.mul(error, error));
      }
      if (gradient) v128.store(gradient + at, f32x4.mul(slope, scale));
    }
    store<f64>(sums + (<usize>k << 3), load<f64>(sums + (<usize>k << 3)) + total(sum));
  }
}

// @ts-ignore: decorator
@inline function total(sum: v128): f64 {
  const low = <f64>f32x4.extract_lane(sum, 0) + <f64>f32x4.extract_lane(sum, 1);
  return low + (<f64>f32x4.extract_lane(sum, 2) + <f64>f32x4.extract_lane(sum, 3));
}
