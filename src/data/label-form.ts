// What makes a task's label of its projection w.x and its noise, and how such labels are distributed.
import { normalCdf, normalQuantile } from "../stats/normal.ts";
import { expected, MEAN_STEPS, rootOf } from "./ladder-loss.ts";
import { labelMean, labelVariance } from "./moments.ts";
import type { GeneratorSettings } from "./settings.ts";

/** A label is (equation 4 - mean) * inverseStd; of a binary one, whether that is above 0. */
export interface LabelForm {
  readonly noiseStd: number;
  readonly mean: number;
  readonly inverseStd: number;
  readonly isBinary: boolean;
  /** A row whose second normal of the task is above this has no label; float32. */
  readonly most: number;
}

/** Labels are z-scored by moments of the population, never by those of some rows. */
export function labelForm(settings: GeneratorSettings): LabelForm {
  const { noiseStd, rawLabels = false, labelScale = 1, binaryLabels = false, labelled = 1 } = settings;
  return {
    noiseStd,
    mean: binaryLabels ? thresholdOf(settings) : rawLabels ? 0 : labelMean(settings),
    inverseStd: rawLabels ? labelScale : 1 / Math.sqrt(labelVariance(settings)),
    isBinary: binaryLabels,
    most: Math.fround(normalQuantile(labelled)),
  };
}

/** The share of binary labels that are 1. */
export function baseRate(settings: GeneratorSettings): number {
  return settings.positives ?? shareAbove(settings, thresholdOf(settings));
}

/** What equation 4's number of a label 1 is above. */
function thresholdOf(settings: GeneratorSettings): number {
  const { scale, alpha, beta, noiseStd, rawLabels, positives } = settings;
  if (positives === undefined) return rawLabels ? 0 : labelMean(settings);
  const key = JSON.stringify([scale, alpha, beta, noiseStd, positives]);
  const threshold = thresholds.get(key) ?? quantileAbove(settings, positives);
  thresholds.set(key, threshold);
  return threshold;
}

/** Thresholds by all that they depend on: worked out once for all runs of a sweep. */
const thresholds = new Map<string, number>();

/** The number by equation 4 that a share of rows is above. */
function quantileAbove(settings: GeneratorSettings, share: number): number {
  const largest = FARTHEST * (settings.scale + settings.noiseStd) + settings.alpha.length;
  return rootOf((y) => shareAbove(settings, y) - share, -largest, largest, HALVINGS);
}

/** To a billionth of the range. */
const HALVINGS = 30;

/** Standard deviations beyond which no row lies. */
const FARTHEST = 8;

/** The share of rows whose number by equation 4 is above `y`: an integral over w.x. */
function shareAbove({ scale, alpha, beta, noiseStd }: GeneratorSettings, y: number): number {
  return expected(MEAN_STEPS, (z) => {
    const projection = scale * z;
    const signal = alpha.reduce((sum, a, i) => sum + Math.sin(a * projection + beta[i]), projection);
    const above = signal - y;
    return noiseStd > 0 ? normalCdf(above / noiseStd) : Number(above > 0);
  });
}
