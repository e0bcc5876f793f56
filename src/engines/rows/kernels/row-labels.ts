// Labels of rows one after the other, where labels.ts labels panels: 8 rows at a time, a task after the other.
import { eightRows, Generator } from "./labels";
import { LINE } from "./layout";
import { square } from "./transpose";

/** Four columns of 8 rows, a line each; noise and labels of 8 rows. */
const COLUMNS = memory.data(128, 16);
const NOISE = memory.data(32, 16);
const LABELS = memory.data(32, 16);

/** Labels [count][K] of rows `x` of `stride`, with noise [count][K rounded up to 4]. */
export function rowLabels(g: Generator, x: usize, stride: usize, noise: usize, out: usize, count: i32): void {
  const noiseRow = <usize>((g.K + 3) & ~3) << 2;
  const labelRow = <usize>g.K << 2;
  for (let i = 0; i < count; i += 8) {
    const rows = min(8, count - i);
    for (let k = 0; k < g.K; k++) {
      const at = <usize>k << 2;
      copyColumn(noise + at, noiseRow, NOISE, 4, rows);
      projectedLabels(g, g.vectors + <usize>(k * g.D) * 8, x, stride, rows);
      copyColumn(LABELS, 4, out + at, labelRow, rows);
    }
    x += 8 * stride;
    noise += 8 * noiseRow;
    out += 8 * labelRow;
  }
}

function copyColumn(from: usize, fromStride: usize, to: usize, toStride: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    store<f32>(to, load<f32>(from));
    from += fromStride;
    to += toStride;
  }
}

/** The labels of up to 8 rows for the task of vector `w`: 4 sums in registers, two rows to a vector, as in labels.ts. */
function projectedLabels(g: Generator, w: usize, x: usize, stride: usize, count: i32): void {
  const D = g.D;
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let d = 0; d < D; d += 4) {
    loadColumns(x + (<usize>d << 2), stride, count);
    const end = COLUMNS + <usize>min(4, D - d) * LINE;
    for (let at = COLUMNS; at < end; at += LINE) {
      const s = v128.load_splat<f64>(w);
      a0 = f64x2.add(a0, f64x2.mul(s, f64x2.promote_low_f32x4(v128.load64_zero(at))));
      a1 = f64x2.add(a1, f64x2.mul(s, f64x2.promote_low_f32x4(v128.load64_zero(at, 8))));
      a2 = f64x2.add(a2, f64x2.mul(s, f64x2.promote_low_f32x4(v128.load64_zero(at, 16))));
      a3 = f64x2.add(a3, f64x2.mul(s, f64x2.promote_low_f32x4(v128.load64_zero(at, 24))));
      w += 8;
    }
  }
  eightRows(g, a0, a1, a2, a3, NOISE, LABELS);
}

/** Four columns of `count` rows; where fewer than 8 are left, the last fills the lanes. */
// @ts-ignore: decorator
@inline function loadColumns(x: usize, stride: usize, count: i32): void {
  const last = x + <usize>(count - 1) * stride;
  fourRows(x, stride, last, COLUMNS);
  fourRows(x + 4 * stride, stride, last, COLUMNS + 16);
}

// @ts-ignore: decorator
@inline function fourRows(x: usize, stride: usize, last: usize, to: usize): void {
  square(min(x, last), min(x + stride, last), min(x + 2 * stride, last), min(x + 3 * stride, last), to, LINE);
}
