import { unreachable } from "../errors.ts";
import type { Key } from "../random/key.ts";
import { normals } from "../random/normal.ts";
import { uniforms } from "../random/philox.ts";

/** How a kernel's initial values are drawn. The paper does not say which; biases begin at 0. */
export type Initializer =
  | { readonly name: "glorot-uniform" } // U(-a, a), a² = 6 / (in + out)
  | { readonly name: "he-uniform" } // U(-a, a), a² = 6 / in
  | { readonly name: "truncated-normal"; readonly std: number }; // N(0, std²) redrawn beyond 2 std

const NAMES: Readonly<Record<Initializer["name"], true>> = {
  "glorot-uniform": true,
  "he-uniform": true,
  "truncated-normal": true,
};

export const INITIALIZER_NAMES = Object.keys(NAMES) as Initializer["name"][];

/** Initial values of one kernel [from, to]; the fan is this kernel's own, also if experts are stacked. */
export function initialKernel(initializer: Initializer, from: number, to: number, key: Key): Float32Array {
  const size = from * to;
  switch (initializer.name) {
    case "glorot-uniform":
      return symmetricUniform(key, size, Math.sqrt(6 / (from + to)));
    case "he-uniform":
      return symmetricUniform(key, size, Math.sqrt(6 / from));
    case "truncated-normal":
      return truncatedNormal(key, size).map((z) => z * initializer.std);
    default:
      return unreachable(initializer);
  }
}

/** Numbers from U(-limit, limit). */
export function symmetricUniform(key: Key, size: number, limit: number): Float32Array {
  return Float32Array.from(uniforms(key, size), (u) => limit * (2 * u - 1));
}

/**
 * Standard normals within 2 standard deviations: a value beyond is drawn again, in its own column, from the next row.
 */
function truncatedNormal(key: Key, size: number): Float32Array {
  const out = normals(key, size);
  for (let row = 1; out.some(isTail); row++) {
    const again = normals(key, size, row);
    out.forEach((z, i) => {
      if (isTail(z)) out[i] = again[i] as number;
    });
  }
  return out;
}

function isTail(z: number): boolean {
  return Math.abs(z) > 2;
}
