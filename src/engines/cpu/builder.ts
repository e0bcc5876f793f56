import type { Part } from "../../models/parameters.ts";
import { embeddingSets, type ModelSpec, plainInputs, readInputs } from "../../models/spec.ts";
import type { Key } from "../../random/key.ts";
import { type Arena, roundUp } from "../rows/arena.ts";
import { columnBytes, inputPanelBytes, type Layout } from "../rows/panels.ts";
import { type Columns, columnsFrom, takeColumns } from "./columns.ts";
import { embedding } from "./embedding.ts";
import { float32Word, type Instruction, instruction, type Operands } from "./instructions.ts";
import { Reach } from "./reach.ts";
import type { SparseRows } from "./row-plan.ts";
import { Tape } from "./tape.ts";
import { weightUpdate } from "./weight-updates.ts";
import { type FusedLayer, kernelIndex, pathName, pathsOf, type Weights } from "./weights.ts";

/** How a model's units are dropped. */
export interface Dropout {
  readonly probability: number;
  /** The key of a stream, e.g. of `dropout/experts/3/0`. */
  readonly keyOf: (stream: string) => Key;
  /** The address of the step's number, an int32. */
  readonly step: number;
}

/** The units of each expert and gate of a level, in canonical order. */
interface Networks {
  readonly experts: Columns[];
  readonly gates: Columns[];
}

/** Experts of a mix, by their places in it. */
type Learners = readonly number[];

/** What a gate does but a softmax over all of its experts. */
export interface Gate {
  /** The softmax is over this many of the largest logits. */
  readonly top?: number | undefined;
  /** The place of an expert that the mix has as it is, too; -1 for none, with other gates that have one. */
  readonly own?: number;
  /** The only experts that learn from the mix. */
  readonly learners?: Learners;
}

/** Writes the parts of a model as instructions, forwards and backwards, and takes their buffers from the plan. */
export class Builder {
  readonly #arena: Arena;
  readonly #P: number;
  readonly #weights: Weights;
  readonly #layout: Layout;
  readonly #dropout: Dropout | undefined;
  readonly #sparse: SparseRows | undefined;
  readonly #tape = new Tape();
  /** By an expert's address: the gate column of each mix that it is in, and that mix's gradient. */
  readonly #uses = new Map<number, { gate: number; gateStride: number; mix: Columns }[]>();

  constructor(
    arena: Arena,
    P: number,
    weights: Weights,
    { dropout, sparse }: { dropout?: Dropout | undefined; sparse?: SparseRows | undefined } = {},
  ) {
    this.#arena = arena;
    this.#P = P;
    this.#weights = weights;
    this.#layout = weights.layout;
    this.#dropout = dropout;
    this.#sparse = sparse;
  }

  columns(N: number, relu: boolean): Columns {
    return takeColumns(this.#arena, this.#P, N, relu, this.#layout);
  }

  /** The one layer that reads the rows, and the columns of each expert and gate in it; or one for each task's embeddings. */
  first(spec: ModelSpec): Networks {
    const inputs = Array.from({ length: embeddingSets(spec) }, (_, set) => this.#embed(spec, set));
    if (inputs.length > 1) return this.level(spec, 0, inputs);
    const layer = this.#layer("first");
    return this.#networks(spec, layer, inputs[0], this.columns(layer.N, true));
  }

  /** What networks read where the rows have numbers of vectors. */
  #embed(spec: ModelSpec, set: number): Columns {
    const input: Columns = { ...this.columns(readInputs(spec), false), constant: plainInputs(spec) };
    const { forward, backward } = embedding(this.#arena, this.#weights, spec, set, input);
    this.#tape.push([forward], (reach) => (reach.has(input, readInputs(spec)) ? [...backward] : []));
    return input;
  }

  /** The first layers of a level, which read the paths of the level before: side by side, as mixes expect them. */
  level(spec: ModelSpec, level: number, paths: readonly Columns[]): Networks {
    const layers = pathsOf(spec).map((path) => this.#layer(pathName(level, path)));
    const all = this.columns(
      layers.reduce((sum, { N }) => sum + N, 0),
      true,
    );
    let column = 0;
    const onPaths = layers.map((layer, path) => {
      column += layer.N;
      return this.#networks(spec, layer, paths[path], columnsFrom(all, column - layer.N));
    });
    const [shared, own] = [onPaths.slice(spec.tasks), onPaths.slice(0, spec.tasks)];
    return {
      experts: [...shared, ...own].flatMap(({ experts }) => experts),
      gates: onPaths.flatMap(({ gates }) => gates),
    };
  }

  /** A layer of the first layers of experts, then of gates, and the columns of each. */
  #networks({ gate }: ModelSpec, layer: FusedLayer, input: Columns | undefined, out: Columns): Networks {
    const hasDeepGates = gate.layers.length > 0;
    const ofPart = (part: Part) => layer.parts.filter(({ kernel }) => kernel.part === part);
    const [experts, gates] = [ofPart("experts"), ofPart("gates")];
    const relus = hasDeepGates ? layer.N : (gates[0]?.column ?? layer.N);
    this.#forwardAndUpdate(layer, input, out, relus);
    return {
      experts: experts.map(({ column }) => columnsFrom(out, column, true)),
      gates: gates.map(({ column }) => columnsFrom(out, column, hasDeepGates)),
    };
  }

  /** A layer by its canonical name. */
  dense(name: string, input: Columns, out: Columns): void {
    const layer = this.#layer(name);
    this.#forwardAndUpdate(layer, input, out, out.relu ? layer.N : 0);
  }

  /** Drops units of ReLU layers, side by side in `units`, N each. Where one is dropped, its ReLU passes no gradient. */
  drop(layers: readonly string[], units: Columns, N: number): void {
    if (this.#dropout === undefined) return;
    const { probability, keyOf, step } = this.#dropout;
    const M = layers.length;
    const { value, gradient, stride } = units;
    const kept = float32Word(1 / (1 - probability));
    const keys = this.#arena.put(Uint32Array.from(layers.flatMap((layer) => keyOf(`dropout/${layer}`))));
    const last = Math.ceil(probability * 2 ** 32) - 1;
    this.#tape.push([instruction("dropout", { units: value, stride, N, M, keys, last, kept, step })], (reach) =>
      reach.has(units, M * N) ? [instruction("scale", { values: gradient, stride, N: M * N, factor: kept })] : [],
    );
  }

  /** Must be called before the mixes of these experts: in the backward pass, their gradients come after all mixes. */
  mixable(experts: readonly Columns[], H: number): void {
    this.#tape.push([], (reach) => experts.flatMap((expert) => this.#expertGradient(expert, H, reach)));
  }

  /** The mean [B, H] of experts. */
  average(experts: readonly Columns[], H: number): Columns {
    const E = experts.length;
    const weights = new Float32Array(E * this.#layout.panelRows).fill(1 / E);
    const { mix, out } = this.#mixBy(experts, { value: this.#arena.put(weights), stride: 0 }, H);
    this.#tape.push([mix], () => []);
    return out;
  }

  /** A mix [B, H] of experts by a softmax gate. */
  mix(experts: readonly Columns[], gate: Columns, H: number, { top, own, learners }: Gate = {}): Columns {
    const E = experts.length;
    const by = { gate: gate.value, gateStride: gate.stride };
    const shares = own === undefined ? gate : this.columns(E, false);
    const { mix, out, of } = this.#mixBy(experts, shares, H, learners);
    const softmax =
      top === undefined ? instruction("softmax", { ...by, E }) : instruction("topSoftmax", { ...by, E, k: top });
    const { value, stride } = shares;
    const residual =
      own === undefined ? [] : [instruction("residual", { ...by, shares: value, sharesStride: stride, E, own })];
    const mixed = { mix: out.gradient, mixStride: out.stride, dLogits: gate.gradient, dStride: gate.stride };
    this.#tape.push([softmax, ...residual, mix], (reach) => {
      if (!reach.has(out, H)) return [];
      reach.add(gate, E);
      return [instruction("gateGradient", { ...of, ...by, ...mixed })];
    });
    return out;
  }

  /** Experts by the columns of `shares`; those of `learners`, or all, get a gradient from it. */
  #mixBy(
    experts: readonly Columns[],
    { value, stride }: Pick<Columns, "value" | "stride">,
    H: number,
    learners?: Learners,
  ) {
    const E = experts.length;
    const out = this.columns(H, false);
    const table = this.#arena.put(Uint32Array.from(experts, (expert) => expert.value));
    experts.forEach((expert, e) => {
      if (learners && !learners.includes(e)) return;
      const use = { gate: value + e * columnBytes(this.#layout), gateStride: stride, mix: out };
      this.#uses.set(expert.value, [...(this.#uses.get(expert.value) ?? []), use]);
    });
    const of = { experts: table, expertStride: experts[0]?.stride ?? 0, E, H };
    const by = { gate: value, gateStride: stride };
    return { out, of, mix: instruction("mix", { ...of, ...by, out: out.value, outStride: out.stride }) };
  }

  get forward(): readonly Instruction[] {
    return this.#tape.forward;
  }

  /** The backward pass from N of the outputs. */
  backward(outputs: Columns, N: number): readonly Instruction[] {
    const reach = new Reach();
    reach.add(outputs, N);
    return this.#tape.backward(reach);
  }

  /** What follows the update of a step. */
  ending(): readonly Instruction[] {
    return this.#dropout ? [instruction("nextStep", { step: this.#dropout.step })] : [];
  }

  /** The first `relus` columns are ReLU units, the rest linear. */
  #forwardAndUpdate(layer: FusedLayer, input: Columns | undefined, out: Columns, relus: number): void {
    const { D, N } = layer;
    const length = roundUp(N, this.#layout.lanes);
    const floor = this.#arena.put(Float32Array.from({ length }, (_, n) => (n < relus ? 0 : -Infinity)));
    const sparse = input === undefined ? this.#sparse : undefined;
    const rowBytes = inputPanelBytes(sparse?.numbers ?? D, this.#layout);
    const reads = { x: input?.value ?? 0, xStride: input?.stride ?? rowBytes };
    const w = { w: 4 * layer.kernel, bias: 4 * layer.bias };
    const operands = { ...reads, D, ...w, floor, out: out.value, outStride: out.stride, N };
    const dense = sparse ? this.#sparseDense(operands, sparse) : instruction("dense", operands);
    const rows = this.#P * this.#layout.panelRows;
    const gradient = { ...reads, g: out.gradient, gStride: out.stride, ...w };
    const update = weightUpdate(this.#arena, rows, this.#weights, layer, gradient);
    this.#tape.push([dense], (reach) => {
      if (!reach.has(out, N)) return [];
      const before = input ? [this.#inputGradient(layer, input, out, reach)] : [];
      return [...reach.clearOthers(out, N), ...before, update];
    });
  }

  /** A dense layer on rows that have their inputs apart from the zeros. */
  #sparseDense(operands: Operands<"dense">, { at, entries }: SparseRows): Instruction {
    const { lanes } = this.#layout;
    const length = 16 * (Math.ceil(operands.N / 16) | 1); // an odd number of cache lines
    const copy = this.#arena.take(4 * roundUp(operands.D, lanes) * length);
    return instruction("sparseDense", { ...operands, at, entries, copy, rows: this.#arena.take(4 * lanes * length) });
  }

  #inputGradient(layer: FusedLayer, input: Columns, out: Columns, reach: Reach): Instruction {
    const { D } = layer;
    const { first, N } = this.#gradientUnits(layer, out, reach);
    reach.add(input, D);
    return instruction("inputGradient", {
      ...{ g: out.gradient + first * columnBytes(this.#layout), gStride: out.stride, N },
      ...{ w: 4 * kernelIndex(layer, 0, first, this.#layout), D, first: input.constant ?? 0 },
      ...{ dx: input.gradient, dxStride: input.stride },
      ...{ mask: input.relu ? input.value : 0, maskStride: input.stride },
    });
  }

  /** The units of a layer that pass a gradient on; all from the first if lanes are units, which begin with a strip. */
  #gradientUnits({ N }: FusedLayer, out: Columns, reach: Reach): { first: number; N: number } {
    const { first, count } = reach.span(out, N);
    return this.#layout.panelRows === 1 ? { first: 0, N: first + count } : { first, N: count };
  }

  #expertGradient(expert: Columns, H: number, reach: Reach): Instruction[] {
    const uses = (this.#uses.get(expert.value) ?? []).filter(({ mix }) => reach.has(mix, H));
    const [first] = uses;
    if (first === undefined) return [];
    reach.add(expert, H);
    const table = this.#arena.put(Uint32Array.from(uses.flatMap(({ gate, mix }) => [gate, mix.gradient])));
    return [
      instruction("expertGradient", {
        ...{ uses: table, M: uses.length, gateStride: first.gateStride, mixStride: first.mix.stride, H },
        ...{ expert: expert.value, expertStride: expert.stride, out: expert.gradient, outStride: expert.stride },
      }),
    ];
  }

  #layer(name: string): FusedLayer {
    return this.#weights.layers.get(name) as FusedLayer;
  }
}
