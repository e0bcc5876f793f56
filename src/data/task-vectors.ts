import type { Key } from "../random/key.ts";
import { normals } from "../random/normal.ts";
import type { GeneratorSettings } from "./settings.ts";

export interface TaskVectors {
  /** w1 = c u1, [D]. */
  readonly w1: Float64Array;
  /** w2 = c (p u1 + sqrt(1 - p²) u2), [D]. */
  readonly w2: Float64Array;
}

/** Section 3.2, steps 1 and 2: two orthonormal directions, mixed so that cos(w1, w2) = p exactly in p's float64. */
export function taskVectors({ inputs, scale }: GeneratorSettings, correlation: number, key: Key): TaskVectors {
  const [u1, u2] = orthonormalPair(inputs, key);
  const across = Math.sqrt(1 - correlation ** 2);
  return {
    w1: u1.map((value) => scale * value),
    w2: u1.map((value, d) => scale * (correlation * value + across * (u2[d] as number))),
  };
}

/** Two orthonormal vectors, [D] each, uniform over directions: Gram–Schmidt twice on normals. */
export function orthonormalPair(D: number, key: Key): [Float64Array, Float64Array] {
  if (D < 2) throw new RangeError(`orthonormalPair: D: expected at least 2, got ${D}`);
  const u1 = normalized(Float64Array.from(normals(key, D, 0)));
  let u2 = Float64Array.from(normals(key, D, 1));
  for (let pass = 0; pass < 2; pass++) {
    const overlap = dot(u1, u2);
    u2 = normalized(u2.map((value, d) => value - overlap * (u1[d] as number)));
  }
  return [u1, u2];
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
