// Dense layers as instructions: forwards, and backwards with the steps of their weights.
import type { Layer, OperationOf } from "../../models/program.ts";
import type { ModelSpec } from "../../models/spec.ts";
import type { Key } from "../../random/key.ts";
import { type Arena, roundUp } from "../rows/arena.ts";
import { columnBytes, inputPanelBytes, type Layout } from "../rows/panels.ts";
import { type Columns, columnsFrom, type Reach, type Tape, takeColumns } from "./columns.ts";
import { float32Word, type Instruction, instruction } from "./instructions.ts";
import { gradientSum, takeTurns, weightUpdate } from "./weight-updates.ts";
import { constrainedLayers, type FusedLayer, kernelIndex, kernelSize, layersIn, type Weights } from "./weights.ts";

/** What a model draws again at each step: units and weights of gates that are dropped, and SNR's gates. */
export interface Chance {
  /** The key of a stream, e.g. of `dropout/experts/3/0`. */
  readonly keyOf: (stream: string) => Key;
  /** The address of the step's number, an int32. */
  readonly step: number;
}

/** What the parts of a step are written with. */
export interface StepPlan {
  readonly spec: ModelSpec;
  readonly weights: Weights;
  readonly arena: Arena;
  readonly tape: Tape;
  /** The most panels of rows. */
  readonly P: number;
  /** Rows of a training step. */
  readonly batch: number;
  readonly chance: Chance | undefined;
  /** The entries of a sparse row. */
  readonly entries: number | undefined;
}

/** A layer's units, and the units that they are made of; no columns are the rows. */
interface Reading {
  readonly layers: readonly Layer[];
  readonly input: Columns | undefined;
  readonly out: Columns;
}

export class DenseLayers {
  readonly #plan: StepPlan;
  readonly #arena: Arena;
  readonly #weights: Weights;
  readonly #layout: Layout;
  /** Of each layer that takes its step together with others: the address of its gradient. */
  readonly #gradients = new Map<FusedLayer, number>();

  constructor(plan: StepPlan) {
    this.#plan = plan;
    this.#arena = plan.arena;
    this.#weights = plan.weights;
    this.#layout = plan.weights.layout;
    for (const layers of constrainedLayers(plan.spec, plan.weights)) this.#constrain(layers);
  }

  /** Writes the layers of an operation, whose units lie side by side. */
  write(operation: OperationOf<"dense">, inputOf: (layer: Layer) => Columns | undefined): Columns[] {
    const fused = layersIn(operation, this.#weights.layers);
    const all = this.#columns(fused.reduce((sum, { N, readings }) => sum + N * readings.length, 0));
    const units = new Map<Layer, Columns>();
    let column = 0;
    const read = fused.map(({ N, parts, readings }) =>
      readings.map((layers): Reading => {
        const out = columnsFrom(all, column, N);
        for (const [i, { kernel, isRelu }] of layers.entries())
          units.set(layers[i], columnsFrom(out, parts[i].column, kernel.shape[1], isRelu));
        column += N;
        return { layers, input: inputOf(layers[0]), out };
      }),
    );
    const apart = this.apart(read.flat());
    for (const [i, layer] of fused.entries())
      this.#fused(
        layer,
        apart.filter(({ layers }) => read[i].some((one) => one.layers === layers)),
      );
    for (const { layers } of apart) this.#drop(layers, units);
    return operation.layers.map((layer) => units.get(layer) as Columns);
  }

  #columns(N: number): Columns {
    return takeColumns(this.#arena, this.#plan.P, N, this.#layout);
  }

  /** Several layers or modulations that read the same units leave a gradient each, and these are added up. */
  apart<T extends { readonly input: Columns | undefined }>(readings: readonly T[]): T[] {
    const inputs = readings.map(({ input }) => input);
    const isShared = (input: Columns | undefined): input is Columns =>
      input !== undefined && inputs.indexOf(input) < inputs.lastIndexOf(input);
    const apart = readings.map((reading) => {
      const { input } = reading;
      return isShared(input)
        ? { ...reading, input: { ...input, gradient: this.#columns(input.stride / input.column).gradient } }
        : reading;
    });
    for (const input of new Set(inputs.filter(isShared))) {
      const copies = apart.flatMap((reading, i) => (inputs[i] === input && reading.input ? [reading.input] : []));
      this.#plan.tape.push([], (reach) => {
        const reached = copies.filter((copy) => reach.has(copy));
        if (reached.length === 0) return [];
        reach.add(input);
        return [
          this.#sum(
            reached.map(({ gradient }) => gradient),
            input,
          ),
        ];
      });
    }
    return apart;
  }

  /** The sum of gradients as wide as `input` is its own. */
  #sum(gradients: readonly number[], { gradient: out, stride, width: H }: Columns): Instruction {
    const E = gradients.length;
    const gate = this.#arena.put(new Float32Array(E * this.#layout.panelRows).fill(1));
    const experts = this.#arena.put(Uint32Array.from(gradients));
    return instruction("mix", { experts, expertStride: stride, E, gate, gateStride: 0, out, outStride: stride, H });
  }

  #fused(layer: FusedLayer, readings: readonly Reading[]): void {
    if (readings.length > 1) this.#byAll(layer, readings);
    else this.#byOne(layer, readings[0]);
  }

  #byOne(layer: FusedLayer, reading: Reading): void {
    const { input, out } = reading;
    const sum = this.#gradients.get(layer);
    const operands = { ...this.#read(layer, input), ...gradientOf(out) };
    const of = [this.#arena, this.#rows, this.#weights, layer] as const;
    const entries = this.#entriesOf(input);
    const clear = this.#layerBytes(layer);
    const update =
      sum === undefined
        ? weightUpdate(...of, { ...operands, w: 4 * layer.kernel, bias: 4 * layer.bias }, entries)
        : gradientSum(...of, { ...operands, w: sum, bias: sum + this.#kernelBytes(layer), clear }, entries);
    this.#plan.tape.push([this.#dense(layer, reading)], (reach) => {
      if (!reach.has(out)) return [];
      if (sum !== undefined) reach.addSummed(layer);
      const before = input ? [this.#inputGradient(layer, input, out, reach)] : [];
      return [...reach.clearOthers(out), ...before, update];
    });
  }

  /** Kernels on several inputs, each with a bias of its own or none; they take their step by the sum of the gradients. */
  #byAll(layer: FusedLayer, readings: readonly Reading[]): void {
    const [kernel, vector] = [this.#kernelBytes(layer), this.#vectorBytes(layer.N)];
    const bytes = kernel + readings.length * vector;
    const gradient = this.#arena.take(bytes);
    const ones = this.#arena.put(new Float32Array(vector / 4).fill(1));
    const passes = readings.map((reading, i) => {
      const {
        layers: [{ bias: block }],
        input,
        out,
      } = reading;
      const bias = block && this.#weights.vectors.get(block);
      const at = { w: gradient, bias: gradient + kernel + i * vector };
      const operands = {
        ...this.#read(layer, input),
        ...gradientOf(out),
        ...at,
        trained: bias === undefined ? undefined : ones,
      };
      return {
        input: input as Columns,
        out,
        forward: this.#dense({ ...layer, bias: bias ?? layer.bias }, reading),
        sum: (clear: number) => gradientSum(this.#arena, this.#rows, this.#weights, layer, { ...operands, clear }),
        steps: bias === undefined ? [] : [this.#stepBlocks([[bias, at.bias]], vector)],
      };
    });
    this.#plan.tape.push(
      passes.map(({ forward }) => forward),
      (reach) => {
        const reached = passes.filter(({ out }) => reach.has(out));
        if (reached.length === 0) return [];
        return [
          ...reached.flatMap(({ out }) => reach.clearOthers(out)),
          ...reached.map(({ input, out }) => this.#inputGradient(layer, input, out, reach)),
          ...reached.map(({ sum }, i) => sum(i === 0 ? bytes : 0)),
          this.#stepBlocks([[layer.kernel, gradient]], kernel),
          ...reached.flatMap(({ steps }) => steps),
        ];
      },
    );
  }

  /** Drops units of ReLU layers, side by side and as many in each. Where one is dropped, its ReLU passes no gradient. */
  #drop(layers: readonly Layer[], units: ReadonlyMap<Layer, Columns>): void {
    const { spec, chance, tape } = this.#plan;
    const dropped = layers.filter((layer) => layer.dropped !== undefined);
    const [first] = dropped.flatMap((layer) => units.get(layer) ?? []);
    if (spec.dropout === 0 || first === undefined) return;
    const { keyOf, step } = chance as Chance;
    const [M, N] = [dropped.length, first.width];
    const all = columnsFrom(first, 0, M * N);
    const { value, gradient, stride } = all;
    const kept = float32Word(1 / (1 - spec.dropout));
    const keys = this.#arena.put(Uint32Array.from(dropped.flatMap((layer) => keyOf(`dropout/${layer.dropped}`))));
    const last = lastDropped(spec.dropout);
    tape.push([instruction("dropout", { units: value, stride, N, M, keys, last, kept, step })], (reach) =>
      reach.has(all) ? [instruction("scale", { values: gradient, stride, N: M * N, factor: kept })] : [],
    );
  }

  /**
   * Layers take their steps when the gradients of all are known, and are drawn to their mean. In a task's pass only those that it
   * reaches have a gradient, and in that of the constraint none.
   */
  #constrain(layers: readonly FusedLayer[]): void {
    const { tasks: K, constraint = 0 } = this.#plan.spec;
    const hasBias = layers[0].parts.some(({ bias }) => bias !== undefined);
    const bytes = hasBias ? this.#layerBytes(layers[0]) : this.#kernelBytes(layers[0]);
    for (const layer of layers) this.#gradients.set(layer, this.#arena.take(this.#layerBytes(layer)));
    const none = this.#arena.take(bytes);
    this.#plan.tape.push([], (reach) => {
      const blocks = layers.map((layer) => {
        const gradient = reach.isSummed(layer) ? (this.#gradients.get(layer) as number) : none;
        return [layer.kernel, gradient] as const;
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

  #dense(layer: FusedLayer, { layers, input, out }: Reading): Instruction {
    const { D, N, parts } = layer;
    const floors = new Float32Array(roundUp(N, this.#layout.lanes)).fill(-Infinity);
    for (const [i, { isRelu, kernel }] of layers.entries())
      if (isRelu) floors.fill(0, parts[i].column, parts[i].column + kernel.shape[1]);
    const w = { w: 4 * layer.kernel, bias: 4 * layer.bias };
    const floor = this.#arena.put(floors);
    const operands = { ...this.#read(layer, input), D, ...w, floor, out: out.value, outStride: out.stride, N };
    const entries = this.#entriesOf(input);
    if (entries === undefined) return instruction("dense", operands);
    return instruction("sparseDense", { ...operands, ...takeTurns(this.#arena, layer, this.#layout.lanes, entries) });
  }

  #inputGradient(layer: FusedLayer, input: Columns, out: Columns, reach: Reach): Instruction {
    const { first, N } = this.#gradientUnits(out, reach);
    reach.add(input);
    return instruction("inputGradient", {
      g: out.gradient + first * columnBytes(this.#layout),
      gStride: out.stride,
      N,
      w: 4 * kernelIndex(layer, 0, first, this.#layout),
      D: layer.D,
      first: input.constant ?? 0,
      dx: input.gradient,
      dxStride: input.stride,
      mask: input.relu ? input.value : 0,
      maskStride: input.stride,
    });
  }

  /** The units of a layer that pass a gradient on; all from the first if lanes are units, which begin with a strip. */
  #gradientUnits(out: Columns, reach: Reach): { first: number; N: number } {
    const { first, count } = reach.span(out);
    return this.#layout.panelRows === 1 ? { first: 0, N: first + count } : { first, N: count };
  }

  get #rows(): number {
    return this.#plan.P * this.#layout.panelRows;
  }

  /** The entries of a row, if a layer reads rows that are sparse. */
  #entriesOf(input: Columns | undefined): number | undefined {
    return input === undefined ? this.#plan.entries : undefined;
  }

  /** Where a layer finds its input: the columns of another, or the rows. */
  #read({ D }: FusedLayer, input: Columns | undefined): { x: number; xStride: number } {
    const entries = this.#entriesOf(input);
    return { x: input?.value ?? 0, xStride: input?.stride ?? inputPanelBytes(entries ? 2 * entries : D, this.#layout) };
  }

  #kernelBytes(layer: FusedLayer): number {
    return 4 * kernelSize(layer, this.#layout);
  }

  #layerBytes(layer: FusedLayer): number {
    return this.#kernelBytes(layer) + this.#vectorBytes(layer.N);
  }

  /** Of a bias, which is rounded up to whole vectors. */
  #vectorBytes(N: number): number {
    return 4 * roundUp(N, this.#layout.lanes);
  }
}

/** The greatest word whose unit is dropped with a probability. */
export function lastDropped(probability: number): number {
  return Math.ceil(probability * 2 ** 32) - 1;
}

function gradientOf({ gradient: g, stride: gStride }: Columns): { g: number; gStride: number } {
  return { g, gStride };
}
