import type { Key } from "../random/key.ts";
import { normals, normalsInto } from "../random/normal.ts";
import { type Matrix, mixtureOf } from "./correlation-matrix.ts";
import { type LabelForm, labelForm } from "./label-form.ts";
import { type GeneratorSettings, hasGaps, settingsOf } from "./settings.ts";
import { type DataIdentity, dataKey, type RowSet } from "./streams.ts";

/** Rows of K tasks: x [N, D], y [N, K], row-major. NaN stands for a label that a row does not have. */
export interface Rows {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Section 3.2's data for one run in one cell, for K tasks: every row is a function of its number. */
export class TaskSet {
  readonly settings: GeneratorSettings;
  /** w_1 ... w_K, [D] each. */
  readonly vectors: readonly Float64Array[];
  /** What makes the label of each task of its projection, [K]. */
  readonly forms: readonly LabelForm[];
  readonly #keys: Record<RowSet, { x: Key; noise: Key }>;

  /** `correlations` are the tasks', [K, K]. */
  constructor(settings: GeneratorSettings, correlations: Matrix, identity: DataIdentity) {
    this.settings = settings;
    this.vectors = taskVectors(settings, correlations, dataKey(identity, "task-vectors"));
    this.forms = this.vectors.map((_, k) => labelForm(settingsOf(settings, k)));
    const keys = (set: RowSet) => ({ x: dataKey(identity, `${set}/x`), noise: dataKey(identity, `${set}/noise`) });
    this.#keys = { train: keys("train"), heldout: keys("heldout") };
  }

  /** `count` rows of a set from number `first` on, at `step` (0 for a fixed set, the step itself for fresh rows). */
  rows(set: RowSet, count: number, step = 0, first = 0): Rows {
    const x = this.inputs(set, count, step, first);
    return { x, y: this.labels(set, x, step, first) };
  }

  /** x [N, D] of the rows from number `first` on; the same at every correlation. */
  inputs(set: RowSet, count: number, step = 0, first = 0): Float32Array {
    const D = this.settings.inputs;
    const x = new Float32Array(count * D);
    for (let n = 0; n < count; n++) normalsInto(x.subarray(n * D, (n + 1) * D), this.#keys[set].x, first + n, step);
    return x;
  }

  /** The labels [N, K] of the inputs x [N, D] of the rows from number `first` on. */
  labels(set: RowSet, x: Float32Array, step = 0, first = 0): Float32Array {
    const D = this.settings.inputs;
    const N = x.length / D;
    const K = this.vectors.length;
    const y = new Float32Array(N * K);
    const noise = new Float32Array(noiseColumns(this.settings, K));
    for (let n = 0; n < N; n++) {
      const inputs = x.subarray(n * D, (n + 1) * D);
      normalsInto(noise, this.#keys[set].noise, first + n, step);
      for (const [k, vector] of this.vectors.entries()) {
        y[n * K + k] = this.#isMissing(k, noise) ? Number.NaN : this.#label(k, dot(vector, inputs), noise[k]);
      }
    }
    return y;
  }

  /** NaN for each label that a row does not have, else 0: [N, K], of the rows from number `first` on. */
  gaps(set: RowSet, count: number, step = 0, first = 0): Float32Array {
    const K = this.vectors.length;
    const noise = new Float32Array(noiseColumns(this.settings, K));
    const gaps = new Float32Array(count * K);
    for (let n = 0; n < count; n++) {
      normalsInto(noise, this.#keys[set].noise, first + n, step);
      for (let k = 0; k < K; k++) if (this.#isMissing(k, noise)) gaps[n * K + k] = Number.NaN;
    }
    return gaps;
  }

  /** Whether a row with these normals lacks the label of task k. */
  #isMissing(k: number, noise: Float32Array): boolean {
    const K = this.vectors.length;
    return noise.length > K && noise[K + k] > this.forms[k].most;
  }

  /** What the label of task k is without its noise where its projection w.x is `projection`. */
  noiseless(projection: number, k = 0): number {
    return this.#label(k, projection, 0);
  }

  /** Equation 4 for task k, z-scored; `projection` is w_k.x. Every operation in float64, in this order. */
  #label(k: number, projection: number, noise: number): number {
    const { alpha, beta } = this.settings;
    const { noiseStd, mean, inverseStd, isBinary } = this.forms[k];
    let y = projection;
    for (let i = 0; i < alpha.length; i++) y += sine(alpha[i] * projection + beta[i]);
    const label = (y + noiseStd * noise - mean) * inverseStd;
    return isBinary ? Number(label > 0) : label;
  }
}

/** Normals of a row of K tasks: their noise and, where labels are missing, as many that say which. */
export function noiseColumns(settings: GeneratorSettings, K: number): number {
  return hasGaps(settings) ? 2 * K : K;
}

/**
 * Section 3.2, steps 1 and 2, for K tasks: orthonormal directions, mixed so that the cosines of the task vectors are
 * `correlations` [K, K] in float64. For two tasks w1 = c u1, w2 = c (p u1 + sqrt(1 - p²) u2). Returns K vectors, [D]
 * each.
 */
export function taskVectors(
  { inputs, scale }: GeneratorSettings,
  correlations: Matrix,
  key: Key,
): Float64Array<ArrayBuffer>[] {
  const directions = orthonormalVectors(correlations.length, inputs, key);
  return mixtureOf(correlations).map((shares) =>
    Float64Array.from({ length: inputs }, (_, d) => {
      let mixed = shares[0] * directions[0]?.[d];
      for (let j = 1; j < shares.length; j++) mixed += shares[j] * directions[j]?.[d];
      return scale * mixed;
    }),
  );
}

/** K orthonormal vectors, [D] each, uniform over directions: Gram–Schmidt twice on normals. */
export function orthonormalVectors(K: number, D: number, key: Key): Float64Array<ArrayBuffer>[] {
  if (D < K) throw new RangeError(`orthonormalVectors: D: expected at least ${K}, got ${D}`);
  const vectors: Float64Array<ArrayBuffer>[] = [];
  for (let k = 0; k < K; k++) vectors.push(across(vectors, Float64Array.from(normals(key, D, k))));
  return vectors;
}

/** The part of `vector` that is orthogonal to all `others`, scaled to length 1. */
function across(others: readonly Float64Array[], vector: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  if (others.length === 0) return normalized(vector);
  let rest = vector;
  for (let pass = 0; pass < 2; pass++) {
    for (const other of others) {
      const overlap = dot(other, rest);
      rest = rest.map((value, d) => value - overlap * other[d]);
    }
    rest = normalized(rest);
  }
  return rest;
}

function normalized(vector: Float64Array): Float64Array<ArrayBuffer> {
  const length = Math.sqrt(dot(vector, vector));
  return Float64Array.from(vector, (value) => value / length);
}

/** The inner product of two vectors of one length, summed in order. */
export function dot(a: Float64Array, b: Float64Array | Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d];
  return sum;
}

// sin in float64 that every engine can repeat bit for bit (a platform's own differs in the last bit from build to build).
// Absolute error below 2e-15 for |a| up to 1,000.

const PI_HIGH = 3.1415926218032837; // the first 25 bits of pi: exact times any quotient below 2^28
const PI_LOW = 3.178650954705639e-8;
const INVERSE_PI = 0.3183098861837907;

// (sin(r)/r - 1) / r² for |r| up to pi/2, a polynomial in r² (minimax).
const C0 = -0.1666666666666665;
const C1 = 0.008333333333325948;
const C2 = -0.0001984126983647592;
const C3 = 2.755731805682654e-6;
const C4 = -2.505197300667896e-8;
const C5 = 1.605097516582262e-10;
const C6 = -7.408092396864652e-13;

/** sin(a), a in radians. */
export function sine(a: number): number {
  const halfTurns = Math.floor(a * INVERSE_PI + 0.5);
  const r = a - halfTurns * PI_HIGH - halfTurns * PI_LOW;
  const v = r * r;
  const p = ((((((C6 * v + C5) * v + C4) * v + C3) * v + C2) * v + C1) * v + C0) * v;
  const value = r + r * p;
  return halfTurns % 2 === 0 ? value : -value;
}
