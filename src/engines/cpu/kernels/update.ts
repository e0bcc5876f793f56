import { Update } from "./instructions";
import { eights, LINE, stripBytes } from "../../rows/kernels/layout";
import { Optimizer, step } from "./optimizer";
import { panelsToStrips } from "../../rows/kernels/transpose";

/** The weight gradient, a product over the rows, with the optimizer's step in its epilogue: no gradient is ever stored. */
export function update(op: Update, x: usize, weights: usize, P: i32, o: Optimizer): void {
  panelsToStrips(op.g, op.gStride, op.strips, op.N, P);
  const S = eights(op.N);
  const strip = stripBytes(op.D);
  let g = op.strips;
  for (let s = 0; s < S; s++) {
    const w = weights + op.w + <usize>s * strip;
    for (let d = 0; d < op.D; d += 4) fourInputs(x + <usize>d * LINE, op.xStride, g, w + <usize>d * LINE, P, o);
    if (op.trained) sumOfRows(g, weights + op.bias + <usize>s * LINE, op.trained + <usize>s * LINE, P, o);
    g += <usize>P * 8 * LINE;
  }
}

/**
 * 4 inputs x 8 outputs: 8 sums, 2 vectors of g, an input and a product, as in dense.ts. A row of a panel is 4 bytes
 * further on and an input 32, so one address serves all four inputs. Unrolled over the 8 rows, V8 hoists the loads,
 * spills, and falls to half.
 */
function fourInputs(x: usize, xStride: usize, g: usize, w: usize, P: i32, o: Optimizer): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const end = g + <usize>P * 8 * LINE;
  do {
    for (let row = 0; row < 8; row++) {
      const ga = v128.load(g);
      const gb = v128.load(g, 16);
      const x0 = v128.load_splat<f32>(x);
      a0 = f32x4.add(a0, f32x4.mul(ga, x0));
      b0 = f32x4.add(b0, f32x4.mul(gb, x0));
      const x1 = v128.load_splat<f32>(x, 32);
      a1 = f32x4.add(a1, f32x4.mul(ga, x1));
      b1 = f32x4.add(b1, f32x4.mul(gb, x1));
      const x2 = v128.load_splat<f32>(x, 64);
      a2 = f32x4.add(a2, f32x4.mul(ga, x2));
      b2 = f32x4.add(b2, f32x4.mul(gb, x2));
      const x3 = v128.load_splat<f32>(x, 96);
      a3 = f32x4.add(a3, f32x4.mul(ga, x3));
      b3 = f32x4.add(b3, f32x4.mul(gb, x3));
      g += LINE;
      x += 4;
    }
    x += xStride - 32;
  } while (g < end);
  step(o, w, a0, b0);
  step(o, w + 32, a1, b1);
  step(o, w + 64, a2, b2);
  step(o, w + 96, a3, b3);
}

/** A bias's gradient: the sums of 8 columns of g over the rows, 4 rows at a time to cover the latency. */
function sumOfRows(g: usize, bias: usize, trained: usize, P: i32, o: Optimizer): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const end = g + <usize>P * 8 * LINE;
  for (; g < end; g += 4 * LINE) {
    a0 = f32x4.add(a0, v128.load(g));
    b0 = f32x4.add(b0, v128.load(g, 16));
    a1 = f32x4.add(a1, v128.load(g, 32));
    b1 = f32x4.add(b1, v128.load(g, 48));
    a2 = f32x4.add(a2, v128.load(g, 64));
    b2 = f32x4.add(b2, v128.load(g, 80));
    a3 = f32x4.add(a3, v128.load(g, 96));
    b3 = f32x4.add(b3, v128.load(g, 112));
  }
  const a = f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3));
  const b = f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3));
  step(o, bias, f32x4.mul(a, v128.load(trained)), f32x4.mul(b, v128.load(trained, 16)));
}
