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

/** m, four first moments at `at`, after a gradient: beta1 m + (1 - beta1) g. */
// @ts-ignore: decorator
@inline function firstMoments(at: usize, g: v128, keep: v128, take: v128): v128 {
  return f32x4.add(f32x4.mul(keep, v128.load(at)), f32x4.mul(take, g));
}

/** v, four second moments at `at`, after a gradient: beta2 v + (1 - beta2) g². */
// @ts-ignore: decorator
@inline function secondMoments(at: usize, g: v128, keep: v128, take: v128): v128 {
  const square = f32x4.mul(f32x4.mul(take, g), g);
  return f32x4.add(f32x4.mul(keep, v128.load(at)), square);
}

/** Moves four weights at `w`: m̂ / (sqrt(v̂) + epsilon), with both corrections in the rate. */
// @ts-ignore: decorator
@inline function move(w: usize, m: v128, v: v128, rate: v128, epsilon: v128): void {
  const down = f32x4.add(f32x4.sqrt(v), epsilon);
  v128.store(w, f32x4.sub(v128.load(w), f32x4.div(f32x4.mul(rate, m), down)));
}

// @ts-ignore: decorator
@inline export function rateOf(o: Optimizer): v128 {
  return v128.load_splat<f32>(changetype<usize>(o), offsetof<Optimizer>("rate"));
}

// @ts-ignore: decorator
@inline export function epsilonOf(o: Optimizer): v128 {
  return v128.load_splat<f32>(changetype<usize>(o), offsetof<Optimizer>("epsilon"));
}

/** Four weights at `w` take one step by their gradient. */
// @ts-ignore: decorator
@inline function adam(o: Optimizer, w: usize, gradient: v128): void {
  const g = f32x4.add(gradient, f32x4.splat(TINY));
  const at1 = w + o.moments;
  const at2 = at1 + o.moments;
  const m = firstMoments(at1, g, f32x4.splat(<f32>BETA1), f32x4.splat(<f32>(1 - BETA1)));
  const v = secondMoments(at2, g, f32x4.splat(<f32>BETA2), f32x4.splat(<f32>(1 - BETA2)));
  v128.store(at1, m);
  v128.store(at2, v);
  move(w, m, v, rateOf(o), epsilonOf(o));
}

/** BETA1, 1 - BETA1, BETA2, 1 - BETA2 and TINY. */
const C = memory.data<f32>([<f32>BETA1, <f32>(1 - BETA1), <f32>BETA2, <f32>(1 - BETA2), TINY], 16);

/** What adamOf takes, for loops that keep it in registers: V8 rebuilds a constant vector at each use, but no loaded one. */
// @ts-ignore: decorator
@inline export function adamConstant(i: usize): v128 {
  return v128.load_splat<f32>(C + 4 * i);
}

/** The same step with all constants given; the moments are at `at1` and `at2`. */
// @ts-ignore: decorator
@inline export function adamOf(
  w: usize, at1: usize, at2: usize, gradient: v128,
  keep1: v128, take1: v128, keep2: v128, take2: v128, tiny: v128, rate: v128, epsilon: v128,
): void {
  const g = f32x4.add(gradient, tiny);
  const m = firstMoments(at1, g, keep1, take1);
  const v = secondMoments(at2, g, keep2, take2);
  v128.store(at1, m);
  v128.store(at2, v);
  move(w, m, v, rate, epsilon);
}

// @ts-ignore: decorator
@inline export function sgd(w: usize, gradient: v128, rate: v128): void {
  v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(rate, gradient)));
}

/** Eight weights at `w` take one step by their gradient. */
// @ts-ignore: decorator
@inline export function step(o: Optimizer, w: usize, a: v128, b: v128): void {
  if (o.kind) {
    adam(o, w, a);
    adam(o, w + 16, b);
  } else {
    sgd(w, a, rateOf(o));
    sgd(w + 16, b, rateOf(o));
  }
}
