import { unreachable } from "../errors.ts";
import type { Key } from "../random/key.ts";
import { normalsInto } from "../random/normal.ts";
import { uniforms } from "../random/philox.ts";

/**
 * How a kernel's initial values are drawn. The paper does not say which; biases start at 0.
 *
 * "A truncated normal of variance 1 / in" has two meanings, since a normal redrawn beyond 2 of its standard deviations
 * keeps .774 of its variance. `fan-in-normal` has the variance before it is cut, as TensorFlow's tutorials of 2016 to
 * 2018 wrote it (`truncated_normal(shape, stddev=1 / sqrt(in))`), so its weights have variance .774 / in.
 * `lecun-normal` is Keras', widened so that the weights have variance 1 / in.
 *
 * The fans of a kernel are its own, except with `stacked-glorot-uniform`. There the experts of a level are one tensor
 * [in, out, E], for which TensorFlow takes the fans in·out and in·E. Their weights are then much smaller.
 */
export type Initializer =
  | { readonly name: "glorot-uniform" } // U(-a, a), a² = 6 / (in + out)
  | { readonly name: "stacked-glorot-uniform" } // the same, but a² = 6 / (in · (out + E)) for E > 1 experts
  | { readonly name: "he-uniform" } // U(-a, a), a² = 6 / in
  | { readonly name: "lecun-uniform" } // U(-a, a), a² = 3 / in: variance 1 / in
  | { readonly name: "lecun-normal" } // as fan-in-normal, times 1 / TRUNCATED_STD: variance 1 / in
  | { readonly name: "fan-in-normal" } // N(0, 1 / in) redrawn beyond 2 / sqrt(in)
  | { readonly name: "truncated-normal"; readonly std: number }; // N(0, std²) redrawn beyond 2 std

const NAMES: Readonly<Record<Initializer["name"], true>> = {
  "glorot-uniform": true,
  "stacked-glorot-uniform": true,
  "he-uniform": true,
  "lecun-uniform": true,
  "lecun-normal": true,
  "fan-in-normal": true,
  "truncated-normal": true,
};

/** Standard deviation of a standard normal cut at 2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)). */
const TRUNCATED_STD = 0.8796256610342398;

export const INITIALIZER_NAMES = Object.keys(NAMES) as Initializer["name"][];

/** Initial values of one kernel [from, to], which may be one of `experts` kernels of this shape that form one tensor. */
export function initialKernel(initializer: Initializer, from: number, to: number, key: Key, experts = 1): Float32Array {
  const size = from * to;
  switch (initializer.name) {
    case "glorot-uniform":
      return symmetricUniform(key, size, Math.sqrt(6 / (from + to)));
    case "stacked-glorot-uniform": {
      const fans = experts === 1 ? from + to : from * (to + experts);
      return symmetricUniform(key, size, Math.sqrt(6 / fans));
    }
    case "he-uniform":
      return symmetricUniform(key, size, Math.sqrt(6 / from));
    case "lecun-uniform":
      return symmetricUniform(key, size, Math.sqrt(3 / from));
    case "lecun-normal":
      return truncatedNormal(key, size, 1 / (TRUNCATED_STD * Math.sqrt(from)));
    case "fan-in-normal":
      return truncatedNormal(key, size, 1 / Math.sqrt(from));
    case "truncated-normal":
      return truncatedNormal(key, size, initializer.std);
    default:
      return unreachable(initializer);
  }
}

/**
 * Initial vectors of an embedding into `out` [rows, size], all but the last, which stays 0: N(0, std²) redrawn beyond 2 `std`, by
 * default 1 / sqrt(size), as of TensorFlow's `embedding_column`, whatever the initializer of kernels.
 */
export function initialTableInto(out: Float32Array, size: number, key: Key, std = 1 / Math.sqrt(size)): void {
  truncatedNormalInto(out.subarray(0, out.length - size), key, std);
}

/** Factors of plain inputs: N(0, std²) redrawn beyond 2 `std`, by default libFM's .1. */
export function initialFactors(size: number, key: Key, std = 0.1): Float32Array {
  return truncatedNormal(key, size, std);
}

/** Numbers from U(-limit, limit). */
export function symmetricUniform(key: Key, size: number, limit: number): Float32Array {
  return new Float32Array(uniforms(key, size).map((u) => limit * (2 * u - 1)));
}

function truncatedNormal(key: Key, size: number, std: number): Float32Array {
  const out = new Float32Array(size);
  truncatedNormalInto(out, key, std);
  return out;
}

/**
 * `std` times standard normals within 2 standard deviations: a value beyond is drawn again, in its own column, from the
 * next row.
 */
function truncatedNormalInto(out: Float32Array, key: Key, std: number): void {
  normalsInto(out, key);
  const again = new Float32Array(4);
  for (let i = 0; i < out.length; i++) {
    for (let row = 1; Math.abs(out[i]) > 2; row++) {
      normalsInto(again, key, row, 0, i - (i % 4));
      out[i] = again[i % 4];
    }
    out[i] *= std;
  }
}
