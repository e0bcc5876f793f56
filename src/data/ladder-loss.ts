import { fastestSines, labelMean, labelVariance, ladder } from "./moments.ts";
import type { GeneratorSettings } from "./settings.ts";

/**
 * The ladder [m + 1] in the unit of a sweep's losses: of the squared error (`huberDelta` null) that of `ladder`, times
 * the labels' variance if they are raw. Of Huber's loss the predictor that knows all but the j fastest sines adds to what
 * it knows the constant with the lowest loss, which is not the others' mean; an integral over the projection w.x and the
 * noise, to 1e-5.
 */
export function ladderLosses(settings: GeneratorSettings, huberDelta: number | null): number[] {
  if (huberDelta === null) {
    const ofMean = lossOfMean(settings, null);
    return ladder(settings).map((loss) => loss * ofMean);
  }
  const unit = labelUnit(settings);
  return Array.from({ length: settings.alpha.length + 1 }, (_, j) => leastHuber(settings, j, unit, huberDelta));
}

/** What equation 4's number is divided by in a label. */
function labelUnit(settings: GeneratorSettings): number {
  return settings.rawLabels ? 1 / (settings.labelScale ?? 1) : Math.sqrt(labelVariance(settings));
}

/** The least mean of Huber's loss of the `j` fastest sines and the noise, in `unit`s, minus any constant. */
function leastHuber(settings: GeneratorSettings, j: number, unit: number, delta: number): number {
  const { scale, alpha, beta, noiseStd } = settings;
  const unknown = fastestSines(settings).slice(0, j);
  const rest = (z: number) => unknown.reduce((y, i) => y + Math.sin(alpha[i] * scale * z + beta[i]), 0);
  const rests = nodesOf(MEAN_STEPS).places.map(rest);
  const mean = (of: (error: number) => number) =>
    expected(MEAN_STEPS, (_, i) => expected(NOISE_STEPS, (noise) => of((rests[i] + noiseStd * noise) / unit)));
  const constant = rootOf((c) => mean((y) => Math.max(-delta, Math.min(delta, y - c))), -j / unit, j / unit, HALVINGS);
  return mean((y) => huber(y - constant, delta));
}

/** The constant to a millionth of its range: the loss is flat there. */
const HALVINGS = 20;

/** Where a function that falls from `low` to `high` is 0, by halving that range. */
export function rootOf(falling: (at: number) => number, low: number, high: number, halvings: number): number {
  let [left, right] = [low, high];
  for (let i = 0; i < halvings && right > left; i++) {
    const middle = (left + right) / 2;
    if (falling(middle) > 0) left = middle;
    else right = middle;
  }
  return (left + right) / 2;
}

/** Half-width, in standard deviations, and steps of the sums over a normal number. */
const WIDTH = 8;
export const MEAN_STEPS = 2000;
const NOISE_STEPS = 40;

/**
 * The loss of predicting the labels' mean: of the squared error (`huberDelta` null) their variance, 1 if they are
 * standardised; of Huber's loss an integral over the projection w.x and the noise, to six digits.
 */
export function lossOfMean(settings: GeneratorSettings, huberDelta: number | null): number {
  const { scale, alpha, beta, noiseStd, rawLabels, labelScale = 1 } = settings;
  if (huberDelta === null) return rawLabels ? labelVariance(settings) * labelScale ** 2 : 1;
  const mean = labelMean(settings);
  const unit = labelUnit(settings);
  return expected(MEAN_STEPS, (z) => {
    const projection = scale * z;
    const signal = alpha.reduce((sum, a, i) => sum + Math.sin(a * projection + beta[i]), projection);
    return expected(NOISE_STEPS, (noise) => huber((signal + noiseStd * noise - mean) / unit, huberDelta));
  });
}

function huber(error: number, delta: number): number {
  const size = Math.abs(error);
  return size <= delta ? size ** 2 / 2 : delta * (size - delta / 2);
}

/** E f(z), z standard normal, by a sum over `steps` intervals; `f` also gets the number of z among the places. */
export function expected(steps: number, f: (z: number, i: number) => number): number {
  const { places, weights, sum } = nodesOf(steps);
  let total = 0;
  for (let i = 0; i <= steps; i++) total += weights[i] * f(places[i], i);
  return total / sum;
}

interface Nodes {
  readonly places: readonly number[];
  readonly weights: readonly number[];
  readonly sum: number;
}

const known = new Map<number, Nodes>();

/** Where a sum over `steps` intervals takes its function, and by what weights: worked out once. */
function nodesOf(steps: number): Nodes {
  const nodes = known.get(steps) ?? madeNodes(steps);
  known.set(steps, nodes);
  return nodes;
}

function madeNodes(steps: number): Nodes {
  const places = Array.from({ length: steps + 1 }, (_, i) => WIDTH * ((2 * i) / steps - 1));
  const weights = places.map((z) => Math.exp(-(z ** 2) / 2));
  return { places, weights, sum: weights.reduce((sum, weight) => sum + weight, 0) };
}

/** The rungs of a sweep's ladder, in the unit of its losses. */
export interface Ladder {
  /** [m + 1]: the loss of the best predictor that knows all but the j fastest sines; the first is that of the noise. */
  readonly rungs: readonly number[];
  /** The loss of predicting the labels' mean: above the last rung. */
  readonly ofMean: number;
}

/**
 * The rung that a task's loss rests on: the nearest, the lower one halfway; m + 1 if it is nearest to the loss of
 * predicting the mean. So on the lower side of the middle between two rungs a task has learned at least half of what the lower
 * one knows more. Sines that nearly cancel make a rung lower than the one before.
 */
export function rungOf(loss: number, { rungs, ofMean }: Ladder): number {
  const levels = [...rungs, ofMean].map((level, rung) => ({ level, rung })).sort((a, b) => a.level - b.level);
  const nearest = levels.find(({ level }, i) => {
    const next = levels[i + 1]?.level ?? Number.POSITIVE_INFINITY;
    return loss <= (level + next) / 2;
  });
  return (nearest ?? { rung: rungs.length }).rung;
}

/** `rung 2`; `above` for a loss near that of the mean. */
export function rungName(rung: number, { rungs }: Ladder): string {
  return rung < rungs.length ? `rung ${rung}` : "above";
}

/** What a task on a rung has not learned: `lacks the 2 fastest sines`. */
export function lackText(rung: number, { rungs }: Ladder): string {
  const sines = rungs.length - 1;
  if (rung > sines) return "no better than the mean";
  if (rung === 0) return "lacks no sine";
  if (rung === sines) return `lacks all ${sines} sines`;
  return rung === 1 ? "lacks the fastest sine" : `lacks the ${rung} fastest sines`;
}
