import { labelMean, labelVariance } from "./moments.ts";
import type { GeneratorSettings } from "./settings.ts";

/** Half-width, in standard deviations, and steps of the sums over a normal number. */
const WIDTH = 8;
export const MEAN_STEPS = 2000;
export const NOISE_STEPS = 40;

/**
 * The loss of predicting the labels' mean: of the squared error (`huberDelta` null) their variance, 1 if they are
 * standardised; of Huber's loss an integral over the projection w.x and the noise, to six digits.
 */
export function lossOfMean(settings: GeneratorSettings, huberDelta: number | null): number {
  const variance = labelVariance(settings);
  if (huberDelta === null) return settings.rawLabels ? variance : 1;
  const { scale, alpha, beta, noiseStd } = settings;
  const mean = labelMean(settings);
  const unit = settings.rawLabels ? 1 : Math.sqrt(variance);
  return expected(MEAN_STEPS, (z) => {
    const projection = scale * z;
    const signal = alpha.reduce((sum, a, i) => sum + Math.sin(a * projection + (beta[i] as number)), projection);
    return expected(NOISE_STEPS, (noise) => huber((signal + noiseStd * noise - mean) / unit, huberDelta));
  });
}

export function huber(error: number, delta: number): number {
  const size = Math.abs(error);
  return size <= delta ? size ** 2 / 2 : delta * (size - delta / 2);
}

/** E f(z), z standard normal, by a sum over `steps` intervals. */
export function expected(steps: number, f: (z: number) => number): number {
  let [total, weights] = [0, 0];
  for (let i = 0; i <= steps; i++) {
    const z = WIDTH * ((2 * i) / steps - 1);
    const weight = Math.exp(-(z ** 2) / 2);
    total += weight * f(z);
    weights += weight;
  }
  return total / weights;
}
