// Gradients of K tasks as plain float64 vectors, and what methods make of them.
import type { Combination, GradientMethod } from "../../../../src/engines/tfjs/model/method.ts";
import { initialMethodState } from "../../../../src/engines/tfjs/model/method-step.ts";
import type { Tf } from "../../../../src/engines/tfjs/tf.ts";
import { PLAIN_TRAINING } from "../../../../src/engines/training-settings.ts";
import { keyOf } from "../../../../src/random/key.ts";
import { normals } from "../../../../src/random/normal.ts";
import { range } from "../../../support/reference.ts";

export type Vector = readonly number[];

export function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

export function length(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/** sum_k w_k v_k. */
export function mixOf(weights: Vector, vectors: readonly Vector[]): number[] {
  return vectors[0].map((_, i) =>
    dot(
      weights,
      vectors.map((vector) => vector[i]),
    ),
  );
}

export function gramOf(vectors: readonly Vector[]): number[][] {
  return vectors.map((a) => vectors.map((b) => dot(a, b)));
}

/** x with A x = y. */
export function solved(A: readonly Vector[], y: Vector): number[] {
  const rows = A.map((row, i) => [...row, y[i]]);
  for (const [k, pivot] of rows.entries())
    for (const [i, row] of rows.entries()) {
      const factor = row[k] / pivot[k];
      if (i !== k) for (let j = k; j < row.length; j++) row[j] -= factor * pivot[j];
    }
  return rows.map((row, k) => row[y.length] / row[k]);
}

/** K vectors of `size` numbers, of different lengths, that lean against each other by `conflict`. */
export function someVectors(K: number, seed: number, { size = 7, conflict = 0.8 } = {}): number[][] {
  const drawn = range(K).map((k) => [...normals(keyOf(`vectors/${seed}/${k}`), size)]);
  const mean = mixOf(new Array<number>(K).fill(1 / K), drawn);
  return drawn.map((vector, k) => vector.map((value, i) => (k + 0.5) * (value - conflict * mean[i])));
}

/** For each of K tasks the others in an order, which is another for every second of the n-th problems. */
export function orderOf(K: number, n = 0): number[][] {
  return range(K).map((i) => {
    const others = range(K).filter((j) => j !== i);
    return (n + i) % 2 === 0 ? others : others.toReversed();
  });
}

/** An order [K][K-1] as the methods take it, [K-1][K][K]. */
export const oneHot = (orders: readonly (readonly number[])[]) =>
  range(orders.length - 1).map((round) => orders.map((order) => orders.map((_, j) => (order[round] === j ? 1 : 0))));

interface Given {
  /** [R][K]; 1 if absent. */
  readonly losses?: readonly Vector[];
  /** [R][K-1][K][K]. */
  readonly order?: number[][][][];
  /** [R][K]; 1 if absent. */
  readonly present?: readonly Vector[];
  readonly state?: Readonly<Record<string, Vector[]>>;
}

/** Weights of the shared gradients of R replicas, each with vectors of its own, [R][K], and the next state. */
export function weightsOf(tf: Tf, method: GradientMethod, replicas: readonly (readonly Vector[])[], given: Given = {}) {
  const [R, K, P] = [replicas.length, replicas[0].length, replicas[0][0].length];
  return tf.tidy(() => {
    const initial = initialMethodState(tf, method, PLAIN_TRAINING, [R, K, P]);
    const state = { ...initial, ...mapped(given.state ?? {}, (value) => tf.tensor2d(copied(value))) };
    const combination: Combination = method.combine(tf, {
      gram: tf.tensor3d(replicas.map(gramOf)),
      gradients: tf.tensor3d(replicas.map(copied)),
      isShared: tf.ones([1, P]),
      losses: given.losses ? tf.tensor2d(copied(given.losses)) : tf.ones([R, K]),
      order: given.order && tf.tensor4d(given.order),
      ...(given.present && { present: tf.tensor2d(copied(given.present)) }),
      state,
      rates: { ...PLAIN_TRAINING, rate: 0.1 },
    });
    return {
      shared: combination.shared.arraySync() as number[][],
      own: combination.own?.arraySync() as number[][] | undefined,
      next: mapped(combination.next ?? {}, (value) => value.arraySync() as number[][]),
    };
  });
}

function mapped<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function copied(rows: readonly Vector[]): number[][] {
  return rows.map((row) => [...row]);
}
