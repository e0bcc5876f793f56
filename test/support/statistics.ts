/** Kolmogorov–Smirnov statistic times sqrt(n): beyond 1.95 once in 1,000 samples of `cdf`. */
export function kolmogorovSmirnov(sample: ArrayLike<number>, cdf: (value: number) => number): number {
  const sorted = Float64Array.from(sample).sort();
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((value, i) => {
    const expected = cdf(value);
    distance = Math.max(distance, Math.abs(expected - i / n), Math.abs(expected - (i + 1) / n));
  });
  return distance * Math.sqrt(n);
}

/** The mean of the products of two samples: about N(0, 1/n) for independent standard samples. */
export function meanProduct(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum / a.length;
}
