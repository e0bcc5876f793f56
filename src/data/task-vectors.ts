import type { Key } from "../random/key.ts";
import { normals } from "../random/normal.ts";
import { type Matrix, mixtureOf } from "./correlation-matrix.ts";
import type { GeneratorSettings } from "./settings.ts";

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
      let mixed = (shares[0] as number) * (directions[0]?.[d] as number);
      for (let j = 1; j < shares.length; j++) mixed += (shares[j] as number) * (directions[j]?.[d] as number);
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
      rest = rest.map((value, d) => value - overlap * (other[d] as number));
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
  for (let d = 0; d < a.length; d++) sum += (a[d] as number) * (b[d] as number);
  return sum;
}
