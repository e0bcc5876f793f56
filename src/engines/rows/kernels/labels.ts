// Section 3.2's labels of K tasks in float64, in the order of operations of src/data/task-set.ts.
import { LINE } from "./layout";
import { sine } from "./sine";

/** A generator of one cell's labels. Written by ../generator.ts; all but counts are float64. */
@unmanaged export class Generator {
  /** [K, D] task vectors. */
  vectors: usize;
  /** [m, 2] frequency and phase of each sine. */
  sines: usize;
  D: i32;
  m: i32;
  K: i32;
  noiseStd: f64;
  mean: f64;
  inverseStd: f64;
}

/** Labels [P][K][8] of P panels of rows `x`, with noise [P][K rounded up to 4][8]. */
export function panelLabels(g: Generator, x: usize, stride: usize, noise: usize, out: usize, P: i32): void {
  const pairs = g.K & ~1;
  const vector = <usize>g.D << 3;
  const noisePanel = <usize>((g.K + 3) & ~3) * LINE;
  for (let p = 0; p < P; p++) {
    let w = g.vectors;
    let z = noise;
    for (let k = 0; k < pairs; k += 2) {
      twoTasks(g, x, w, z, out);
      w += 2 * vector;
      z += 2 * LINE;
      out += 2 * LINE;
    }
    if (g.K & 1) {
      oneTask(g, x, w, z, out);
      out += LINE;
    }
    x += stride;
    noise += noisePanel;
  }
}

/**
 * Labels of 8 rows for the tasks of vectors `w1` and w2, which follows it: 8 sums in registers, two rows to a vector.
 */
function twoTasks(g: Generator, x: usize, w1: usize, noise: usize, out: usize): void {
  const D = g.D;
  const w2 = w1 + (<usize>D << 3);
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let d = 0; d < D; d++) {
    const s1 = v128.load_splat<f64>(w1 + (<usize>d << 3));
    const s2 = v128.load_splat<f64>(w2 + (<usize>d << 3));
    const at = x + <usize>d * LINE;
    const x0 = f64x2.promote_low_f32x4(v128.load64_zero(at));
    a0 = f64x2.add(a0, f64x2.mul(s1, x0));
    b0 = f64x2.add(b0, f64x2.mul(s2, x0));
    const x1 = f64x2.promote_low_f32x4(v128.load64_zero(at, 8));
    a1 = f64x2.add(a1, f64x2.mul(s1, x1));
    b1 = f64x2.add(b1, f64x2.mul(s2, x1));
    const x2 = f64x2.promote_low_f32x4(v128.load64_zero(at, 16));
    a2 = f64x2.add(a2, f64x2.mul(s1, x2));
    b2 = f64x2.add(b2, f64x2.mul(s2, x2));
    const x3 = f64x2.promote_low_f32x4(v128.load64_zero(at, 24));
    a3 = f64x2.add(a3, f64x2.mul(s1, x3));
    b3 = f64x2.add(b3, f64x2.mul(s2, x3));
  }
  eightRows(g, a0, a1, a2, a3, noise, out);
  eightRows(g, b0, b1, b2, b3, noise + LINE, out + LINE);
}

/** Labels of 8 rows for the task of vector `w`, the last of an odd number. */
function oneTask(g: Generator, x: usize, w: usize, noise: usize, out: usize): void {
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let d = 0; d < g.D; d++) {
    const s = v128.load_splat<f64>(w + (<usize>d << 3));
    const at = x + <usize>d * LINE;
    a0 = f64x2.add(a0, f64x2.mul(s, f64x2.promote_low_f32x4(v128.load64_zero(at))));
    a1 = f64x2.add(a1, f64x2.mul(s, f64x2.promote_low_f32x4(v128.load64_zero(at, 8))));
    a2 = f64x2.add(a2, f64x2.mul(s, f64x2.promote_low_f32x4(v128.load64_zero(at, 16))));
    a3 = f64x2.add(a3, f64x2.mul(s, f64x2.promote_low_f32x4(v128.load64_zero(at, 24))));
  }
  eightRows(g, a0, a1, a2, a3, noise, out);
}

export function eightRows(g: Generator, a0: v128, a1: v128, a2: v128, a3: v128, noise: usize, out: usize): void {
  twoRows(g, a0, noise, out);
  twoRows(g, a1, noise + 8, out + 8);
  twoRows(g, a2, noise + 16, out + 16);
  twoRows(g, a3, noise + 24, out + 24);
}

/** Equation 4 and the z-score for two rows of one task. */
function twoRows(g: Generator, projection: v128, noise: usize, out: usize): void {
  let y = projection;
  const end = g.sines + (<usize>g.m << 4);
  for (let i = g.sines; i < end; i += 16) {
    const angle = f64x2.add(f64x2.mul(v128.load_splat<f64>(i), projection), v128.load_splat<f64>(i, 8));
    y = f64x2.add(y, sine(angle));
  }
  const z = f64x2.promote_low_f32x4(v128.load64_zero(noise));
  const noisy = f64x2.add(y, f64x2.mul(f64x2.splat(g.noiseStd), z));
  const label = f64x2.mul(f64x2.sub(noisy, f64x2.splat(g.mean)), f64x2.splat(g.inverseStd));
  store<u64>(out, i64x2.extract_lane(f32x4.demote_f64x2_zero(label), 0));
}
