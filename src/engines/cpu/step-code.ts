import { unreachable } from "../../errors.ts";
import { expertsOf, type ModelSpec, ownExpertsOf } from "../../models/spec.ts";
import type { Key } from "../../random/key.ts";
import { type Arena, recordBytes } from "../rows/arena.ts";
import type { Layout } from "../rows/panels.ts";
import { Builder, type Dropout } from "./builder.ts";
import { type Columns, columnsFrom } from "./columns.ts";
import type { Instruction } from "./instructions.ts";
import { numbered, towersShareInput, type Weights, weightsOf } from "./weights.ts";

/** A model's step in linear memory, shared by all runs of the model. */
export interface StepCode {
  /** The address of its record (kernels/train.ts). */
  readonly address: number;
  /** The forward instructions are from `begin` to `middle`, the backward ones from there to `end`. */
  readonly begin: number;
  readonly middle: number;
  readonly end: number;
  readonly weights: Weights;
  /** K. */
  readonly tasks: number;
  /**
   * With dropout, the address of the number of a run's next step, an int32: 0 outside training, where no unit is dropped.
   */
  readonly step?: number;
}

/**
 * Writes the step of a model for up to P panels of rows into the plan. `keyOf` gives the keys of the streams that its
 * runs drop units by.
 */
export function stepCodeOf(
  spec: ModelSpec,
  P: number,
  arena: Arena,
  layout: Layout,
  keyOf: (stream: string) => Key,
): StepCode {
  const weights = weightsOf(spec, layout);
  const dropout: Dropout | undefined =
    spec.dropout > 0 ? { probability: spec.dropout, keyOf, step: arena.take(4) } : undefined;
  const builder = new Builder(arena, P, weights, dropout);
  const first = builder.first(spec);
  const [H] = spec.experts.layers as [number];
  builder.drop(numbered("experts", first.experts.length, "0"), first.experts[0] as Columns, H);
  const experts = stacks(builder, spec.experts.layers, "experts", first.experts, true);
  const gates = stacks(builder, [...spec.gate.layers, expertsOf(spec, 0).length], "gates", first.gates, false);
  const predictions = builder.columns(spec.tasks, false);
  towers(builder, spec, towerInputs(builder, spec, experts, gates), predictions);
  const { forward, backward } = builder.finish();
  const begin = arena.put(Int32Array.from([...forward, ...backward].flat()));
  const middle = begin + bytesOf(forward);
  const end = middle + bytesOf(backward);
  const { value, gradient, stride } = predictions;
  const address = arena.put(recordBytes([begin, middle, end, value, gradient, stride, spec.tasks, layout.panelRows]));
  return { address, begin, middle, end, weights, tasks: spec.tasks, ...(dropout && { step: dropout.step }) };
}

/** Layers after the first of each expert or gate; `last` says whether the last is a ReLU layer. */
function stacks(builder: Builder, sizes: readonly number[], part: string, first: readonly Columns[], last: boolean) {
  return first.map((columns, i) => {
    let output = columns;
    for (let layer = 1; layer < sizes.length; layer++) {
      const next = builder.columns(sizes[layer] as number, last || layer < sizes.length - 1);
      builder.dense(`${part}/${i}/${layer}`, output, next);
      if (part === "experts") builder.drop([`${part}/${i}/${layer}`], next, sizes[layer] as number);
      output = next;
    }
    return output;
  });
}

/** What the towers read, one for each task or one for all: a bottom, or a mix of the experts that the task sees. */
function towerInputs(builder: Builder, spec: ModelSpec, experts: readonly Columns[], gates: readonly Columns[]) {
  const H = spec.experts.layers.at(-1) as number;
  const seen = (task: number) => expertsOf(spec, task).map((e) => experts[e] as Columns);
  const tasks = Array.from({ length: spec.tasks }, (_, k) => k);
  const { top } = spec.gate;
  if (spec.gating !== "none") builder.mixable(experts, H);
  switch (spec.gating) {
    case "none":
      return tasks.map((k) => seen(k)[0] as Columns);
    case "average":
      return (towersShareInput(spec) ? [0] : tasks).map((k) => builder.average(seen(k), H));
    case "single":
      return [builder.mix(seen(0), gates[0] as Columns, H, { top })];
    case "per-task":
      return tasks.map((k) => builder.mix(seen(k), gates[k] as Columns, H, { top }));
    case "residual":
      return tasks.map((k) => builder.mix(seen(k), gates[k] as Columns, H, { top, own: spec.experts.shared + k }));
    case "detached":
      return tasks.map((k) => builder.mix(seen(k), gates[k] as Columns, H, { top, learners: ownExpertsOf(spec, k) }));
    default:
      return unreachable(spec.gating);
  }
}

/** All towers to their predictions, from an input for each or one for all. */
function towers(builder: Builder, spec: ModelSpec, inputs: readonly Columns[], predictions: Columns): void {
  const { layers } = spec.tower;
  const isJoined = towersShareInput(spec);
  let starts = inputs;
  if (isJoined) {
    const T = layers[0] ?? 1;
    const joined = layers.length > 0 ? builder.columns(spec.tasks * T, true) : predictions;
    builder.dense("towers", inputs[0] as Columns, joined);
    if (layers.length > 0) builder.drop(numbered("towers", spec.tasks, "0"), joined, T);
    starts = Array.from({ length: spec.tasks }, (_, k) => columnsFrom(joined, k * T));
  }
  starts.forEach((start, k) => {
    const prediction = columnsFrom(predictions, k);
    if (start.value !== prediction.value) tower(builder, layers, isJoined ? 1 : 0, k, start, prediction);
  });
}

/** One tower from layer `first` on. */
function tower(
  builder: Builder,
  layers: readonly number[],
  first: number,
  k: number,
  input: Columns,
  prediction: Columns,
): void {
  let output = input;
  for (let i = first; i < layers.length; i++) {
    const next = builder.columns(layers[i] as number, true);
    builder.dense(`towers/${k}/${i}`, output, next);
    builder.drop([`towers/${k}/${i}`], next, layers[i] as number);
    output = next;
  }
  builder.dense(`towers/${k}/output`, output, prediction);
}

function bytesOf(instructions: readonly Instruction[]): number {
  return 4 * instructions.flat().length;
}
