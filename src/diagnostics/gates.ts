import { pairsOf } from "../data/correlation-matrix.ts";
import { expertCount, type ModelSpec } from "../models/spec.ts";
import type { GateWeights, Network } from "./network.ts";
import type { Quantities } from "./quantities.ts";

/** Of gates over the same number of rows: how tasks weigh experts. None of a model without gates. */
export function gateQuantities(spec: ModelSpec, { gates }: Pick<Network, "gates">): Quantities {
  if (gates.length === 0) return {};
  const E = expertCount(spec);
  const means = gates.map((gate) => meanWeights(gate, E));
  const ofTasks = gates.flatMap((gate, k) => [
    ...Array.from(means[k], (weight, e) => [`gateWeight/${k + 1}/${e + 1}`, weight] as const),
    [`gateEntropy/${k + 1}`, meanEntropy(gate) / Math.log(gate.seen.length)] as const,
    [`meanGateEntropy/${k + 1}`, entropy(means[k]) / Math.log(gate.seen.length)] as const,
  ]);
  const ofPairs = pairsOf(gates.length).map(([j, k]) => {
    return [`gateDistance/${j + 1}/${k + 1}`, meanDistance(gates[j], gates[k], E)] as const;
  });
  const all = Array.from({ length: E }, (_, e) => means.reduce((sum, mean) => sum + mean[e], 0) / means.length);
  return { ...Object.fromEntries([...ofTasks, ...ofPairs]), expertsInUse: Math.exp(entropy(all)) };
}

/** Mean weights of all E experts, 0 of those that the gate does not see. */
function meanWeights({ weights, seen }: GateWeights, E: number): Float64Array {
  const means = new Float64Array(E);
  const rows = weights.values.length / seen.length;
  for (const [i, weight] of weights.values.entries()) {
    const e = seen[i % seen.length];
    means[e] += weight / rows;
  }
  return means;
}

/** In nats. */
function entropy(weights: ArrayLike<number>): number {
  let sum = 0;
  for (let e = 0; e < weights.length; e++) sum -= xLogX(weights[e]);
  return sum;
}

function xLogX(x: number): number {
  return x > 0 ? x * Math.log(x) : 0;
}

/** Mean over rows of the entropy. */
function meanEntropy({ weights, seen }: GateWeights): number {
  return (entropy(weights.values) * seen.length) / weights.values.length;
}

/** Mean over rows of the Jensen-Shannon distance, the root of the divergence in bits. */
function meanDistance(a: GateWeights, b: GateWeights, E: number): number {
  const rows = a.weights.values.length / a.seen.length;
  let sum = 0;
  for (let n = 0; n < rows; n++) sum += jensenShannon(rowOf(a, n, E), rowOf(b, n, E));
  return sum / rows;
}

/** A row's weights of all E experts. */
function rowOf({ weights, seen }: GateWeights, n: number, E: number): Float64Array {
  const row = new Float64Array(E);
  for (const [i, e] of seen.entries()) row[e] = weights.values[n * seen.length + i];
  return row;
}

/** The Jensen-Shannon distance of two distributions, from 0 to 1 (Endres and Schindelin 2003, to base 2). */
function jensenShannon(a: Float64Array, b: Float64Array): number {
  const middle = a.map((weight, e) => (weight + b[e]) / 2);
  const divergence = entropy(middle) - (entropy(a) + entropy(b)) / 2;
  return Math.sqrt(Math.max(0, divergence) / Math.LN2);
}
