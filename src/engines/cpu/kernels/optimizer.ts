/** How a run is optimized; ../member.ts writes it, train.ts updates the two float32 before each step. */
@unmanaged export class Optimizer {
  /** 0 for sgd, 1 for adam. */
  kind: i32;
  /** Bytes from a weight to its first moment, and from there to its second. */
  moments: i32;
  /** sgd: lr. adam: lr sqrt(1 - beta2^t) / (1 - beta1^t). */
  rate: f32;
  /** epsilon sqrt(1 - beta2^t). */
  epsilon: f32;
  lr: f64;
  /** beta1^t, beta2^t. */
  power1: f64;
  power2: f64;
}

export const BETA1: f64 = 0.9;
export const BETA2: f64 = 0.999;
export const EPSILON: f64 = 1e-8;

/**
 * Added to every gradient: far below what moves a weight (epsilon is 1e-8) or changes the bits of a gradient that
 * counts. Without it the moments of a dead unit or a shut gate sink among the subnormal numbers, where each operation
 * costs a hundred times as much; with it they stay near 1e-16 and 1e-32.
 */
// @ts-ignore: decorator
@inline const TINY: f32 = 1e-16;

/** Updates the fields that depend on the step's number. */
export function beginStep(o: Optimizer): void {
  o.power1 *= BETA1;
  o.power2 *= BETA2;
  const root = sqrt<f64>(1 - o.power2);
  o.rate = <f32>(o.kind ? (o.lr * root) / (1 - o.power1) : o.lr);
  o.epsilon = <f32>(EPSILON * root);
}

/** Four weights at `w` take one step by their gradient; m̂ / (sqrt(v̂) + epsilon) with both corrections in the rate. */
// @ts-ignore: decorator
@inline function adam(o: Optimizer, w: usize, gradient: v128): void {
  const g = f32x4.add(gradient, f32x4.splat(TINY));
  const at1 = w + o.moments;
  const at2 = at1 + o.moments;
  const m = f32x4.add(f32x4.mul(f32x4.splat(<f32>BETA1), v128.load(at1)), f32x4.mul(f32x4.splat(<f32>(1 - BETA1)), g));
  const square = f32x4.mul(f32x4.mul(f32x4.splat(<f32>(1 - BETA2)), g), g);
  const v = f32x4.add(f32x4.mul(f32x4.splat(<f32>BETA2), v128.load(at2)), square);
  v128.store(at1, m);
  v128.store(at2, v);
  const down = f32x4.add(f32x4.sqrt(v), v128.load_splat<f32>(changetype<usize>(o), offsetof<Optimizer>("epsilon")));
  const rate = v128.load_splat<f32>(changetype<usize>(o), offsetof<Optimizer>("rate"));
  v128.store(w, f32x4.sub(v128.load(w), f32x4.div(f32x4.mul(rate, m), down)));
}

// @ts-ignore: decorator
@inline function sgd(o: Optimizer, w: usize, gradient: v128): void {
  const rate = v128.load_splat<f32>(changetype<usize>(o), offsetof<Optimizer>("rate"));
  v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(rate, gradient)));
}

/** Eight weights at `w` take one step by their gradient. */
// @ts-ignore: decorator
@inline export function step(o: Optimizer, w: usize, a: v128, b: v128): void {
  if (o.kind) {
    adam(o, w, a);
    adam(o, w + 16, b);
  } else {
    sgd(o, w, a);
    sgd(o, w + 16, b);
  }
}
