import type { Tensor } from "@tensorflow/tfjs-core";
import { dropoutInto } from "../../../models/dropout.ts";
import { expertCount, type ModelSpec } from "../../../models/spec.ts";
import type { Key } from "../../../random/key.ts";
import { modelKey, type Run } from "../../engine.ts";
import type { Tf } from "../tf.ts";
import type { Dropout } from "./forward.ts";
import type { Stack } from "./pack.ts";

/** The factors by which one ReLU layer is multiplied. */
export interface Mask {
  /** `dropout/0/experts/1`: of model number 0, the second layer. */
  readonly name: string;
  readonly stack: Stack;
  readonly layer: number;
  /** [R, B, n, units] for a first layer of experts, [R, n, B, units] for others. */
  readonly shape: readonly [number, number, number, number];
}

/** The masks of a step of R replicas of model number m; none without dropout. */
export function masksOf(spec: ModelSpec, R: number, B: number, m = 0): Mask[] {
  if (spec.dropout === 0) return [];
  const masks = (stack: Stack, n: number, layers: readonly number[]): Mask[] =>
    layers.map((units, layer) => ({
      ...{ name: maskName(m, stack, layer), stack, layer },
      shape: stack === "experts" && layer === 0 ? [R, B, n, units] : [R, n, B, units],
    }));
  return [
    ...masks("experts", expertCount(spec), spec.experts.layers),
    ...masks("towers", spec.tasks, spec.tower.layers),
  ];
}

/** Multiplies each layer's units of model number m by its mask, by the mask's name; undefined without dropout. */
export function dropoutBy(
  tf: Tf,
  masks: Readonly<Record<string, Tensor>>,
  { dropout }: ModelSpec,
  m = 0,
): Dropout | undefined {
  if (dropout === 0) return undefined;
  return (units, stack, layer) => tf.mul(units, masks[maskName(m, stack, layer)] as Tensor);
}

function maskName(m: number, stack: Stack, layer: number): string {
  return `dropout/${m}/${stack}/${layer}`;
}

/** Draws masks for a group of runs: every run drops by streams of its own. */
export class MaskSource {
  readonly #runs: readonly Run[];
  readonly #keys = new Map<string, Key[]>();

  constructor(runs: readonly Run[]) {
    this.#runs = runs;
  }

  /** The factors of `mask` at `step`, into `out` of the mask's size. */
  fill(out: Float32Array, { stack, layer, shape: [, outer, inner, size] }: Mask, step: number): void {
    const { dropout } = (this.#runs[0] as Run).model;
    const rowsOutside = stack === "experts" && layer === 0;
    for (let at = 0, place = 0; at < out.length; at += size, place++) {
      const [r, i, j] = [Math.floor(place / (outer * inner)), Math.floor(place / inner) % outer, place % inner];
      const [row, network] = rowsOutside ? [i, j] : [j, i];
      const key = this.#keysOf(`${stack}/${network}/${layer}`)[r] as Key;
      dropoutInto(out.subarray(at, at + size), key, dropout, row, step);
    }
  }

  #keysOf(layer: string): Key[] {
    const known = this.#keys.get(layer) ?? this.#runs.map((run) => modelKey(run, `dropout/${layer}`));
    this.#keys.set(layer, known);
    return known;
  }
}
