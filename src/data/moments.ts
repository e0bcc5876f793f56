// Moments of the labels in closed form. With w1.x and w2.x normal of variance c² and correlation p,
// every expectation of a product of sines is that of a sine of a normal: exp(-variance/2) times a cosine of the phase.
import { type GeneratorSettings, settingsOf } from "./settings.ts";

/** E y: the same for every task and at every correlation. */
export function labelMean({ scale, alpha, beta }: GeneratorSettings): number {
  return sum(alpha, (a, i) => Math.sin(beta[i]) * Math.exp(-((a * scale) ** 2) / 2));
}

/** Cov(y1, y2) at correlation p; the noise of the two tasks is independent and adds nothing. */
export function labelCovariance({ scale, alpha, beta }: GeneratorSettings, p: number): number {
  const s = alpha.map((a) => a * scale);
  const linear = scale ** 2 * p;
  const mixed = sum(s, (si, i) => 2 * scale * p * si * Math.cos(beta[i]) * Math.exp(-(si ** 2) / 2));
  return linear + mixed + sinesCovariance(s, beta, p);
}

/** Cov of two tasks' sums of sines sin(s_i z + beta_i) at correlation p. */
function sinesCovariance(s: readonly number[], beta: readonly number[], p: number): number {
  return sum(s, (si, i) => sum(s, (sj, j) => sineCovariance(si, beta[i], sj, beta[j], p)));
}

/** Cov(sin(s1 z1 + b1), sin(s2 z2 + b2)) for standard normals z1, z2 of correlation p. */
function sineCovariance(s1: number, b1: number, s2: number, b2: number, p: number): number {
  const squares = s1 ** 2 + s2 ** 2;
  const cross = 2 * p * s1 * s2;
  const product =
    0.5 * (Math.exp(-(squares - cross) / 2) * Math.cos(b1 - b2) - Math.exp(-(squares + cross) / 2) * Math.cos(b1 + b2));
  return product - Math.sin(b1) * Math.sin(b2) * Math.exp(-squares / 2);
}

/** Var y, noise included. */
export function labelVariance(settings: GeneratorSettings): number {
  return labelCovariance(settings, 1) + settings.noiseStd ** 2;
}

/**
 * Pearson correlation of the real labels of tasks j and k at task correlation p, noise included: Figure 2's curve. Throws RangeError
 * for binary labels.
 */
export function labelCorrelation(settings: GeneratorSettings, p: number, [j, k] = [0, 1]): number {
  const [ofJ, ofK] = [settingsOf(settings, j), settingsOf(settings, k)];
  if (ofJ.binaryLabels || ofK.binaryLabels)
    throw new RangeError("labelCorrelation: expected real labels, got binary ones");
  if (ofJ.noiseStd === ofK.noiseStd) return labelCovariance(settings, p) / labelVariance(ofJ);
  return labelCovariance(settings, p) / Math.sqrt(labelVariance(ofJ) * labelVariance(ofK));
}

/**
 * The ladder [m + 1]: the loss of the best predictor that knows all but the j fastest sines, j from 0 to m.
 *
 * Such a predictor knows the line w.x and the m - j slowest sines, and nothing of the others but their mean: it predicts
 * the sum of these. What is left of y is the j fastest sines minus their mean, and the noise, which depends on nothing
 * else. So the mean squared error is Var(sum of the j fastest sines) + noise variance; the variance is `sinesCovariance`
 * of these sines at p = 1. Losses are in units of Var y, so the first rung is the noise floor. The last is that of the
 * line alone, by its own slope c.
 */
export function ladder(settings: GeneratorSettings): number[] {
  const { scale, alpha, beta, noiseStd } = settings;
  const fastest = fastestSines(settings);
  const variance = labelVariance(settings);
  return Array.from({ length: alpha.length + 1 }, (_, j) => {
    const unknown = fastest.slice(0, j);
    const s = unknown.map((i) => alpha[i] * scale);
    const phases = unknown.map((i) => beta[i]);
    return (sinesCovariance(s, phases, 1) + noiseStd ** 2) / variance;
  });
}

/** The numbers of the sines [m], from 0, the fastest first. */
export function fastestSines({ alpha }: Pick<GeneratorSettings, "alpha">): number[] {
  const speed = (i: number) => Math.abs(alpha[i]);
  return alpha.map((_, i) => i).sort((i, j) => speed(j) - speed(i));
}

function sum(values: readonly number[], term: (value: number, index: number) => number): number {
  return values.reduce((total, value, index) => total + term(value, index), 0);
}
