// Constants of the generator whose label correlations in closed form go through given points.

import { labelCorrelation, ladder } from "../../../src/data/moments.ts";
import { GENERATOR_LIMITS, type GeneratorSettings } from "../../../src/data/settings.ts";
import { type Xoshiro, xoshiroOf } from "../../../src/random/xoshiro.ts";
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
 * constants that each start led to, in their canonical form, best first. A start that led to constants that the
 * generator can't have, or to labels without a line, is left out. The same options give the same fits.
 */
export function fitConstants(points: readonly CorrelationPoint[], options: FitOptions): Fit[] {
  const { sines, starts, seed, noiseStd } = options;
  const residuals = residualsOf(points, sines, noiseStd);
  const fits = Array.from({ length: starts }, (_, start) => {
    const random = xoshiroOf(`mmoe/fit/seed=${seed}/sines=${sines}/start=${start}`);
    const { x } = leastSquares(residuals, points.length, startOf(sines, random));
    return fitOf(canonical(settingsOf(shapeOf(x), options)), points);
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

/** (Cov(p) / (Cov(1) + noise variance) - the point) / its error, with the quotient's derivatives by the parameters. */
function residualsOf(points: readonly CorrelationPoint[], sines: number, noiseStd: number): Residuals {
  const P = 1 + 2 * sines;
  const [total, slope] = [new Float64Array(P), new Float64Array(P)];
  return (x, r, J) => {
    const shape = shapeOf(x);
    const chain = [shape.scale, ...Array.from(shape.s), ...Array.from(shape.beta, () => 1)];
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
    ladder: ladder(settings),
  };
}

function isPossible({ settings, rms }: Fit): boolean {
  const { scale, alpha } = settings;
  return Number.isFinite(rms) && scale >= LEAST_SCALE && alpha.every((a) => a <= GENERATOR_LIMITS.alpha);
}

function squaresOf({ chiSquare, rms }: Fit): number {
  return Number.isNaN(chiSquare) ? rms : chiSquare;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
