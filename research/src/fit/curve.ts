// The closed form of moments.ts with its derivatives, for the fit of a generator's constants to label correlations.

/** What the labels' covariance depends on: frequencies per standard deviation of w.x, s_i = alpha_i c. */
export interface Shape {
  /** c. */
  readonly scale: number;
  /** s, [m]. */
  readonly s: ArrayLike<number>;
  /** Phases, [m]. */
  readonly beta: ArrayLike<number>;
}

/**
 * Cov(y1, y2) at correlation p, as `labelCovariance` has it, and into `slope` [1 + 2m] its derivatives by c, s and beta.
 * The sum over pairs of sines is symmetric: its derivative by s_i is twice that of the terms with i in the first place.
 */
export function covarianceWithSlope({ scale, s, beta }: Shape, p: number, slope: Float64Array): number {
  const m = s.length;
  let value = scale ** 2 * p;
  slope[0] = 2 * scale * p;
  for (let i = 0; i < m; i++) {
    const [si, bi] = [s[i], beta[i]];
    const weight = 2 * p * Math.exp(-(si ** 2) / 2);
    value += weight * scale * si * Math.cos(bi);
    slope[0] += weight * si * Math.cos(bi);
    let byS = weight * scale * (1 - si ** 2) * Math.cos(bi);
    let byBeta = -weight * scale * si * Math.sin(bi);
    for (let j = 0; j < m; j++) {
      const [sj, bj] = [s[j], beta[j]];
      const [squares, cross] = [si ** 2 + sj ** 2, 2 * p * si * sj];
      const near = Math.exp((cross - squares) / 2) / 2;
      const far = Math.exp(-(squares + cross) / 2) / 2;
      const apart = Math.exp(-squares / 2);
      const [alike, mirrored] = [near * Math.cos(bi - bj), far * Math.cos(bi + bj)];
      const means = apart * Math.sin(bi) * Math.sin(bj);
      value += alike - mirrored - means;
      byS += 2 * (alike * (p * sj - si) + mirrored * (p * sj + si) + means * si);
      byBeta += 2 * (far * Math.sin(bi + bj) - near * Math.sin(bi - bj) - apart * Math.cos(bi) * Math.sin(bj));
    }
    slope[1 + i] = byS;
    slope[1 + m + i] = byBeta;
  }
  return value;
}
