import type { Tensor } from "@tensorflow/tfjs-core";
import { dropoutInto } from "../../../models/dropout.ts";
import { expertCount, isReluLayer, levelCount, type ModelSpec } from "../../../models/spec.ts";
import type { Key } from "../../../random/key.ts";
import { wordsInto } from "../../../random/philox.ts";
import { modelKey, type Run } from "../../engine.ts";
import type { MethodName } from "../../methods.ts";
import type { Tf } from "../tf.ts";
import type { Chance, Dropout } from "./forward.ts";

/**
 * What is drawn again at each step: the factors by which one ReLU layer is multiplied, the noise of SNR's gates, or the
 * order in which a method takes the tasks.
 */
export interface Mask {
  /** `dropout/0/0/experts/1`: of model number 0, first level, the second layer. */
  readonly name: string;
  readonly stack: "experts" | "towers" | "noise" | "order";
  readonly layer: number;
  readonly level: number;
  /** [R, B, n, units] for the experts' first layer in the first level, [R, n, B, units] for others. Noise is [R, 1, K, E],
   * an order [R, K-1, K, K].
   */
  readonly shape: readonly [number, number, number, number];
}

/** The masks of a step of R replicas of model number m, trained by `method`; most have none without dropout. */
export function masksOf(spec: ModelSpec, R: number, B: number, m = 0, method: MethodName = "sum"): Mask[] {
  const K = spec.tasks;
  const one = (stack: "noise" | "order", shape: Mask["shape"]): Mask => {
    return { name: maskName(m, stack), stack, layer: 0, level: 0, shape };
  };
  const drawn = [
    ...(spec.gating === "snr-trans" ? [one("noise", [R, 1, K, expertCount(spec)])] : []),
    ...(method === "pcgrad" && K > 2 ? [one("order", [R, K - 1, K, K])] : []),
  ];
  if (spec.dropout === 0) return drawn;
  const masks = (stack: Mask["stack"], n: number, layers: readonly number[], level = 0): Mask[] =>
    layers.map((units, layer) => ({
      name: maskName(m, stack, layer, level),
      stack,
      layer,
      level,
      shape: rowsOutside(stack, layer, level) ? [R, B, n, units] : [R, n, B, units],
    }));
  const levels = Array.from({ length: levelCount(spec) }, (_, level) => level);
  return [
    ...drawn,
    ...levels
      .flatMap((level) => masks("experts", expertCount(spec), spec.experts.layers, level))
      .filter(({ layer }) => isReluLayer(spec, layer)),
    ...masks("towers", K, spec.tower.layers),
  ];
}

/** What a step of model number m has drawn, by the names of masks. */
export function chanceBy(
  tf: Tf,
  masks: Readonly<Record<string, Tensor>>,
  { dropout }: Pick<ModelSpec, "dropout">,
  m = 0,
): Chance {
  const [noise, order] = [masks[maskName(m, "noise")], masks[maskName(m, "order")]] as (Tensor | undefined)[];
  const drop: Dropout = (units, stack, layer, level) => tf.mul(units, masks[maskName(m, stack, layer, level)]);
  return { dropout: dropout === 0 ? undefined : drop, noise: noise && tf.squeeze(noise, [1]), order };
}

/** Whether the rows come before the networks in a layer's units. */
function rowsOutside(stack: Mask["stack"], layer: number, level: number): boolean {
  return stack === "experts" && layer === 0 && level === 0;
}

function maskName(m: number, stack: Mask["stack"], layer = 0, level = 0): string {
  return `dropout/${m}/${level}/${stack}/${layer}`;
}

/** Draws masks for a group of runs: every run drops by streams of its own. */
export class MaskSource {
  readonly #runs: readonly Run[];
  readonly #keys = new Map<string, Key[]>();

  constructor(runs: readonly Run[]) {
    this.#runs = runs;
  }

  /** The factors of `mask` at `step`, into `out` of the mask's size. */
  fill(out: Float32Array, mask: Mask, step: number): void {
    if (mask.stack === "noise") this.#fillNoise(out, step);
    else if (mask.stack === "order") this.#fillOrder(out, mask, step);
    else this.#fillFactors(out, mask.stack, mask, step);
  }

  /** log u - log(1 - u), u uniform and new at each step. */
  #fillNoise(out: Float32Array, step: number): void {
    const keys = this.#keysOf("noise/links");
    const words = new Uint32Array(out.length / keys.length);
    for (const [r, key] of keys.entries()) {
      wordsInto(words, key, 0, step);
      out.set(Array.from(words, logit), r * words.length);
    }
  }

  /** For each task the others by a word of each, new at each step: row i of round n has a 1 at task i's n-th. */
  #fillOrder(out: Float32Array, { shape: [, rounds, K] }: Mask, step: number): void {
    const words = new Uint32Array(K * K);
    out.fill(0);
    for (const [r, key] of this.#keysOf("method/order").entries()) {
      wordsInto(words, key, 0, step);
      for (let i = 0; i < K; i++) {
        const wordOf = (task: number) => words[i * K + task];
        const others = Array.from({ length: K }, (_, task) => task).filter((task) => task !== i);
        others.sort((a, b) => wordOf(a) - wordOf(b));
        for (const [round, task] of others.entries()) out[((r * rounds + round) * K + i) * K + task] = 1;
      }
    }
  }

  #fillFactors(out: Float32Array, stack: "experts" | "towers", { layer, level, shape }: Mask, step: number): void {
    const [, outer, inner, size] = shape;
    const { dropout } = this.#runs[0].model;
    const isOutside = rowsOutside(stack, layer, level);
    for (let at = 0, place = 0; at < out.length; at += size, place++) {
      const [r, i, j] = [Math.floor(place / (outer * inner)), Math.floor(place / inner) % outer, place % inner];
      const [row, network] = isOutside ? [i, j] : [j, i];
      const name = `${level === 0 ? "" : `levels/${level}/`}${stack}/${network}`;
      const key = this.#keysOf(`dropout/${name}/${layer}`)[r];
      dropoutInto(out.subarray(at, at + size), key, dropout, row, step);
    }
  }

  #keysOf(stream: string): Key[] {
    const known = this.#keys.get(stream) ?? this.#runs.map((run) => modelKey(run, stream));
    this.#keys.set(stream, known);
    return known;
  }
}

/** Of a uniform number, from its word. */
function logit(word: number): number {
  const u = (word + 0.5) * 2 ** -32;
  return Math.log(u) - Math.log1p(-u);
}
