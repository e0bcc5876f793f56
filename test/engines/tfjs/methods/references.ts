// The methods in plain float64, on the tasks' gradients as vectors, written independently of the engine.
import type { MethodName } from "../../../../src/engines/methods.ts";
import { range } from "../../../support/reference.ts";
import { dot, gramOf, length, mixOf, solved, type Vector } from "./vectors.ts";

interface Weights {
  readonly shared: number[];
  /** Those of parameters of one task. */
  readonly own: number[];
}

/** A method in the middle of training. A batch may have labels of some tasks alone, `present`: the others are as if not there. */
interface Reference {
  /** Those of tasks that are not present do not matter: their gradients are 0. */
  weights(vectors: readonly Vector[], losses: Vector, step: number, present: readonly number[]): Weights;
  /** Called after the update with the losses of the same batch. */
  learn?(losses: Vector, lossesAfter: Vector, step: number, present: readonly number[]): void;
}

/** K tasks; `lr` is the run's by plain gradient descent; `ordersAt` a step: the other tasks as each task takes them. */
interface Options {
  readonly K: number;
  readonly lr: number;
  readonly ordersAt: (step: number) => readonly (readonly number[])[];
}

export function referenceOf(name: Exclude<MethodName, "sum">, options: Options): Reference {
  const ones = new Array<number>(options.K).fill(1);
  const onShared = (weigh: (vectors: readonly Vector[], step: number, present: readonly number[]) => number[]) => ({
    weights: (vectors: readonly Vector[], _: Vector, step: number, present: readonly number[]) => {
      const shared = new Array<number>(options.K).fill(0);
      const found =
        present.length === 0
          ? []
          : weigh(
              present.map((k) => vectors[k]),
              step,
              present,
            );
      for (const [i, weight] of found.entries()) shared[present[i]] = weight;
      return { shared, own: ones };
    },
  });
  switch (name) {
    case "uncertainty":
      return uncertainty(options);
    case "gradnorm":
      return gradNorm(options);
    case "famo":
      return famo(options);
    case "pcgrad":
      return onShared((vectors, step, present) => {
        const orders = present.map((k) => options.ordersAt(step)[k]);
        return surgery(
          vectors,
          orders.map((order) => order.map((k) => present.indexOf(k)).filter((i) => i >= 0)),
        );
      });
    case "mgda":
      return onShared(shortest);
    case "cagrad":
      return onShared((vectors) => conflictAverse(vectors, 0.5));
    case "nash-mtl":
      return onShared(bargain);
    case "aligned-mtl":
      return onShared(aligned);
  }
}

/** Algorithm 1 of Yu et al. as weights of the original vectors. */
export function surgery(vectors: readonly Vector[], orders: readonly (readonly number[])[]): number[] {
  const rows = vectors.map((_, i) => {
    const weights: number[] = vectors.map((_, k) => (k === i ? 1 : 0));
    for (const j of orders[i]) {
      const other = vectors[j];
      const product = dot(mixOf(weights, vectors), other);
      if (product < 0) weights[j] -= product / dot(other, other);
    }
    return weights;
  });
  return mixOf(new Array<number>(vectors.length).fill(1), rows);
}

/** Weights of sum 1 of the shortest mix: the best of those that solve the equations of a subset of tasks. */
export function shortest(vectors: readonly Vector[]): number[] {
  const K = vectors.length;
  const candidates = range(2 ** K - 1).flatMap((bits) => {
    const subset = range(K).filter((k) => ((bits + 1) >> k) & 1);
    const x = solved(gramOf(subset.map((k) => vectors[k])), new Array<number>(subset.length).fill(1));
    const total = x.reduce((sum, value) => sum + value, 0);
    const weights = range(K).map((k) => (subset.includes(k) ? x[subset.indexOf(k)] / total : 0));
    return weights.every((weight) => weight >= -1e-12) ? [weights] : [];
  });
  return candidates.reduce((best, one) => (length(mixOf(one, vectors)) < length(mixOf(best, vectors)) ? one : best));
}

/** CAGrad, by golden sections within golden sections over the simplex. */
export function conflictAverse(vectors: readonly Vector[], c: number): number[] {
  const K = vectors.length;
  const mean = mixOf(new Array<number>(K).fill(1 / K), vectors);
  const value = (w: Vector): number => {
    const mix = mixOf(w, vectors);
    return dot(mix, mean) + c * length(mean) * length(mix);
  };
  const w = simplexLeast(value, K);
  const lambda = (c * length(mean)) / length(mixOf(w, vectors));
  return w.map((weight) => 1 / K + lambda * weight);
}

function simplexLeast(value: (w: Vector) => number, K: number): number[] {
  if (K === 1) return [1];
  const split = (share: number): number[] => {
    const rest = simplexLeast((w) => value([...w.map((weight) => weight * (1 - share)), share]), K - 1);
    return [...rest.map((weight) => weight * (1 - share)), share];
  };
  return split(goldenLeast((share) => value(split(share))));
}

function goldenLeast(value: (t: number) => number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1];
  for (let i = 0; i < 40; i++) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (value(a) <= value(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}

/** Nash-MTL: G a = 1/a, one weight after the other until nothing moves. */
export function bargain(vectors: readonly Vector[]): number[] {
  const G = gramOf(vectors);
  const a = vectors.map((vector) => 1 / length(vector));
  for (let i = 0; i < 4000; i++)
    for (const [k, row] of G.entries()) {
      const own = row[k];
      const others = dot(row, a) - own * a[k];
      a[k] = (Math.sqrt(others ** 2 + 4 * own) - others) / (2 * own);
    }
  return a;
}

/** Aligned-MTL: sqrt(least eigenvalue of G) G^(-1/2) (1, .., 1), by Denman and Beavers' iteration. */
export function aligned(vectors: readonly Vector[]): number[] {
  const G = gramOf(vectors);
  const K = G.length;
  const unit = range(K).map((i) => range(K).map((j) => (i === j ? 1 : 0)));
  const inverse = (A: readonly Vector[]) => transposed(unit.map((e) => solved(A, e)));
  const halfSum = (A: readonly Vector[], B: readonly Vector[]) =>
    A.map((row, i) => row.map((value, j) => (value + B[i]?.[j]) / 2));
  let [root, inverseRoot]: [number[][], number[][]] = [G, unit];
  for (let i = 0; i < 40; i++)
    [root, inverseRoot] = [halfSum(root, inverse(inverseRoot)), halfSum(inverseRoot, inverse(root))];
  let vector: number[] = range(K).map((k) => Math.sin(1 + k));
  for (let i = 0; i < 2000; i++) {
    const next = solved(G, vector);
    vector = next.map((value) => value / length(next));
  }
  const least = dot(
    vector,
    G.map((row) => dot(row, vector)),
  );
  return inverseRoot.map((row) => Math.sqrt(least) * row.reduce((sum, value) => sum + value, 0));
}

function transposed(A: readonly Vector[]): number[][] {
  return A.map((_, i) => A.map((row) => row[i]));
}

/** By plain gradient descent of s, as the run's optimizer. */
function uncertainty({ K, lr }: Options): Reference {
  const s = new Array<number>(K).fill(0);
  return {
    weights() {
      const weights = s.map((value) => Math.exp(-value) / 2);
      return { shared: weights, own: weights };
    },
    learn(losses, _, __, present) {
      for (const [k, value] of s.entries())
        if (present.includes(k)) s[k] = value - lr * (0.5 - (Math.exp(-value) * losses[k]) / 2);
    },
  };
}

/** Adam at rate .025, of values that start at `start`. */
function adam(start: readonly number[]) {
  const values = [...start];
  const [m, v] = [start.map(() => 0), start.map(() => 0)];
  const descend = (gradient: Vector, step: number, present: readonly number[]): void => {
    for (const k of present) {
      const slope = gradient[k];
      m[k] = 0.9 * m[k] + 0.1 * slope;
      v[k] = 0.999 * v[k] + 0.001 * slope ** 2;
      const [mean, square] = [m[k] / (1 - 0.9 ** step), v[k] / (1 - 0.999 ** step)];
      values[k] -= (0.025 * mean) / (Math.sqrt(square) + 1e-8);
    }
  };
  return { values, descend };
}

function gradNorm({ K }: Options): Reference {
  const { values: w, descend } = adam(new Array<number>(K).fill(1));
  const first: number[] = [];
  return {
    weights(vectors, losses, step, present) {
      const weights = [...w];
      for (const k of present) first[k] ??= losses[k];
      const ratios = losses.map((loss, k) => loss / (first[k] ?? 1));
      const total = (values: Vector, of = present) => of.reduce((sum, k) => sum + values[k], 0);
      const average = (values: Vector) => total(values) / present.length;
      const norms = vectors.map(length);
      const weighed = norms.map((norm, k) => norm * w[k]);
      const targets = ratios.map((ratio) => average(weighed) * (ratio / average(ratios)) ** 1.5);
      descend(
        norms.map((norm, k) => norm * Math.sign(weighed[k] - targets[k])),
        step,
        present,
      );
      const room =
        total(w.map(() => 1)) +
        total(
          w.map((value) => 1 - value),
          range(K).filter((k) => !present.includes(k)),
        );
      const scale = room / total(w);
      for (const k of present) w[k] *= scale;
      return { shared: weights, own: weights };
    },
  };
}

function famo({ K }: Options): Reference {
  const { values: logits, descend } = adam(new Array<number>(K).fill(0));
  const softmax = (present: readonly number[]) => {
    const powers = logits.map((logit, k) => (present.includes(k) ? Math.exp(logit) : 0));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => (total > 0 ? power / total : 0));
  };
  return {
    weights(_, losses, __, present) {
      const ratios = softmax(present).map((z, k) => z / (losses[k] + 1e-8));
      const total = ratios.reduce((sum, ratio) => sum + ratio, 0);
      const weights = ratios.map((ratio) => (total > 0 ? ratio / total : 0));
      return { shared: weights, own: weights };
    },
    learn(losses, lossesAfter, step, present) {
      const z = softmax(present);
      const falls = losses.map((loss, k) => Math.log(loss + 1e-8) - Math.log(lossesAfter[k] + 1e-8));
      // d/d logit_k of z · falls, by the softmax's derivatives z_k (1 if k = j, minus z_j)
      const slopes = z.map((zk, k) =>
        z.reduce((sum, zj, j) => sum + falls[j] * zk * ((k === j ? 1 : 0) - zj), 0.001 * logits[k]),
      );
      descend(slopes, step, present);
    },
  };
}
