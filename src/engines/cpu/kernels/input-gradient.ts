import { InputGradient } from "./instructions";
import { LINE, stripBytes } from "../../rows/kernels/layout";

/** The product with the transposed weights, P panels of rows: 8 rows x 4 inputs at a time, as in dense.ts. */
export function inputGradient(op: InputGradient, weights: usize, P: i32): void {
  const whole = op.D & ~3;
  for (let p = 0; p < P; p++) {
    for (let d = 0; d < whole; d += 4) fourInputs(op, weights, p, d);
    for (let d = whole; d < op.D; d++) oneInput(op, weights, p, d);
  }
}

function fourInputs(op: InputGradient, weights: usize, p: i32, d: i32): void {
  const strip = stripBytes(op.D);
  let w = weights + op.w + <usize>d * LINE;
  let g = op.g + <usize>p * op.gStride;
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const end = g + <usize>op.N * LINE;
  while (g < end) {
    const endOfStrip = min(end, g + 8 * LINE);
    let s = w;
    do {
      const ga = v128.load(g);
      const gb = v128.load(g, 16);
      const w0 = v128.load_splat<f32>(s);
      a0 = f32x4.add(a0, f32x4.mul(ga, w0));
      b0 = f32x4.add(b0, f32x4.mul(gb, w0));
      const w1 = v128.load_splat<f32>(s, 32);
      a1 = f32x4.add(a1, f32x4.mul(ga, w1));
      b1 = f32x4.add(b1, f32x4.mul(gb, w1));
      const w2 = v128.load_splat<f32>(s, 64);
      a2 = f32x4.add(a2, f32x4.mul(ga, w2));
      b2 = f32x4.add(b2, f32x4.mul(gb, w2));
      const w3 = v128.load_splat<f32>(s, 96);
      a3 = f32x4.add(a3, f32x4.mul(ga, w3));
      b3 = f32x4.add(b3, f32x4.mul(gb, w3));
      g += LINE;
      s += 4;
    } while (g < endOfStrip);
    w += strip;
  }
  input(op, p, d, a0, b0);
  input(op, p, d + 1, a1, b1);
  input(op, p, d + 2, a2, b2);
  input(op, p, d + 3, a3, b3);
}

/** 8 rows x 1 input, for the last D % 4. */
function oneInput(op: InputGradient, weights: usize, p: i32, d: i32): void {
  const strip = stripBytes(op.D);
  const w = weights + op.w + <usize>d * LINE;
  const g = op.g + <usize>p * op.gStride;
  let a = f32x4.splat(0), b = a;
  for (let n = 0; n < op.N; n++) {
    const at = g + <usize>n * LINE;
    const s = v128.load_splat<f32>(w + <usize>(n >> 3) * strip + ((<usize>n & 7) << 2));
    a = f32x4.add(a, f32x4.mul(v128.load(at), s));
    b = f32x4.add(b, f32x4.mul(v128.load(at, 16), s));
  }
  input(op, p, d, a, b);
}

// @ts-ignore: decorator
@inline function input(op: InputGradient, p: i32, d: i32, a: v128, b: v128): void {
  const out = op.dx + <usize>p * op.dxStride + <usize>d * LINE;
  if (op.mask) {
    const mask = op.mask + <usize>p * op.maskStride + <usize>d * LINE;
    a = v128.and(a, f32x4.gt(v128.load(mask), f32x4.splat(0)));
    b = v128.and(b, f32x4.gt(v128.load(mask, 16), f32x4.splat(0)));
  }
  v128.store(out, a);
  v128.store(out, b, 16);
}
