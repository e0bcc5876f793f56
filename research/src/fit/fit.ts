// Constants of the generator whose label correlations in closed form go through given points, and vary from sample to sample as
// much as the points' error bars say.

import { labelCorrelation, ladder } from "../../../src/data/moments.ts";
import { GENERATOR_LIMITS, type GeneratorSettings } from "../../../src/data/settings.ts";
import { type Xoshiro, xoshiroOf } from "../../../src/random/xoshiro.ts";
import { correlationSds } from "./bars.ts";
import { canonical } from "./canonical.ts";
import { covarianceWithSlope, type Shape } from "./curve.ts";
import { leastSquares, type Residuals } from "./least-squares.ts";

/** A label correlation that was measured. */
export interface CorrelationPoint {
  /** Cosine of the task weight vectors. */
  readonly correlation: number;
  readonly labelCorrelation: number;
  /** Standard error of the label correlation; either all points have it, or none. */
  readonly error?: number;
  /** Either all points have it, or none. */
  readonly bar?: Bar;
}

/** An error bar: how much a label correlation varied over trials. */
interface Bar {
  /** √n times its standard deviation, for trials of n rows. */
  readonly sd: number;
  readonly trials: number;
}

/** Constants, and how far their label correlations are from the points. */
export interface Fit {
  readonly settings: GeneratorSettings;
  /** The largest absolute difference from a point. */
  readonly largest: number;
  /** Root of the mean squared difference. */
  readonly rms: number;
  /** Sum of the squared differences in units of the points' standard errors; NaN without these. */
  readonly chiSquare: number;
  /** Of the bars, as `chiSquare` of the points: a bar's standard error is that of a standard deviation over so many trials. */
  readonly barChiSquare: number;
  /** Losses of the best predictors that know all but the j fastest sines (`ladder`), [m + 1]. */
  readonly ladder: readonly number[];
}

export interface FitOptions {
  /** m. */
  readonly sines: number;
  /** Random constants to start from. */
  readonly starts: number;
  readonly seed: number;
  /** These two are given, not fitted: label correlations say nothing of the inputs, and of the noise only its share. */
  readonly noiseStd: number;
  readonly inputs: number;
}

/** A smaller scale is none: labels without a line. */
const LEAST_SCALE = 0.01;

/** Where starts lie, evenly over logarithms: c, and the frequencies s = alpha c. Figure 2's set has .58, and 2.2 to 8.5. */
const START_SCALE = [0.1, 1.5] as const;
const START_FREQUENCY = [0.5, 12] as const;

/**
 * Least squares of the closed form of the label correlation to `points`, weighted by their errors, from many starts: the
 * constants that each start led to, in their canonical form, best first. If the points have bars, least squares of both goes on
 * from there. A start that led to constants that the generator can't have, or to labels without a line, is left out. The same
 * options give the same fits.
 */
export function fitConstants(points: readonly CorrelationPoint[], options: FitOptions): Fit[] {
  const { sines, starts, seed, noiseStd } = options;
  const pointResiduals = residualsOf(points, sines, noiseStd);
  const withBars = hasBars(points) && both(pointResiduals, barResidualsOf(points, sines, noiseStd), points.length);
  const fits = Array.from({ length: starts }, (_, start) => {
    const random = xoshiroOf(`mmoe/fit/seed=${seed}/sines=${sines}/start=${start}`);
    const { x } = leastSquares(pointResiduals, points.length, startOf(sines, random));
    const end = withBars ? leastSquares(withBars, 2 * points.length, x).x : x;
    return fitOf(canonical(settingsOf(shapeOf(end), options)), points);
  });
  return fits.filter(isPossible).sort((a, b) => squaresOf(a) - squaresOf(b));
}

/** Parameters x [1 + 2m]: the logarithms of c and of s [m], so that both stay positive; the phases [m]. */
function startOf(sines: number, random: Xoshiro): Float64Array {
  const uniform = () => random.next() * 2 ** -32;
  const between = ([low, high]: readonly [number, number]) => Math.log(low) + Math.log(high / low) * uniform();
  const scale = between(START_SCALE);
  const s = Array.from({ length: sines }, () => between(START_FREQUENCY));
  return Float64Array.from([scale, ...s, ...s.map(() => 2 * Math.PI * uniform())]);
}

function shapeOf(x: Float64Array): Shape {
  const m = (x.length - 1) / 2;
  return { scale: Math.exp(x[0]), s: x.slice(1, m + 1).map(Math.exp), beta: x.slice(m + 1) };
}

/** The factors that make derivatives by c, s and beta those by the parameters. */
function chainOf({ scale, s, beta }: Shape): number[] {
  return [scale, ...Array.from(s), ...Array.from(beta, () => 1)];
}

/** (Cov(p) / (Cov(1) + noise variance) - the point) / its error, with the quotient's derivatives by the parameters. */
function residualsOf(points: readonly CorrelationPoint[], sines: number, noiseStd: number): Residuals {
  const P = 1 + 2 * sines;
  const [total, slope] = [new Float64Array(P), new Float64Array(P)];
  return (x, r, J) => {
    const shape = shapeOf(x);
    const chain = chainOf(shape);
    const variance = covarianceWithSlope(shape, 1, total) + noiseStd ** 2;
    for (const [n, { correlation, labelCorrelation, error = 1 }] of points.entries()) {
      const fitted = covarianceWithSlope(shape, correlation, slope) / variance;
      r[n] = (fitted - labelCorrelation) / error;
      for (let i = 0; i < P; i++) {
        const change = (slope[i] - fitted * total[i]) / variance;
        J[n * P + i] = (change * chain[i]) / error;
      }
    }
  };
}

/** The logarithm of that of the constants / a bar, / its standard error, with its derivatives by the parameters. */
function barResidualsOf(points: readonly CorrelationPoint[], sines: number, noiseStd: number): Residuals {
  const P = 1 + 2 * sines;
  const correlations = points.map(({ correlation }) => correlation);
  return (x, r, J) => {
    const shape = shapeOf(x);
    const chain = chainOf(shape);
    const sds = correlationSds(shape, noiseStd, correlations, J);
    for (const [n, sd] of sds.entries()) {
      const { bar } = points[n] as CorrelationPoint & { bar: Bar };
      r[n] = barResidual(bar, sd);
      for (let i = 0; i < P; i++) J[n * P + i] *= (chain[i] * precision(bar)) / sd;
    }
  };
}

function barResidual(bar: Bar, sd: number): number {
  return Math.log(sd / bar.sd) * precision(bar);
}

/** 1 / the standard error of a standard deviation's logarithm over trials. */
function precision({ trials }: Bar): number {
  return Math.sqrt(2 * (trials - 1));
}

function hasBars(points: readonly CorrelationPoint[]): boolean {
  return points[0]?.bar !== undefined;
}

/** Residuals [N] followed by others [N]. */
function both(first: Residuals, second: Residuals, N: number): Residuals {
  return (x, r, J) => {
    first(x, r.subarray(0, N), J.subarray(0, N * x.length));
    second(x, r.subarray(N), J.subarray(N * x.length));
  };
}

function settingsOf({ scale, s, beta }: Shape, { inputs, noiseStd }: FitOptions): GeneratorSettings {
  const alpha = Array.from(s, (value) => value / scale);
  return { inputs, scale, alpha, beta: Array.from(beta), noiseStd };
}

/** How far `settings` are from the points. */
export function fitOf(settings: GeneratorSettings, points: readonly CorrelationPoint[]): Fit {
  const off = points.map((point) => labelCorrelation(settings, point.correlation) - point.labelCorrelation);
  const squares = off.map((value) => value ** 2);
  const weighted = off.map((value, i) => (value / (points[i]?.error ?? Number.NaN)) ** 2);
  return {
    settings,
    largest: Math.max(...off.map(Math.abs)),
    rms: Math.sqrt(sum(squares) / points.length),
    chiSquare: sum(weighted),
    barChiSquare: barChiSquareOf(settings, points),
    ladder: ladder(settings),
  };
}

function barChiSquareOf(
  { scale, alpha, beta, noiseStd }: GeneratorSettings,
  points: readonly CorrelationPoint[],
): number {
  const shape = { scale, s: alpha.map((a) => a * scale), beta };
  const correlations = points.map(({ correlation }) => correlation);
  if (!hasBars(points)) return Number.NaN;
  const sds = correlationSds(shape, noiseStd, correlations, new Float64Array(points.length * (1 + 2 * alpha.length)));
  return sum(points.map(({ bar }, n) => barResidual(bar as Bar, sds[n]) ** 2));
}

function isPossible(fit: Fit): boolean {
  const { scale, alpha } = fit.settings;
  return Number.isFinite(squaresOf(fit)) && scale >= LEAST_SCALE && alpha.every((a) => a <= GENERATOR_LIMITS.alpha);
}

/** What fits are sorted by: chi-square, of points and bars together; the rms without errors. */
export function squaresOf({ chiSquare, barChiSquare, rms }: Fit): number {
  if (Number.isNaN(chiSquare)) return rms;
  return Number.isNaN(barChiSquare) ? chiSquare : chiSquare + barChiSquare;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
