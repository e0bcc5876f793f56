// Matrices of float64, row-major.

/** Adds a [N, D] times b [D, U] to `out` [N, U]. Four columns of two rows at a time stay in registers. */
export function addProduct(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  [N, D, U]: readonly [number, number, number],
): void {
  const [evenRows, fours] = [N - (N % 2), U - (U % 4)];
  for (let u = 0; u < fours; u += 4) for (let n = 0; n < evenRows; n += 2) addTile(out, a, b, n, u, D, U);
  for (let n = 0; n < N; n++) {
    for (let u = n < evenRows ? fours : 0; u < U; u++) {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += a[n * D + d] * b[d * U + u];
      out[n * U + u] += sum;
    }
  }
}

/** Rows n and n + 1, columns u to u + 3. */
function addTile(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  n: number,
  u: number,
  D: number,
  U: number,
): void {
  let p0 = 0;
  let p1 = 0;
  let p2 = 0;
  let p3 = 0;
  let q0 = 0;
  let q1 = 0;
  let q2 = 0;
  let q3 = 0;
  const row = n * D;
  const next = row + D;
  for (let d = 0, w = u; d < D; d++, w += U) {
    const x = a[row + d];
    const y = a[next + d];
    const b0 = b[w];
    const b1 = b[w + 1];
    const b2 = b[w + 2];
    const b3 = b[w + 3];
    p0 += x * b0;
    p1 += x * b1;
    p2 += x * b2;
    p3 += x * b3;
    q0 += y * b0;
    q1 += y * b1;
    q2 += y * b2;
    q3 += y * b3;
  }
  const o = n * U + u;
  out[o] += p0;
  out[o + 1] += p1;
  out[o + 2] += p2;
  out[o + 3] += p3;
  const under = o + U;
  out[under] += q0;
  out[under + 1] += q1;
  out[under + 2] += q2;
  out[under + 3] += q3;
}

/** v [D] times b [D, U], [U]. */
export function leftProduct(v: Float64Array, b: Float64Array, U: number): Float64Array {
  const out = new Float64Array(U);
  for (let d = 0, at = 0; d < v.length; d++) {
    const factor = v[d];
    for (let u = 0; u < U; u++, at++) out[u] += factor * b[at];
  }
  return out;
}

/** [N, D] → [D, N]. */
export function transposed(a: Float64Array, N: number, D: number): Float64Array {
  const out = new Float64Array(N * D);
  for (let n = 0; n < N; n++) for (let d = 0; d < D; d++) out[d * N + n] = a[n * D + d];
  return out;
}

/** The sums of the columns of a [N, D], [D]. */
export function columnSums(a: Float64Array, D: number): Float64Array {
  const sums = new Float64Array(D);
  for (let i = 0; i < a.length; i++) sums[i % D] += a[i];
  return sums;
}

/** Adds `factor` times `values` to `to`. */
export function addTo(to: Float64Array, values: Float64Array, factor = 1): void {
  for (let i = 0; i < to.length; i++) to[i] += factor * values[i];
}

/** Squarings after which eigenvalues that are still not apart count as equal: they differ by less than 1e-12. */
const MOST_SQUARINGS = 45;

/**
 * The eigenvector [N] of the largest eigenvalue of a symmetric matrix [N, N] without negative ones, of any length. Each
 * squaring doubles how often the power method has multiplied, until the others' share of the trace is lost in rounding.
 * Zeros for a matrix of zeros.
 */
export function firstEigenvector(symmetric: Float64Array, N: number): Float64Array {
  if (trace(symmetric, N) === 0) return new Float64Array(N);
  let power = ofTraceOne(symmetric, N);
  for (let i = 0; i < MOST_SQUARINGS; i++) {
    const square = new Float64Array(N * N);
    addProduct(square, power, power, [N, N, N]);
    const isAlone = trace(square, N) > 1 - 1e-12;
    power = ofTraceOne(square, N);
    if (isAlone) break;
  }
  const lengths = Float64Array.from({ length: N }, (_, n) => power[n * (N + 1)]);
  const longest = lengths.indexOf(Math.max(...lengths));
  return power.slice(longest * N, (longest + 1) * N);
}

function ofTraceOne(a: Float64Array, N: number): Float64Array {
  const sum = trace(a, N);
  return a.map((value) => value / sum);
}

function trace(a: Float64Array, N: number): number {
  let sum = 0;
  for (let n = 0; n < N; n++) sum += a[n * (N + 1)];
  return sum;
}
