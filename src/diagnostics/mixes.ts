// Sums of experts' units.
import { addTo, inner } from "./matrix.ts";
import type { Span, Tape, Units } from "./tape.ts";

/** Units of experts, and whether they learn from the mix. */
export interface Mixed {
  readonly units: Units;
  readonly learns: boolean;
}

/** sum_e w_e f_e by weights [N, E] of the experts' units f_e [N, H]. */
export function mixed(tape: Tape, weights: Units, experts: readonly Mixed[]): Units {
  const [N, E] = [tape.rows, experts.length];
  const H = experts[0].units.width;
  const out = new Float64Array(N * H);
  for (const [e, { units }] of experts.entries()) addScaled(out, units.values, weights.values, e, E, H);
  return tape.units(out, (gradient) => {
    const byWeight = tape.gradientOf(weights);
    for (const [e, { units, learns }] of experts.entries()) {
      for (let n = 0; n < N; n++) {
        let sum = 0;
        for (let i = n * H; i < (n + 1) * H; i++) sum += gradient[i] * units.values[i];
        byWeight[n * E + e] += sum;
      }
      if (learns || !tape.isLearning) addScaled(tape.gradientOf(units), gradient, weights.values, e, E, H);
    }
  });
}

/** Adds each row of `values` [N, H], times its weight e of `weights` [N, E]. */
function addScaled(to: Float64Array, values: Float64Array, weights: Float64Array, e: number, E: number, H: number) {
  for (let i = 0, at = e; i < to.length; at += E) {
    const weight = weights[at];
    for (const end = i + H; i < end; i++) to[i] += weight * values[i];
  }
}

/** The sum of units, each times `factor`. */
export function total(tape: Tape, parts: readonly Units[], factor = 1): Units {
  const out = new Float64Array(parts[0].values.length);
  for (const { values } of parts) addTo(out, values, factor);
  return tape.units(out, (gradient) => {
    for (const part of parts) addTo(tape.gradientOf(part), gradient, factor);
  });
}

/** A number that parameter j of a span stands for, and its derivative. */
interface Factor {
  value(parameter: number, j: number): number;
  slope(parameter: number, j: number): number;
}

export const ITSELF: Factor = { value: (parameter) => parameter, slope: () => 1 };

/**
 * SNR's gates (Ma et al., AAAI 2019), hard concrete: min(1, max(0, 1.2 s - .1)), where s is sigmoid(log alpha) on held-out rows, and in a
 * step sigmoid((log alpha + noise_j) / beta), beta 2/3.
 */
export function hardConcrete(noise?: (j: number) => number): Factor {
  const beta = noise ? 2 / 3 : 1;
  const s = (logAlpha: number, j: number) => 1 / (1 + Math.exp(-(logAlpha + (noise?.(j) ?? 0)) / beta));
  const stretched = (logAlpha: number, j: number) => 1.2 * s(logAlpha, j) - 0.1;
  return {
    value: (logAlpha, j) => Math.min(1, Math.max(0, stretched(logAlpha, j))),
    slope: (logAlpha, j) => {
      const [z, u] = [stretched(logAlpha, j), s(logAlpha, j)];
      return z > 0 && z < 1 ? (1.2 * u * (1 - u)) / beta : 0;
    },
  };
}

/** The sum of units, each times the factor that its parameter of `span` stands for. */
export function linkedSum(tape: Tape, parts: readonly Units[], span: Span, { value, slope }: Factor): Units {
  const parameters = tape.value(span);
  const out = new Float64Array(parts[0].values.length);
  for (const [j, { values }] of parts.entries()) addTo(out, values, value(parameters[j], j));
  return tape.units(out, (gradient) => {
    const by = tape.gradientAt(span);
    for (const [j, part] of parts.entries()) {
      const parameter = parameters[j];
      if (by) by[j] += slope(parameter, j) * inner(gradient, part.values);
      addTo(tape.gradientOf(part), gradient, value(parameter, j));
    }
  });
}
