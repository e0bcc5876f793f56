import { total } from "../loss";

/** A task's losses, every fourth row in one sum. */
const SUMS = memory.data(16, 16);

/**
 * As panelLosses of ../loss.ts. predictions and gradient (0 for none) [B][K] of `stride`, labels [B][K], sums float64
 * [K].
 */
export function rowLosses(
  predictions: usize, gradient: usize, stride: usize, labels: usize, sums: usize, K: i32, B: i32, delta: f32,
): void {
  const isHuber = delta < Infinity;
  const scale = <f32>(isHuber ? 1 : 2) / <f32>B;
  for (let k = 0; k < K; k++) {
    let at = <usize>k << 2;
    let label = labels + at;
    v128.store(SUMS, f32x4.splat(0));
    for (let b = 0; b < B; b++) {
      const error = load<f32>(predictions + at) - load<f32>(label);
      const sum = SUMS + (<usize>(b & 3) << 2);
      let slope = error;
      if (isHuber) {
        if (slope < -delta) slope = -delta;
        if (slope > delta) slope = delta;
        store<f32>(sum, load<f32>(sum) + slope * (error - <f32>0.5 * slope));
      } else {
        store<f32>(sum, load<f32>(sum) + error * error);
      }
      if (gradient) store<f32>(gradient + at, slope * scale);
      at += stride;
      label += <usize>K << 2;
    }
    const squares = sums + (<usize>k << 3);
    store<f64>(squares, load<f64>(squares) + total(v128.load(SUMS)));
  }
}
