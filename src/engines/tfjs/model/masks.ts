import type { Tensor } from "@tensorflow/tfjs-core";
import { dropoutInto } from "../../../models/dropout.ts";
import { type OperationOf, programOf } from "../../../models/program.ts";
import { expertCount, type ModelSpec } from "../../../models/spec.ts";
import type { Key } from "../../../random/key.ts";
import { normalsInto } from "../../../random/normal.ts";
import { wordsInto } from "../../../random/philox.ts";
import { groupBy } from "../../../stats/group-by.ts";
import { modelKey, type Run } from "../../engine.ts";
import type { MethodName } from "../../methods.ts";
import type { Tf } from "../tf.ts";
import { type Chance, sizeOf } from "./forward.ts";
import { readSame, stacksOf } from "./pack.ts";

/**
 * What is drawn again at each step: the factors by which ReLU layers or weights of gates are multiplied, the noise of SNR's
 * gates, the order in which a method takes the tasks, or normals, by which it weighs them or logits of gates are noisy.
 */
export interface Mask {
  /** `dropout/0/experts/0/1`: of model number 0, of layers the first of which is that. */
  readonly name: string;
  /** The streams of layers or gates that drop, `dropout/experts/0/1` and so on; or that of all numbers. */
  readonly streams: readonly string[];
  /** Of dropping; 0 for other kinds. */
  readonly probability: number;
  readonly kind: "by-row" | "by-network" | "noise" | "order" | "normals";
  /** [R, B, n, units] by row, [R, n, B, units] by network. Noise is [R, 1, K, E], an order [R, K-1, K, K]; a method's normals [R, 1, 1, K]. */
  readonly shape: readonly [number, number, number, number];
}

/** The masks of a step of R replicas of model number m, trained by `method`; most have none without dropout. */
export function masksOf(spec: ModelSpec, R: number, B: number, m = 0, method: MethodName = "sum"): Mask[] {
  const { tasks: K, dropout, gate } = spec;
  const all = programOf(spec).operations.flatMap((operation): Mask[] => {
    if (operation.kind === "sum" && operation.coefficients.kind === "log-alpha")
      return [maskOf(`noise/${m}`, "noise/links", "noise", [R, 1, K, expertCount(spec)])];
    if (operation.kind === "mix")
      return [
        ...(gate.dropout ? gateMasks(operation, "dropped", gate.dropout, R, B, m) : []),
        ...(gate.noise ? gateMasks(operation, "noisy", 0, R, B, m) : []),
      ];
    return operation.kind === "dense" && dropout > 0 ? dropoutMasks(operation, dropout, R, B, m) : [];
  });
  if (method === "pcgrad" && K > 2) all.push(maskOf(`order/${m}`, "method/order", "order", [R, K - 1, K, K]));
  if (method === "rlw") all.push(maskOf(`normals/${m}`, "method/weights", "normals", [R, 1, 1, K]));
  return all;
}

function maskOf(name: string, stream: string, kind: Mask["kind"], shape: Mask["shape"]): Mask {
  return { name, streams: [stream], probability: 0, kind, shape };
}

/** Of weights that are dropped, or of logits that are noisy. */
function gateMasks(
  { mixes }: OperationOf<"mix">,
  by: "dropped" | "noisy",
  probability: number,
  R: number,
  B: number,
  m: number,
): Mask[] {
  const [part, kind] = by === "dropped" ? (["dropout", "by-row"] as const) : (["noise", "normals"] as const);
  return Array.from(groupBy(mixes, sizeOf).values(), (group) => {
    const streams = group.map((mix) => `${part}/${mix[by]}`);
    const shape = [R, B, group.length, group[0].seen.length] as const;
    return { name: `${part}/${m}/${group[0][by]}`, streams, probability, kind, shape };
  });
}

function dropoutMasks(operation: OperationOf<"dense">, probability: number, R: number, B: number, m: number): Mask[] {
  const isByRow = readSame(operation);
  return stacksOf(operation).flatMap((layers): Mask[] => {
    const streams = layers.flatMap(({ dropped }) => (dropped === undefined ? [] : [`dropout/${dropped}`]));
    if (streams.length === 0) return [];
    const [n, units] = [layers.length, layers[0].kernel.shape[1]];
    const shape = isByRow ? ([R, B, n, units] as const) : ([R, n, B, units] as const);
    return [
      { name: maskName(m, layers[0].dropped), streams, probability, kind: isByRow ? "by-row" : "by-network", shape },
    ];
  });
}

/** What a step of model number m has drawn, by the names of masks. */
export function chanceBy(tf: Tf, masks: Readonly<Record<string, Tensor>>, m = 0): Chance {
  const [noise, order, normals] = ["noise", "order", "normals"].map(
    (kind) => masks[`${kind}/${m}`] as Tensor | undefined,
  );
  const factors = (dropped: string) => masks[maskName(m, dropped)];
  const gateNormals = (noisy: string) => masks[`noise/${m}/${noisy}`];
  return {
    factors,
    gateNormals,
    noise: noise && tf.squeeze(noise, [1]),
    order,
    normals: normals && tf.squeeze(normals, [1, 2]),
  };
}

function maskName(m: number, dropped: string | undefined): string {
  return `dropout/${m}/${dropped}`;
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
    if (mask.kind === "noise") this.#fillNoise(out, mask, step);
    else if (mask.kind === "order") this.#fillOrder(out, mask, step);
    else this.#fillRows(out, mask, step);
  }

  /** log u - log(1 - u), u uniform and new at each step. */
  #fillNoise(out: Float32Array, { streams: [stream] }: Mask, step: number): void {
    const keys = this.#keysOf(stream);
    const words = new Uint32Array(out.length / keys.length);
    for (const [r, key] of keys.entries()) {
      wordsInto(words, key, 0, step);
      out.set(Array.from(words, logit), r * words.length);
    }
  }

  /** For each task the others by a word of each, new at each step: row i of round n has a 1 at task i's n-th. */
  #fillOrder(out: Float32Array, { streams: [stream], shape: [, rounds, K] }: Mask, step: number): void {
    const words = new Uint32Array(K * K);
    out.fill(0);
    for (const [r, key] of this.#keysOf(stream).entries()) {
      wordsInto(words, key, 0, step);
      for (let i = 0; i < K; i++) {
        const wordOf = (task: number) => words[i * K + task];
        const others = Array.from({ length: K }, (_, task) => task).filter((task) => task !== i);
        others.sort((a, b) => wordOf(a) - wordOf(b));
        for (const [round, task] of others.entries()) out[((r * rounds + round) * K + i) * K + task] = 1;
      }
    }
  }

  /** Normals, or factors of dropout, of each row by the stream of each layer or gate. */
  #fillRows(out: Float32Array, { kind, streams, shape, probability }: Mask, step: number): void {
    const [, outer, inner, size] = shape;
    for (let at = 0, place = 0; at < out.length; at += size, place++) {
      const [r, i, j] = [Math.floor(place / (outer * inner)), Math.floor(place / inner) % outer, place % inner];
      const [row, n] = kind === "by-network" ? [j, i] : [i, j];
      const [own, key] = [out.subarray(at, at + size), this.#keysOf(streams[n])[r]];
      if (kind === "normals") normalsInto(own, key, row, step);
      else dropoutInto(own, key, probability, row, step);
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
