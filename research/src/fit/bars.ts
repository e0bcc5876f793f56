// The error bars of Figure 2: how much the Pearson correlation of n rows of labels varies from sample to sample.
import type { Shape } from "./curve.ts";

/**
 * √n times the standard deviation of the Pearson correlation r of n rows, at each of the `correlations` p [N], and into
 * `slopes` [N, 1 + 2m] its derivatives by c, s and beta.
 *
 * For large n, n Var(r) = [m22 + r² (m40 + m22) / 2 - 2 r m31] / m20², with the central moments of the pair of labels, noise
 * included. Both labels have the same distribution, so m04 is m40 and m13 is m31. All are 0, which no bar is, if a sine is too fast
 * for the integrals.
 */
export function correlationSds(
  shape: Shape,
  noiseStd: number,
  correlations: readonly number[],
  slopes: Float64Array,
): Float64Array {
  const P = 1 + 2 * shape.s.length;
  if (Math.max(...Array.from(shape.s)) > MOST_FREQUENCY) return new Float64Array(correlations.length);
  const nodes = nodesFor(shape);
  const own = labelsGiven(shape, 1, nodes.z);
  const label = labelMoments(own, nodes, noiseStd);
  const sds = correlations.map((p, n) => {
    const pair = pairMoments(own, labelsGiven(shape, p, nodes.z), label, nodes, noiseStd);
    return sdOf(label, pair, slopes.subarray(n * P, (n + 1) * P));
  });
  return Float64Array.from(sds);
}

/** A number, and its derivatives by c, s and beta [1 + 2m]. */
interface Sloped {
  value: number;
  readonly slope: Float64Array;
}

interface LabelMoments {
  readonly m20: Sloped;
  readonly m40: Sloped;
}

interface PairMoments {
  readonly m11: Sloped;
  readonly m22: Sloped;
  readonly m31: Sloped;
}

function sdOf({ m20, m40 }: LabelMoments, { m11, m22, m31 }: PairMoments, slope: Float64Array): number {
  const variance = m20.value;
  const r = m11.value / variance;
  const fourth = m22.value + (r ** 2 * (m40.value + m22.value)) / 2 - 2 * r * m31.value;
  const sd = Math.sqrt(fourth) / variance;
  for (const i of slope.keys()) {
    const ofR = (m11.slope[i] - r * m20.slope[i]) / variance;
    const direct = m22.slope[i] * (1 + r ** 2 / 2) + (m40.slope[i] * r ** 2) / 2 - 2 * r * m31.slope[i];
    const throughR = ofR * (r * (m40.value + m22.value) - 2 * m31.value);
    slope[i] = sd * ((direct + throughR) / (2 * fourth) - m20.slope[i] / variance);
  }
  return sd;
}

/** Values of a standard normal number z [N], and their weights in an expectation. */
interface Nodes {
  readonly z: Float64Array;
  readonly weights: Float64Array;
}

/** Far above all that Figure 2 allows; a fit may try more on its way. */
const MOST_FREQUENCY = 100;

/** Half-width of the nodes, in standard deviations. */
const WIDTH = 9;

/**
 * Even nodes are exact to rounding for a sine of z, up to the frequency 2 pi / spacing - WIDTH. The fourth power of a label
 * has sines of four times the fastest one's frequency.
 */
function nodesFor({ s }: Shape): Nodes {
  const spacing = (2 * Math.PI) / (4 * Math.max(1, ...Array.from(s)) + 2 * WIDTH);
  const half = Math.ceil(WIDTH / spacing);
  const z = Float64Array.from({ length: 2 * half + 1 }, (_, n) => (n - half) * spacing);
  return { z, weights: z.map((value) => (spacing * Math.exp(-(value ** 2) / 2)) / Math.sqrt(2 * Math.PI)) };
}

/** What is expected of the second task's label, without noise and minus its mean, where the first task's w.x / c is z. */
interface Given {
  readonly label: Float64Array; // [N]
  readonly square: Float64Array; // [N]
  /** Derivatives of `label` by c, s and beta [N, 1 + 2m]. */
  readonly slopes: Float64Array;
}

/**
 * The second task's w.x / c is then normal with mean p z and variance 1 - p², which makes a sine one of p z, damped, and a
 * product of two sines one of their sum's and difference's cosines. At p = 1 they are the label itself.
 */
function labelsGiven({ scale, s, beta }: Shape, p: number, z: Float64Array): Given {
  const m = s.length;
  const P = 1 + 2 * m;
  const rest = 1 - p ** 2; // variance
  const mean = meanOf({ s, beta });
  const damping = Float64Array.from(s, (si) => damped(si, rest));
  const products = productsOf(s, rest);
  const given = { label: new Float64Array(z.length), square: new Float64Array(z.length) };
  const slopes = new Float64Array(z.length * P);
  const [sin, cos] = [new Float64Array(m), new Float64Array(m)];
  for (let n = 0; n < z.length; n++) {
    const at = p * z[n];
    const row = n * P;
    let label = scale * at;
    let square = scale ** 2 * (at ** 2 + rest);
    slopes[row] = at;
    for (let i = 0; i < m; i++) {
      sin[i] = Math.sin(s[i] * at + beta[i]);
      cos[i] = Math.cos(s[i] * at + beta[i]);
      label += damping[i] * sin[i];
      square += 2 * scale * damping[i] * (at * sin[i] + s[i] * rest * cos[i]);
      slopes[row + 1 + i] = damping[i] * (at * cos[i] - s[i] * rest * sin[i]) - mean.slope[1 + i];
      slopes[row + 1 + m + i] = damping[i] * cos[i] - mean.slope[1 + m + i];
    }
    given.label[n] = label - mean.value;
    given.square[n] = square + products(sin, cos) - 2 * mean.value * label + mean.value ** 2;
  }
  return { ...given, slopes };
}

/** E cos(s x) of a normal x with mean 0 and this variance. */
function damped(s: number, variance: number): number {
  return Math.exp((-variance * s ** 2) / 2);
}

/** E y, a sum of sines' means. */
function meanOf({ s, beta }: Pick<Shape, "s" | "beta">): Sloped {
  const m = s.length;
  const mean = { value: 0, slope: new Float64Array(1 + 2 * m) };
  for (let i = 0; i < m; i++) {
    const factor = damped(s[i], 1);
    mean.value += factor * Math.sin(beta[i]);
    mean.slope[1 + i] = -factor * s[i] * Math.sin(beta[i]);
    mean.slope[1 + m + i] = factor * Math.cos(beta[i]);
  }
  return mean;
}

/**
 * The expected square of a sum of sines whose argument varies by the variance `rest`, from the sines and cosines of the mean
 * arguments: sin a sin b = [cos(a - b) - cos(a + b)] / 2, each damped by its own frequency.
 */
function productsOf(s: ArrayLike<number>, rest: number): (sin: Float64Array, cos: Float64Array) => number {
  const m = s.length;
  const [near, far] = [-1, 1].map((sign) =>
    Float64Array.from({ length: m * m }, (_, k) => {
      const [i, j] = [Math.floor(k / m), k % m];
      return damped(s[i] + sign * s[j], rest) / (i === j ? 2 : 1); // a pair of two sines counts twice
    }),
  ) as [Float64Array, Float64Array];
  return (sin, cos) => {
    let sum = 0;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j <= i; j++) {
        const cosines = cos[i] * cos[j];
        const sines = sin[i] * sin[j];
        sum += near[i * m + j] * (cosines + sines) - far[i * m + j] * (cosines - sines);
      }
    }
    return sum;
  };
}

const slopedOf = (P: number): Sloped => ({ value: 0, slope: new Float64Array(P) });

function labelMoments({ label, slopes }: Given, { z, weights }: Nodes, noiseStd: number): LabelMoments {
  const P = slopes.length / z.length;
  const [m20, m40] = [slopedOf(P), slopedOf(P)];
  for (let n = 0; n < z.length; n++) {
    const y = label[n];
    const first = weights[n] * y;
    const third = first * y * y;
    m20.value += first * y;
    m40.value += third * y;
    for (let i = 0; i < P; i++) {
      m20.slope[i] += 2 * first * slopes[n * P + i];
      m40.slope[i] += 4 * third * slopes[n * P + i];
    }
  }
  const noise = noiseStd ** 2;
  add(m40, 6 * noise, m20);
  m40.value += 3 * noise ** 2;
  m20.value += noise;
  return { m20, m40 };
}

/**
 * The pair is the same when its labels are exchanged: the derivative of E y1 y2 is twice E y1' y2, and that of E y1² y2² is four times
 * E y1 y1' y2². The noise of the two tasks is independent.
 */
function pairMoments(
  own: Given,
  other: Given,
  { m20 }: LabelMoments,
  { z, weights }: Nodes,
  noiseStd: number,
): PairMoments {
  const P = own.slopes.length / z.length;
  const [m11, m22, m31] = [slopedOf(P), slopedOf(P), slopedOf(P)];
  for (let n = 0; n < z.length; n++) {
    const y = own.label[n];
    const first = weights[n] * other.label[n];
    const second = weights[n] * y * other.square[n];
    const third = weights[n] * y * y * y;
    m11.value += first * y;
    m22.value += second * y;
    m31.value += first * y * y * y;
    for (let i = 0; i < P; i++) {
      const ofY = own.slopes[n * P + i];
      m11.slope[i] += 2 * first * ofY;
      m22.slope[i] += 4 * second * ofY;
      m31.slope[i] += 3 * first * y * y * ofY + third * other.slopes[n * P + i];
    }
  }
  const noise = noiseStd ** 2;
  add(m31, 3 * noise, m11);
  add(m22, 2 * noise, m20);
  m22.value -= noise ** 2; // m20 has its noise already
  return { m11, m22, m31 };
}

/** Adds to `sum` a factor times another number. */
function add(sum: Sloped, factor: number, other: Sloped): void {
  sum.value += factor * other.value;
  for (const i of sum.slope.keys()) sum.slope[i] += factor * other.slope[i];
}
