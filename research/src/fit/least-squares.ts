// Nonlinear least squares by Levenberg and Marquardt: Moré, "The Levenberg-Marquardt algorithm", 1978; here with the
// damping of Nielsen, "Damping parameter in Marquardt's method", 1999.

/** Writes the residuals r [N] at x [P], and their derivatives J [N, P], row-major. */
export type Residuals = (x: Float64Array, r: Float64Array, J: Float64Array) => void;

interface LeastSquares {
  readonly x: Float64Array;
  /** Sum of the squared residuals. */
  readonly squares: number;
}

/** Iterations; a step that fails counts. */
const MOST_STEPS = 300;
/** A step that gains a smaller share of the sum of squares is the last one: an even valley has no end. */
const LEAST_GAIN = 1e-7;
const FIRST_DAMPING = 1e-2;
const MOST_DAMPING = 1e12;

interface Point extends LeastSquares {
  readonly r: Float64Array;
  readonly J: Float64Array;
}

/**
 * The sum of squares of N residuals from `start` [P] downhill, to a point where it hardly falls any more. There may be
 * fewer residuals than parameters: the damping keeps each step short where the residuals do not tell.
 */
export function leastSquares(residuals: Residuals, N: number, start: Float64Array): LeastSquares {
  let here = pointAt(residuals, N, start);
  let damping = FIRST_DAMPING;
  let growth = 2;
  for (let step = 0; step < MOST_STEPS && damping < MOST_DAMPING; step++) {
    const { move, predicted } = dampedStep(here, damping);
    const there = pointAt(
      residuals,
      N,
      here.x.map((value, i) => value + move[i]),
    );
    const gain = here.squares - there.squares;
    if (!(gain > 0)) {
      damping *= growth;
      growth *= 2;
      continue;
    }
    damping *= Math.max(1 / 3, 1 - (2 * (gain / predicted) - 1) ** 3);
    growth = 2;
    const last = gain < LEAST_GAIN * here.squares;
    here = there;
    if (last) break;
  }
  return { x: here.x, squares: here.squares };
}

function pointAt(residuals: Residuals, N: number, x: Float64Array): Point {
  const [r, J] = [new Float64Array(N), new Float64Array(N * x.length)];
  residuals(x, r, J);
  return { x, r, J, squares: r.reduce((sum, value) => sum + value ** 2, 0) };
}

/** The step d of (JᵀJ + damping D) d = -Jᵀr, D the diagonal of JᵀJ, and the gain that the linear model predicts for it. */
function dampedStep({ x, r, J }: Point, damping: number): { move: Float64Array; predicted: number } {
  const P = x.length;
  const matrix = Array.from({ length: P }, () => new Float64Array(P)); // JᵀJ
  const slope = new Float64Array(P); // -Jᵀr
  for (const [n, residual] of r.entries()) {
    const row = J.subarray(n * P, (n + 1) * P);
    for (let i = 0; i < P; i++) {
      const own = row[i];
      slope[i] -= own * residual;
      const line = matrix[i] as Float64Array;
      for (let j = 0; j <= i; j++) line[j] += own * row[j];
    }
  }
  const added = matrix.map((line, i) => damping * (line[i] + 1e-12));
  for (const [i, line] of matrix.entries()) line[i] += added[i];
  const move = solved(matrix, slope);
  const predicted = move.reduce((sum, d, i) => sum + d * (added[i] * d + slope[i]), 0);
  return { move, predicted };
}

/** The solution of A x = b for a symmetric positive definite A [P, P], of which only the lower triangle is read (Cholesky). */
function solved(A: readonly Float64Array[], b: Float64Array): Float64Array {
  const P = b.length;
  const L = A.map((line) => Float64Array.from(line));
  const x = Float64Array.from(b);
  const at = (i: number, j: number) => (L[i] as Float64Array)[j];
  for (let i = 0; i < P; i++) {
    const line = L[i] as Float64Array;
    for (let j = 0; j <= i; j++) {
      let rest = at(i, j);
      for (let k = 0; k < j; k++) rest -= at(i, k) * at(j, k);
      line[j] = i === j ? Math.sqrt(Math.max(rest, Number.MIN_VALUE)) : rest / at(j, j);
    }
    let rest = x[i];
    for (let k = 0; k < i; k++) rest -= at(i, k) * x[k];
    x[i] = rest / at(i, i);
  }
  for (let i = P - 1; i >= 0; i--) {
    let rest = x[i];
    for (let k = i + 1; k < P; k++) rest -= at(k, i) * x[k];
    x[i] = rest / at(i, i);
  }
  return x;
}
