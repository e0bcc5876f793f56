import type { Part } from "../../models/parameters.ts";
import type { Selection } from "../../models/selection.ts";
import { embeddingSets, isReluLayer, type ModelSpec, plainInputs, readInputs } from "../../models/spec.ts";
import type { Key } from "../../random/key.ts";
import { type Arena, roundUp } from "../rows/arena.ts";
import { columnBytes, inputPanelBytes, type Layout } from "../rows/panels.ts";
import { type Columns, columnsFrom, Reach, Tape, takeColumns } from "./columns.ts";
import { embedding } from "./embedding.ts";
import { float32Word, type Instruction, instruction } from "./instructions.ts";
import { gradientSum, takeTurns, weightUpdate } from "./weight-updates.ts";
import {
  constrainedLayers,
  type FusedLayer,
  firstsAreApart,
  kernelIndex,
  kernelSize,
  linkName,
  pathName,
  pathsOf,
  type Weights,
} from "./weights.ts";

/** What a model draws again at each step: units that are dropped, and SNR's gates. */
export interface Chance {
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

/** The columns of a layer that are ReLU units; the others are linear. */
type ReluColumns = readonly [from: number, to: number];
const NO_RELU: ReluColumns = [0, 0];

/** Experts of a mix, by their places in it. */
type Places = readonly number[];

/** What a gate does but a softmax over all of its experts. */
export interface Gate {
  /** Experts are selected by codes. */
  readonly select?: Selection | undefined;
  /** The softmax is over this many of the largest logits. */
  readonly top?: number | undefined;
  /** The place of an expert that the mix has as it is, too; -1 for none, with other gates that have one. */
  readonly own?: number;
  /** The only experts that get a gradient from the mix; all if absent. */
  readonly gradientTo?: Places;
}

/** Writes the parts of a model as instructions, forwards and backwards, and takes their buffers from the plan. */
export class Builder {
  readonly #arena: Arena;
  readonly #P: number;
  readonly #weights: Weights;
  readonly #layout: Layout;
  readonly #spec: ModelSpec;
  readonly #batch: number;
  readonly #chance: Chance | undefined;
  readonly #entries: number | undefined;
  /** Addresses of the records of the vectors that a batch has, of tables whose steps are lazy. */
  readonly touched: number[] = [];
  readonly #tape = new Tape();
  /** By the name of a layer that takes its steps together with others: the address of its gradient. */
  readonly #gradients = new Map<string, number>();
  /** By an expert's address: the gate column of each mix that it is in, and that mix's gradient. */
  readonly #uses = new Map<number, { gate: number; gateStride: number; mix: Columns }[]>();

  constructor(
    arena: Arena,
    P: number,
    weights: Weights,
    spec: ModelSpec,
    { batch, chance, entries }: { batch: number; chance?: Chance | undefined; entries?: number | undefined },
  ) {
    this.#arena = arena;
    this.#P = P;
    this.#weights = weights;
    this.#layout = weights.layout;
    this.#spec = spec;
    this.#batch = batch;
    this.#chance = chance;
    this.#entries = entries;
    for (const names of constrainedLayers(spec)) this.#constrain(names);
  }

  /**
   * Layers take their steps when the gradients of all are known, and are drawn to their mean. In a task's pass only those that it
   * reaches have a gradient, and in that of the constraint none.
   */
  #constrain(names: readonly string[]): void {
    const { tasks: K, constraint = 0 } = this.#spec;
    const layers = names.map((name) => this.#layer(name));
    const { parts } = layers[0];
    const hasBias = parts.some(({ bias }) => bias !== undefined);
    const bytes = hasBias ? this.#layerBytes(layers[0]) : this.#kernelBytes(layers[0]);
    for (const [i, name] of names.entries()) this.#gradients.set(name, this.#arena.take(this.#layerBytes(layers[i])));
    const none = this.#arena.take(bytes);
    this.#tape.push([], (reach) => {
      const blocks = names.map((name, i) => {
        const gradient = reach.isSummed(name) ? (this.#gradients.get(name) as number) : none;
        return [layers[i].kernel, gradient] as const;
      });
      // of the sum over pairs, which is K times the squared distances from the mean
      if (reach.hasPenalty) return [this.#stepBlocks(blocks, bytes, 2 * K * constraint)];
      return blocks.filter(([, gradient]) => gradient !== none).map((block) => this.#stepBlocks([block], bytes));
    });
  }

  #stepBlocks(blocks: readonly (readonly [at: number, gradient: number])[], bytes: number, pull = 0): Instruction {
    const table = Uint32Array.from(blocks.flatMap(([at, gradient]) => [4 * at, gradient]));
    return instruction("stepBlocks", {
      blocks: this.#arena.put(table),
      count: blocks.length,
      bytes,
      pull: float32Word(pull),
    });
  }

  #kernelBytes(layer: FusedLayer): number {
    return 4 * kernelSize(layer, this.#layout);
  }

  #layerBytes(layer: FusedLayer): number {
    return this.#kernelBytes(layer) + this.#vectorBytes(layer.N);
  }

  /** Of a bias or other numbers that are rounded up to whole vectors. */
  #vectorBytes(N: number): number {
    return 4 * roundUp(N, this.#layout.lanes);
  }

  columns(N: number, relu: boolean): Columns {
    return takeColumns(this.#arena, this.#P, N, relu, this.#layout);
  }

  /** The one layer that reads the rows, and the columns of each expert and gate in it; or one for each task's embeddings. */
  first(spec: ModelSpec): Networks {
    const inputs = Array.from({ length: embeddingSets(spec) }, (_, set) => this.#embed(spec, set));
    if (firstsAreApart(spec)) return this.level(spec, 0, inputs.length > 1 ? inputs : this.#forEach(inputs[0]));
    const layer = this.#layer("first");
    return this.#networks(spec, "first", inputs[0], this.columns(layer.N, true));
  }

  /** One input, or the rows, for each task's layer apart; the gradients that layers leave are added up. */
  #forEach(input: Columns | undefined): (Columns | undefined)[] {
    const { tasks: K } = this.#spec;
    const own = Array.from(
      { length: K },
      () => input && { ...input, gradient: this.columns(this.#width(input), false).gradient },
    );
    if (input)
      this.#tape.push([], (reach) => {
        const reached = (own as Columns[]).filter((each) => reach.has(each, this.#width(input)));
        if (reached.length === 0) return [];
        reach.add(input, this.#width(input));
        return [
          this.#sum(
            reached.map(({ gradient }) => gradient),
            input,
          ),
        ];
      });
    return own;
  }

  #width({ stride, column }: Columns): number {
    return stride / column;
  }

  /** The sum of gradients as wide as `input` is its own. */
  #sum(gradients: readonly number[], input: Columns): Instruction {
    const E = gradients.length;
    const ones = this.#arena.put(new Float32Array(E * this.#layout.panelRows).fill(1));
    const { gradient: out, stride } = input;
    const experts = this.#arena.put(Uint32Array.from(gradients));
    return instruction("mix", {
      experts,
      expertStride: stride,
      E,
      gate: ones,
      gateStride: 0,
      out,
      outStride: stride,
      H: this.#width(input),
    });
  }

  /** What all networks read: the rows, or the columns of their vectors. */
  input(spec: ModelSpec): Columns | undefined {
    return spec.embeddings && this.#embed(spec, 0);
  }

  /** What networks read where the rows have numbers of vectors. */
  #embed(spec: ModelSpec, set: number): Columns {
    const input: Columns = { ...this.columns(readInputs(spec), false), constant: plainInputs(spec) };
    const { forward, backward, touched } = embedding(this.#arena, this.#weights, spec, {
      set,
      input,
      batch: this.#batch,
    });
    this.touched.push(...touched);
    this.#tape.push([forward], (reach) => (reach.has(input, readInputs(spec)) ? [...backward] : []));
    return input;
  }

  /** The first layers of a level, which read the paths of the level before: side by side, as mixes expect them. */
  level(spec: ModelSpec, level: number, paths: readonly (Columns | undefined)[]): Networks {
    const names = pathsOf(spec).map((path) => pathName(level, path));
    const all = this.columns(
      names.reduce((sum, name) => sum + this.#layer(name).N, 0),
      true,
    );
    let column = 0;
    const onPaths = names.map((name, path) => {
      const { N } = this.#layer(name);
      column += N;
      return this.#networks(spec, name, paths[path], columnsFrom(all, column - N));
    });
    const [shared, own] = [onPaths.slice(spec.tasks), onPaths.slice(0, spec.tasks)];
    return {
      experts: [...shared, ...own].flatMap(({ experts }) => experts),
      gates: onPaths.flatMap(({ gates }) => gates),
    };
  }

  /** A layer of the first layers of experts, then of gates, and the columns of each. */
  #networks(spec: ModelSpec, name: string, input: Columns | undefined, out: Columns): Networks {
    const layer = this.#layer(name);
    const hasDeepGates = spec.gate.layers.length > 0;
    const isRelu = isReluLayer(spec, 0);
    const ofPart = (part: Part) => layer.parts.filter(({ kernel }) => kernel.part === part);
    const [experts, gates] = [ofPart("experts"), ofPart("gates")];
    const firstGate = gates[0]?.column ?? layer.N;
    this.#forwardAndUpdate(name, input, out, [isRelu ? 0 : firstGate, hasDeepGates ? layer.N : firstGate]);
    return {
      experts: experts.map(({ column }) => columnsFrom(out, column, isRelu)),
      gates: gates.map(({ column }) => columnsFrom(out, column, hasDeepGates)),
    };
  }

  /** A layer by its canonical name. */
  dense(name: string, input: Columns, out: Columns): void {
    this.#forwardAndUpdate(name, input, out, this.#relus(name, out));
  }

  #relus(name: string, { relu }: Columns): ReluColumns {
    return relu ? [0, this.#layer(name).N] : NO_RELU;
  }

  /** Drops units of ReLU layers, side by side in `units`, N each. Where one is dropped, its ReLU passes no gradient. */
  drop(layers: readonly string[], units: Columns, N: number): void {
    const { dropout: probability } = this.#spec;
    if (probability === 0 || !units.relu) return;
    const { keyOf, step } = this.#chance as Chance;
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
  mix(experts: readonly Columns[], gate: Columns, H: number, { select, top, own, gradientTo }: Gate = {}): Columns {
    const E = experts.length;
    const weights = select ? this.columns(E, false) : gate;
    const by = { gate: weights.value, gateStride: weights.stride };
    const shares = own === undefined ? weights : this.columns(E, false);
    const { mix, out, of } = this.#mixBy(experts, shares, H, gradientTo);
    const { value, stride } = shares;
    const residual =
      own === undefined ? [] : [instruction("residual", { ...by, shares: value, sharesStride: stride, E, own })];
    const mixed = { ...of, mix: out.gradient, mixStride: out.stride };
    if (select) {
      const { forward, backward } = this.#selection(select, gate, weights, E);
      this.#tape.push([forward, ...residual, mix], (reach) => {
        const isReached = reach.has(out, H);
        if (!isReached && !reach.hasPenalty) return [];
        reach.add(gate, select.experts * (1 + Math.log2(E)));
        const { gradient: values, stride } = weights;
        const before = isReached
          ? this.#sharesGradient(experts, out, weights, H)
          : instruction("clear", { values, stride, N: E });
        return [before, backward(reach.hasPenalty)];
      });
      return out;
    }
    const softmax =
      top === undefined ? instruction("softmax", { ...by, E }) : instruction("topSoftmax", { ...by, E, k: top });
    const logits = { dLogits: gate.gradient, dStride: gate.stride };
    this.#tape.push([softmax, ...residual, mix], (reach) => {
      if (!reach.has(out, H)) return [];
      reach.add(gate, E);
      return [instruction("gateGradient", { ...mixed, ...by, ...logits })];
    });
    return out;
  }

  /** A gate's outputs to the weights of E experts, by codes. */
  #selection({ experts: k, gamma, entropy }: Selection, gate: Columns, weights: Columns, E: number) {
    const bits = Math.log2(E);
    const scratch = this.#arena.take(4 * this.#layout.lanes * (2 * k * (1 + bits) + E));
    const of = { gate: gate.value, gateStride: gate.stride, k, bits, gamma: float32Word(gamma), scratch };
    const gradients = { d: weights.gradient, dStride: weights.stride, out: gate.gradient, outStride: gate.stride };
    return {
      forward: instruction("selectExperts", { ...of, weights: weights.value, weightsStride: weights.stride }),
      backward: (hasEntropy: boolean) =>
        instruction("selectGradient", {
          ...of,
          ...gradients,
          rows: this.#batch,
          entropy: float32Word(hasEntropy ? entropy / this.#batch : 0),
        }),
    };
  }

  /** The gradient of the columns that experts were mixed by. */
  #sharesGradient(experts: readonly Columns[], mix: Columns, shares: Columns, H: number): Instruction {
    const table = this.#arena.put(Uint32Array.from(experts, (expert) => expert.value));
    return instruction("sharesGradient", {
      experts: table,
      expertStride: experts[0]?.stride ?? 0,
      E: experts.length,
      H,
      mix: mix.gradient,
      mixStride: mix.stride,
      d: shares.gradient,
      dStride: shares.stride,
    });
  }

  /**
   * Sums [B, H] of experts, those of each of K tasks, by K x E numbers of a block that are learned and no functions of the row; those of SNR
   * are the numbers' gates.
   */
  sums(block: string, experts: readonly (readonly Columns[])[], H: number, areGates = false): Columns[] {
    const { at } = this.#weights.vectors.get(block) as { at: number };
    const E = experts[0]?.length ?? 0;
    const count = experts.length * E;
    const column = columnBytes(this.#layout);
    const value = this.#arena.take(count * column);
    const all = this.columns(count, false);
    const slopes = this.#arena.put(new Float32Array(this.#vectorBytes(count) / 4).fill(1));
    const first = areGates
      ? instruction("linkGates", { w: 4 * at, count, ...this.#noise(), out: value, slopes })
      : instruction("spread", { w: 4 * at, count, out: value });
    const mixes = experts.map((seen, k) => this.#mixBy(seen, { value: value + k * E * column, stride: 0 }, H));
    const outs = mixes.map(({ out }) => out);
    const update = instruction("update", {
      x: 0, // no inputs: the numbers are updated as biases are
      xStride: 0,
      D: 0,
      rows: 0,
      sums: 0,
      g: all.gradient,
      gStride: all.stride,
      N: count,
      w: 4 * at,
      bias: 4 * at,
      trained: slopes,
    });
    this.#tape.push([first, ...mixes.map(({ mix }) => mix)], (reach) => {
      const shares = outs.map((_, k) => columnsFrom(all, k * E));
      const isReached = outs.map((out) => reach.has(out, H));
      if (!isReached.includes(true)) return [];
      const gradients = outs.map((out, k) => {
        const own = shares[k];
        if (isReached[k]) return this.#sharesGradient(experts[k], out, own, H);
        return instruction("clear", { values: own.gradient, stride: own.stride, N: E });
      });
      return [...gradients, update];
    });
    return outs;
  }

  #noise(): { key: number; step: number } {
    const { keyOf, step } = this.#chance as Chance;
    return { key: this.#arena.put(Uint32Array.from(keyOf("noise/links"))), step };
  }

  /** What each expert gives to each of K tasks, [E][K] of H columns. */
  links(experts: readonly Columns[], H: number): Columns[][] {
    const K = this.#spec.tasks;
    const all = this.columns(experts.length * K * H, false);
    return experts.map((expert, e) => {
      const out = columnsFrom(all, e * K * H);
      this.dense(linkName(e), expert, out);
      return Array.from({ length: K }, (_, k) => columnsFrom(out, k * H));
    });
  }

  /**
   * Layer i of all tasks' experts or towers, whose kernels are products over tasks, from what each task reads, or all, to [K]
   * of `units` columns: W_k = U (sum_i v_ki S_i) V.
   */
  factored(part: "experts" | "towers", i: number, inputs: readonly (Columns | undefined)[], units: number): Columns[] {
    const K = this.#spec.tasks;
    const name = `factors/${part}`;
    const reduced = this.#byOne(part === "experts" && i === 0 ? "first" : `${name}/inputs/${i}`, inputs);
    const H = this.#layer(`${name}/units/${i}`).D;
    const byCores = this.#byOne(`${name}/cores/${i}`, reduced).map((all) =>
      Array.from({ length: this.#width(all) / H }, (_, core) => columnsFrom(all, core * H)),
    );
    this.mixable(byCores.flat(), H);
    const cores = Array.from({ length: K }, (_, k) => byCores[k] ?? byCores[0]);
    const mixed = this.sums(`${name}/shares/${i}/shares`, cores, H);
    const out = this.columns(K * units, part === "towers" || isReluLayer(this.#spec, i));
    const outs = mixed.map((_, k) => columnsFrom(out, k * units));
    this.#byAll(`${name}/units/${i}`, mixed, outs, (k) => this.#weights.vectors.get(`${part}/${k}/${i}/bias`)?.at);
    return outs;
  }

  /** A linear layer on each of `inputs`. */
  #byOne(name: string, inputs: readonly (Columns | undefined)[]): Columns[] {
    const { N } = this.#layer(name);
    const outs = inputs.map(() => this.columns(N, false));
    if (inputs.length > 1) this.#byAll(name, inputs as Columns[], outs);
    else this.#forwardAndUpdate(name, inputs[0], outs[0], NO_RELU);
    return outs;
  }

  /** One kernel on several inputs, each with a bias of its own or none; it takes its step by the sum of the gradients. */
  #byAll(
    name: string,
    inputs: readonly Columns[],
    outs: readonly Columns[],
    biasOf: (i: number) => number | undefined = () => undefined,
  ): void {
    const layer = this.#layer(name);
    const [kernel, vector] = [this.#kernelBytes(layer), this.#vectorBytes(layer.N)];
    const gradient = this.#arena.take(kernel + inputs.length * vector);
    const ones = this.#arena.put(new Float32Array(vector / 4).fill(1));
    const relus = this.#relus(name, outs[0]);
    const forward = inputs.map((input, i) => {
      const bias = biasOf(i) ?? layer.bias;
      return this.#dense({ ...layer, bias }, input, outs[i], relus);
    });
    const sums = inputs.map((input, i) => (clear: number) => {
      const place = { w: gradient, bias: gradient + kernel + i * vector };
      return gradientSum(this.#arena, this.#rows, this.#weights, layer, {
        ...this.#read(layer, input),
        ...this.#given(outs[i]),
        ...place,
        clear,
        ...(biasOf(i) !== undefined && { trained: ones }),
      });
    });
    this.#tape.push(forward, (reach) => {
      const reached = [...inputs.keys()].filter((i) => reach.has(outs[i], layer.N));
      if (reached.length === 0) return [];
      return [
        ...reached.flatMap((i) => reach.clearOthers(outs[i], layer.N)),
        ...reached.map((i) => this.#inputGradient(layer, inputs[i], outs[i], reach)),
        ...reached.map((i, first) => sums[i]?.(first === 0 ? kernel + inputs.length * vector : 0)),
        this.#stepBlocks([[layer.kernel, gradient]], kernel),
        ...reached.flatMap((i) => {
          const bias = biasOf(i);
          return bias === undefined ? [] : [this.#stepBlocks([[bias, gradient + kernel + i * vector]], vector)];
        }),
      ];
    });
  }

  /** Experts by the columns of `shares`; those of `gradientTo`, or all, get one from it. */
  #mixBy(
    experts: readonly Columns[],
    { value, stride }: Pick<Columns, "value" | "stride">,
    H: number,
    gradientTo?: Places,
  ) {
    const E = experts.length;
    const out = this.columns(H, false);
    const table = this.#arena.put(Uint32Array.from(experts, (expert) => expert.value));
    experts.forEach((expert, e) => {
      if (gradientTo && !gradientTo.includes(e)) return;
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

  /** The backward pass from N of the outputs, and from what the model adds to the tasks' losses if it `hasPenalty`. */
  backward(outputs: Columns, N: number, { hasPenalty }: { readonly hasPenalty: boolean }): readonly Instruction[] {
    const reach = new Reach(hasPenalty);
    reach.add(outputs, N);
    return this.#tape.backward(reach);
  }

  /** What follows the update of a step. */
  ending(): readonly Instruction[] {
    return this.#chance ? [instruction("nextStep", { step: this.#chance.step })] : [];
  }

  #forwardAndUpdate(name: string, input: Columns | undefined, out: Columns, relus: ReluColumns): void {
    const layer = this.#layer(name);
    const gradients = { ...this.#read(layer, input), ...this.#given(out) };
    const sum = this.#gradients.get(name);
    const of = [this.#arena, this.#rows, this.#weights, layer] as const;
    const own = { ...gradients, w: 4 * layer.kernel, bias: 4 * layer.bias };
    const summed = (w: number) => ({
      ...gradients,
      w,
      bias: w + this.#kernelBytes(layer),
      clear: this.#layerBytes(layer),
    });
    const entries = this.#entriesOf(input);
    const update = sum === undefined ? weightUpdate(...of, own, entries) : gradientSum(...of, summed(sum), entries);
    this.#tape.push([this.#dense(layer, input, out, relus)], (reach) => {
      if (!reach.has(out, layer.N)) return [];
      if (sum !== undefined) reach.addSummed(name);
      const before = input ? [this.#inputGradient(layer, input, out, reach)] : [];
      return [...reach.clearOthers(out, layer.N), ...before, update];
    });
  }

  /** The entries of a row, if a layer reads rows that are sparse. */
  #entriesOf(input: Columns | undefined): number | undefined {
    return input === undefined ? this.#entries : undefined;
  }

  get #rows(): number {
    return this.#P * this.#layout.panelRows;
  }

  /** Where a layer finds its input: the columns of another, or the rows. */
  #read({ D }: FusedLayer, input: Columns | undefined): { x: number; xStride: number } {
    const entries = this.#entriesOf(input);
    return { x: input?.value ?? 0, xStride: input?.stride ?? inputPanelBytes(entries ? 2 * entries : D, this.#layout) };
  }

  #given({ gradient: g, stride: gStride }: Columns): { g: number; gStride: number } {
    return { g, gStride };
  }

  #dense(layer: FusedLayer, input: Columns | undefined, out: Columns, [from, to]: ReluColumns): Instruction {
    const { D, N } = layer;
    const length = roundUp(N, this.#layout.lanes);
    const floor = this.#arena.put(Float32Array.from({ length }, (_, n) => (n >= from && n < to ? 0 : -Infinity)));
    const w = { w: 4 * layer.kernel, bias: 4 * layer.bias };
    const operands = { ...this.#read(layer, input), D, ...w, floor, out: out.value, outStride: out.stride, N };
    const entries = this.#entriesOf(input);
    if (entries === undefined) return instruction("dense", operands);
    return instruction("sparseDense", { ...operands, ...takeTurns(this.#arena, layer, this.#layout.lanes, entries) });
  }

  #inputGradient(layer: FusedLayer, input: Columns, out: Columns, reach: Reach): Instruction {
    const { D } = layer;
    const { first, N } = this.#gradientUnits(layer, out, reach);
    reach.add(input, D);
    return instruction("inputGradient", {
      g: out.gradient + first * columnBytes(this.#layout),
      gStride: out.stride,
      N,
      w: 4 * kernelIndex(layer, 0, first, this.#layout),
      D,
      first: input.constant ?? 0,
      dx: input.gradient,
      dxStride: input.stride,
      mask: input.relu ? input.value : 0,
      maskStride: input.stride,
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
        uses: table,
        M: uses.length,
        gateStride: first.gateStride,
        mixStride: first.mix.stride,
        H,
        expert: expert.relu ? expert.value : 0,
        expertStride: expert.stride,
        out: expert.gradient,
        outStride: expert.stride,
      }),
    ];
  }

  #layer(name: string): FusedLayer {
    return this.#weights.layers.get(name) as FusedLayer;
  }
}
