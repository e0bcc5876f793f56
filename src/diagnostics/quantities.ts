// What is measured in a network: its gates, its units, and how the tasks' gradients agree.
import { pairsOf } from "../data/correlation-matrix.ts";
import { expertCount, type ModelSpec } from "../models/spec.ts";
import { normalCdf } from "../stats/normal.ts";
import type { Quantities } from "./kinds.ts";
import { columnSums } from "./matrix.ts";
import type { FirstLayer, GateWeights, Network } from "./network.ts";
import type { Gradient, Tape, Units } from "./tape.ts";

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

/** How the gradients of each two tasks' losses agree on the parameters that both reach; none where there are none. */
export function conflictQuantities(gradients: readonly Gradient[]): Quantities {
  const all = pairsOf(gradients.length).flatMap(([j, k]) => {
    const measured = conflictOf(gradients[j], gradients[k]);
    return Object.entries(measured).map(([name, value]) => [`${name}/${j + 1}/${k + 1}`, value] as const);
  });
  return Object.fromEntries(all);
}

/**
 * Cosine, magnitude similarity and multi-task curvature bounding measure (Yu et al., NeurIPS 2020, PCGrad). NaN where
 * they divide by 0.
 */
function conflictOf(a: Gradient, b: Gradient): Quantities {
  if (!share(a, b)) return {};
  let aa = 0;
  let bb = 0;
  let ab = 0;
  for (let i = 0; i < a.values.length; i++) {
    if (a.reached[i] === 0 || b.reached[i] === 0) continue;
    const p = a.values[i];
    const q = b.values[i];
    aa += p * p;
    bb += q * q;
    ab += p * q;
  }
  const cosine = ab / Math.sqrt(aa * bb);
  return {
    gradientCosine: cosine,
    gradientSimilarity: (2 * Math.sqrt(aa * bb)) / (aa + bb),
    curvatureBound: ((1 - cosine ** 2) * (aa + bb - 2 * ab)) / (aa + bb + 2 * ab),
  };
}

/** Whether some parameter can change both numbers. */
function share(a: Gradient, b: Gradient): boolean {
  return a.reached.some((reached, i) => reached === 1 && b.reached[i] === 1);
}

/** Task i's gradient [P] where another task's loss has one too, else 0. */
export function sharedPart(gradients: readonly Gradient[], i: number): Float64Array {
  const others = gradients.filter((_, j) => j !== i);
  return gradients[i].values.map((value, p) => (others.some(({ reached }) => reached[p] === 1) ? value : 0));
}

/**
 * What a step on one task's loss does to another's: 1 - L_j(after) / L_j(before), after the shared parameters moved by
 * -lr times the gradient of L_i (Fifty et al., NeurIPS 2021, equation 1; a plain gradient step, whatever the optimizer).
 * `lossesAfter` gives the losses [K] after the step on task i.
 */
export function affinityQuantities(
  gradients: readonly Gradient[],
  losses: readonly number[],
  lossesAfter: (i: number) => readonly number[],
): Quantities {
  const found: [string, number][] = [];
  for (const [i, own] of gradients.entries()) {
    const touched = gradients.flatMap((other, j) => (j !== i && share(own, other) ? [j] : []));
    const after = touched.length > 0 ? lossesAfter(i) : [];
    for (const j of touched) found.push([`affinity/${i + 1}/${j + 1}`, 1 - after[j] / losses[j]]);
  }
  if (found.length === 0) return {};
  const mean = found.reduce((sum, [, value]) => sum + value, 0) / found.length;
  return { ...Object.fromEntries(found), affinity: mean };
}

/** A unit that is on for a smaller share of rows is dead. */
export const DEAD = 1 / 1000;

type Layers = Pick<Network, "first" | "deeperUnits" | "towerUnits">;

/** How often each ReLU unit is on, [units] for each layer. */
interface UnitShares {
  /** The experts' first layers, which read the rows, then their others; none of linear layers. */
  readonly experts: readonly Float64Array[];
  readonly towers: readonly Float64Array[];
}

export function unitShares(tape: Tape, { first, deeperUnits, towerUnits }: Layers): UnitShares {
  const reading = first
    .filter(({ expert, isRelu }) => expert !== undefined && isRelu)
    .map((layer) => sharesOfNormalRows(tape, layer));
  return { experts: [...reading, ...deeperUnits.map(sharesOfRows)], towers: towerUnits.map(sharesOfRows) };
}

/** How often ReLU units are on. */
export function unitQuantities(tape: Tape, layers: Layers): Quantities {
  const shares = unitShares(tape, layers);
  const experts = shares.experts.flatMap((layer) => [...layer]);
  const towers = shares.towers.flatMap((layer) => [...layer]);
  return {
    ...(experts.length > 0 && {
      deadUnits: deadShare(experts),
      activeUnits: experts.reduce((sum, share) => sum + share, 0) / experts.length,
    }),
    ...(towers.length > 0 && { deadTowerUnits: deadShare(towers) }),
  };
}

function deadShare(shares: readonly number[]): number {
  return shares.filter((share) => share < DEAD).length / shares.length;
}

/** How often each unit of a layer is on that reads standard normal rows: w.x + b is normal with mean b, variance |w|². */
function sharesOfNormalRows(tape: Tape, { kernel, bias, units: { width } }: FirstLayer): Float64Array {
  const squares = columnSums(
    tape.value(kernel).map((weight) => weight * weight),
    width,
  );
  return squares.map((square, u) => {
    const mean = bias ? tape.value(bias)[u] : 0;
    return square > 0 ? normalCdf(mean / Math.sqrt(square)) : Number(mean > 0);
  });
}

/** The share of the rows that turn each unit on. */
function sharesOfRows({ values, width }: Units): Float64Array {
  const on = columnSums(
    values.map((value) => Number(value > 0)),
    width,
  );
  return on.map((rows) => (rows * width) / values.length);
}
