import { pairsOf } from "../data/correlation-matrix.ts";
import type { Quantities } from "./quantities.ts";
import type { Gradient } from "./tape.ts";

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
