/** Correlations of K tasks, [K, K]: symmetric, with 1 on the diagonal. */
export type Matrix = readonly (readonly number[])[];

/** Largest error of a sum over K tasks in float64. */
const ROUNDING = 1e-12;

/**
 * The correlations of `tasks` tasks in a cell of correlation `p`, [K, K]: p times the element of `pattern` for every
 * pair. Without a pattern every pair has p itself, which K tasks can have from -1/(K-1) to 1. Throws RangeError for a
 * pattern that is not a correlation matrix of K tasks, and for correlations that K vectors can't have.
 */
export function correlationMatrix(tasks: number, p: number, pattern: Matrix | null = null): Matrix {
  if (pattern !== null) checkPattern(pattern, tasks);
  const matrix = square(tasks, (j, k) => (j === k ? 1 : p * (pattern?.[j]?.[k] ?? 1)));
  if (!isCorrelationMatrix(matrix)) throw new RangeError(impossible(tasks, p, pattern));
  return matrix;
}

/** Pairs of K tasks by their places, in order: [0, 1], [0, 2], ..., [1, 2], ... */
export function pairsOf(tasks: number): [number, number][] {
  return Array.from({ length: tasks }, (_, j) => j).flatMap((j) =>
    Array.from({ length: tasks - j - 1 }, (_, i): [number, number] => [j, j + 1 + i]),
  );
}

/**
 * The lower triangle L with L Lᵀ = `matrix` (Cholesky), which makes tasks of independent directions. A task that is a
 * mixture of those before it has 0 on the diagonal. Throws RangeError for a matrix that is not positive semi-definite.
 */
export function mixtureOf(matrix: Matrix): number[][] {
  const rows: number[][] = [];
  for (const [k, correlations] of matrix.entries()) {
    const row: number[] = [];
    for (const [j, { [j]: pivot }] of rows.entries()) row.push(share(correlations[j], row, rows[j], pivot));
    const left = row.reduce((rest, value) => rest - value ** 2, correlations[k]);
    if (!(left >= -ROUNDING)) throw new RangeError("mixtureOf: expected a positive semi-definite matrix");
    rows.push([...row, Math.sqrt(Math.max(left, 0))]);
  }
  return rows;
}

/** How much of an earlier task's direction a task has, which is correlated with it by `correlation`. */
function share(correlation: number, row: readonly number[], other: readonly number[] = [], pivot = 0): number {
  const rest = row.reduce((sum, value, i) => sum - value * other[i], correlation);
  if (pivot > 0) return rest / pivot;
  if (Math.abs(rest) > Math.sqrt(ROUNDING)) throw new RangeError("mixtureOf: expected a positive semi-definite matrix");
  return 0;
}

function isCorrelationMatrix(matrix: Matrix): boolean {
  try {
    mixtureOf(matrix);
    return true;
  } catch {
    return false;
  }
}

function impossible(tasks: number, p: number, pattern: Matrix | null): string {
  if (pattern !== null) return `correlation ${p} of the given matrix: no ${tasks} tasks have these correlations`;
  const least = Number((-1 / (tasks - 1)).toPrecision(3));
  return `correlation: expected from ${least} to 1 for ${tasks} tasks that share it, got ${p}`;
}

function checkPattern(pattern: Matrix, tasks: number): void {
  if (pattern.length !== tasks || pattern.some(({ length }) => length !== tasks)) {
    const got = `${pattern.length} x ${pattern[0]?.length ?? 0}`;
    throw new RangeError(`expected ${tasks} x ${tasks} correlations, one row a task, got ${got}`);
  }
  for (const [j, row] of pattern.entries()) {
    for (const [k, value] of row.entries()) {
      const at = `[${j}][${k}]`;
      if (j === k && value !== 1) throw new RangeError(`${at}: expected 1, a task with itself, got ${value}`);
      if (!(Math.abs(value) <= 1)) throw new RangeError(`${at}: expected a number from -1 to 1, got ${value}`);
      const mirrored = pattern[k]?.[j];
      if (value !== mirrored) throw new RangeError(`${at}: expected ${mirrored}, as in [${k}][${j}], got ${value}`);
    }
  }
}

function square(size: number, element: (j: number, k: number) => number): number[][] {
  return Array.from({ length: size }, (_, j) => Array.from({ length: size }, (_, k) => element(j, k)));
}
