// Weights of experts that gates make of their logits, and sums of the experts' units.

import { dot } from "../data/task-set.ts";
import type { Selection } from "../models/spec.ts";
import { addTo } from "./matrix.ts";
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
      if (by) by[j] += slope(parameter, j) * dot(gradient, part.values);
      addTo(tape.gradientOf(part), gradient, value(parameter, j));
    }
  });
}

/** Logits [N, E] → weights: a softmax over the `top` largest, of equals the first; 0 for the others. */
export function softmaxOfTop(tape: Tape, logits: Units, top = logits.width): Units {
  const E = logits.width;
  const weights = new Float64Array(logits.values.length);
  for (let at = 0; at < weights.length; at += E) {
    const row = logits.values.subarray(at, at + E);
    softmaxInto(weights.subarray(at, at + E), top < E ? largest(row, top) : row);
  }
  return tape.units(weights, (gradient) => addSoftmaxGradient(tape.gradientOf(logits), weights, gradient, E));
}

/**
 * Outputs [N, 2 E] of a noisy gate (Shazeer et al., ICLR 2017, eq. 4) → logits [N, E]: the first E, and in a step normals [N, E] times the
 * softplus of the others.
 */
export function noisy(tape: Tape, outputs: Units, normals?: ArrayLike<number>): Units {
  const E = outputs.width / 2;
  const at = (i: number) => Math.floor(i / E) * 2 * E + (i % E);
  const logits = Float64Array.from({ length: outputs.values.length / 2 }, (_, i) => {
    const noise = normals ? normals[i] * Math.log1p(Math.exp(outputs.values[at(i) + E])) : 0;
    return outputs.values[at(i)] + noise;
  });
  return tape.units(logits, (gradient) => {
    const to = tape.gradientOf(outputs);
    for (const [i, slope] of gradient.entries()) {
      to[at(i)] += slope;
      if (normals) to[at(i) + E] += (slope * normals[i]) / (1 + Math.exp(-outputs.values[at(i) + E]));
    }
  });
}

/** Weights [N, E] times factors, each row divided by its sum; a row whose sum is 0 keeps its weights. */
export function kept(tape: Tape, weights: Units, factors: ArrayLike<number>): Units {
  const E = weights.width;
  const times = weights.values.map((weight, i) => weight * factors[i]);
  const sums = Float64Array.from({ length: tape.rows }, (_, n) =>
    times.subarray(n * E, (n + 1) * E).reduce((sum, weight) => sum + weight),
  );
  const out = times.map((weight, i) =>
    sums[Math.floor(i / E)] > 0 ? weight / sums[Math.floor(i / E)] : weights.values[i],
  );
  return tape.units(out, (gradient) => {
    const to = tape.gradientOf(weights);
    for (const [n, sum] of sums.entries()) {
      const row = (values: Float64Array) => values.subarray(n * E, (n + 1) * E);
      const mean = sum > 0 ? dot(row(out), row(gradient)) : 0;
      for (let i = n * E; i < (n + 1) * E; i++)
        to[i] += sum > 0 ? (factors[i] / sum) * (gradient[i] - mean) : gradient[i];
    }
  });
}

/** The `top` largest of some logits, of equals the first; -Infinity for the others. */
function largest(logits: Float64Array, top: number): Float64Array {
  return logits.map((logit, e) => {
    let before = 0;
    for (const [j, other] of logits.entries()) if (other > logit || (other === logit && j < e)) before++;
    return before < top ? logit : Number.NEGATIVE_INFINITY;
  });
}

function softmaxInto(weights: Float64Array, logits: Float64Array): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) highest = Math.max(highest, logit);
  let total = 0;
  for (let e = 0; e < weights.length; e++) {
    const power = Math.exp(logits[e] - highest);
    weights[e] = power;
    total += power;
  }
  for (let e = 0; e < weights.length; e++) weights[e] /= total;
}

/** Adds w (g - sum_e w_e g_e) to `to`, row by row. */
function addSoftmaxGradient(to: Float64Array, weights: Float64Array, gradient: Float64Array, E: number): void {
  for (let at = 0; at < weights.length; at += E) {
    let mean = 0;
    for (let i = at; i < at + E; i++) mean += weights[i] * gradient[i];
    for (let i = at; i < at + E; i++) to[i] += weights[i] * (gradient[i] - mean);
  }
}

/**
 * DSelect-k (Hazimeh et al., NeurIPS 2021, section 3): of a row's outputs the first k are logits of selectors, the
 * others the codes of the experts that these select. [N, k + k bits] → weights [N, E].
 */
export function selected(tape: Tape, outputs: Units, { experts: k, gamma }: Selection, E: number): Units {
  const bits = Math.log2(E);
  const [N, width] = [tape.rows, outputs.width];
  const weights = new Float64Array(N * E);
  const shares = new Float64Array(N * k);
  for (let n = 0; n < N; n++) {
    const row = outputs.values.subarray(n * width, (n + 1) * width);
    softmaxInto(shares.subarray(n * k, (n + 1) * k), row.subarray(0, k));
    for (let i = 0; i < k; i++)
      for (let e = 0; e < E; e++) weights[n * E + e] += shares[n * k + i] * selector(row, k + i * bits, e, bits, gamma);
  }
  return tape.units(weights, (gradient) => {
    const to = tape.gradientOf(outputs);
    for (let n = 0; n < N; n++) {
      const part = (values: Float64Array, size: number) => values.subarray(n * size, (n + 1) * size);
      const of = { row: part(outputs.values, width), shares: part(shares, k), gradient: part(gradient, E) };
      addSelectedGradient(part(to, width), of, { bits, gamma });
    }
  });
}

/** One row: by shares [k], a softmax, and by the smooth steps of the codes. */
function addSelectedGradient(
  to: Float64Array,
  { row, shares, gradient }: Readonly<Record<"row" | "shares" | "gradient", Float64Array>>,
  { bits, gamma }: { readonly bits: number; readonly gamma: number },
): void {
  const [k, E] = [shares.length, gradient.length];
  const byShare = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    const code = k + i * bits;
    for (let e = 0; e < E; e++) {
      const g = gradient[e];
      byShare[i] += g * selector(row, code, e, bits, gamma);
      for (let b = 0; b < bits; b++) {
        const sign = (e >> b) % 2 === 1 ? 1 : -1;
        const others = selector(row, code, e, bits, gamma, b);
        const slope = sign * smoothSlope(row[code + b], gamma) * others;
        to[code + b] += g * shares[i] * slope;
      }
    }
  }
  addSoftmaxGradient(to.subarray(0, k), shares, byShare, k);
}

/** How much a selector with the code at `code` selects expert e: the product of the bits' steps, but of bit `without`. */
function selector(row: Float64Array, code: number, e: number, bits: number, gamma: number, without = -1): number {
  let product = 1;
  for (let b = 0; b < bits; b++) {
    if (b === without) continue;
    const step = smoothStep(row[code + b], gamma);
    product *= (e >> b) % 2 === 1 ? step : 1 - step;
  }
  return product;
}

function smoothStep(t: number, gamma: number): number {
  if (Math.abs(t) >= gamma / 2) return t > 0 ? 1 : 0;
  return (-2 / gamma ** 3) * t ** 3 + (3 / (2 * gamma)) * t + 0.5;
}

function smoothSlope(t: number, gamma: number): number {
  return Math.abs(t) >= gamma / 2 ? 0 : (-6 / gamma ** 3) * t ** 2 + 3 / (2 * gamma);
}
