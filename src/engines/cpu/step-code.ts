import { unreachable } from "../../errors.ts";
import { networkName } from "../../models/parameters.ts";
import {
  embeddingSets,
  expertsOf,
  expertsOn,
  firstOutput,
  hasSharedGate,
  levelCount,
  type ModelSpec,
  ownExpertsOf,
} from "../../models/spec.ts";
import type { Key } from "../../random/key.ts";
import { type Arena, recordBytes } from "../rows/arena.ts";
import type { Layout } from "../rows/panels.ts";
import { Builder, type Dropout, type Gate } from "./builder.ts";
import { type Columns, columnsFrom } from "./columns.ts";
import type { Instruction } from "./instructions.ts";
import type { SparseRows } from "./row-plan.ts";
import { numbered, pathsOf, towersShareInput, type Weights, weightsOf } from "./weights.ts";

/** A model's step in linear memory, shared by all runs of the model. */
export interface StepCode {
  /** The address of its record (kernels/records.h). */
  readonly address: number;
  /** The forward instructions are from `begin` to `middle`, the backward ones from there to `end`. */
  readonly begin: number;
  readonly middle: number;
  readonly end: number;
  readonly weights: Weights;
  /** K. */
  readonly tasks: number;
  /** The columns of its predictions, O. */
  readonly predictions: Columns;
  readonly outputs: number;
  /**
   * With dropout, the address of the number of a run's next step, an int32: 0 outside training, where no unit is dropped.
   */
  readonly step?: number;
}

/**
 * Writes the step of a model for up to P panels of rows into the plan. `keyOf` gives the keys of the streams that its
 * runs drop units by; `sparse` says how rows have their inputs that are not 0.
 */
export function stepCodeOf(
  spec: ModelSpec,
  P: number,
  arena: Arena,
  layout: Layout,
  keyOf: (stream: string) => Key,
  sparse?: SparseRows,
): StepCode {
  const weights = weightsOf(spec, layout);
  const dropout: Dropout | undefined =
    spec.dropout > 0 ? { probability: spec.dropout, keyOf, step: arena.take(4) } : undefined;
  const builder = new Builder(arena, P, weights, { dropout, sparse });
  let paths: readonly Columns[] = [];
  for (let level = 0; level < levelCount(spec); level++) paths = levelOf(builder, spec, level, paths);
  const predictions = builder.columns(firstOutput(spec, spec.tasks), false);
  towers(builder, spec, paths, predictions);
  const { forward, backward } = builder.finish();
  const begin = arena.put(Int32Array.from([...forward, ...backward].flat()));
  const middle = begin + bytesOf(forward);
  const end = middle + bytesOf(backward);
  const { value, gradient, stride } = predictions;
  const address = arena.put(recordBytes([begin, middle, end, value, gradient, stride, spec.tasks, layout.panelRows]));
  const outputs = firstOutput(spec, spec.tasks);
  return {
    address,
    begin,
    middle,
    end,
    weights,
    tasks: spec.tasks,
    predictions,
    outputs,
    ...(dropout && { step: dropout.step }),
  };
}

/** A level's experts and gates, from the paths of the level before to its own: one for each task (or all), then a shared one. */
function levelOf(builder: Builder, spec: ModelSpec, level: number, before: readonly Columns[]): Columns[] {
  const first = level === 0 ? builder.first(spec) : builder.level(spec, level, before);
  const H = spec.experts.layers[0] as number;
  for (const group of level === 0 && embeddingSets(spec) < 2
    ? [first.experts.map((_, e) => e)]
    : pathsOf(spec).map((path) => expertsOn(spec, path))) {
    const names = group.map((e) => `${networkName("experts", e, level)}/0`);
    if (group.length > 0) builder.drop(names, first.experts[group[0] as number] as Columns, H);
  }
  const experts = first.experts.map((columns, e) =>
    deepExpert(builder, spec, networkName("experts", e, level), columns),
  );
  return mixes(builder, spec, level, experts, deepGates(builder, spec, level, first.gates));
}

/** An expert's layers after the first. */
function deepExpert(builder: Builder, { experts }: ModelSpec, network: string, first: Columns): Columns {
  return experts.layers.slice(1).reduce((input, units, i) => {
    const next = builder.columns(units, true);
    builder.dense(`${network}/${i + 1}`, input, next);
    builder.drop([`${network}/${i + 1}`], next, units);
    return next;
  }, first);
}

/** Layers after the first of all gates of a level. The last ones are side by side: mixes expect it of gates. */
function deepGates(builder: Builder, spec: ModelSpec, level: number, first: readonly Columns[]): readonly Columns[] {
  const { layers } = spec.gate;
  if (layers.length === 0 || first.length === 0) return first;
  const widths = first.map((_, g) => expertsOf(spec, g).length);
  const logits = builder.columns(sum(widths), false);
  return first.map((columns, g) => {
    const network = networkName("gates", g, level);
    const hidden = layers.slice(1).reduce((input, units, i) => {
      const next = builder.columns(units, true);
      builder.dense(`${network}/${i + 1}`, input, next);
      return next;
    }, columns);
    const own = columnsFrom(logits, sum(widths.slice(0, g)));
    builder.dense(`${network}/${layers.length}`, hidden, own);
    return own;
  });
}

/** What each task reads of a level's experts, or all tasks read; then what the shared experts of the next level read. */
function mixes(
  builder: Builder,
  spec: ModelSpec,
  level: number,
  experts: readonly Columns[],
  gates: readonly Columns[],
): Columns[] {
  const H = spec.experts.layers.at(-1) as number;
  const seen = (task: number) => expertsOf(spec, task).map((e) => experts[e] as Columns);
  const tasks = Array.from({ length: spec.tasks }, (_, k) => k);
  const mix = (k: number, gate?: Gate) => builder.mix(seen(k), gates[k] as Columns, H, { top: spec.gate.top, ...gate });
  const shared = (gate?: Gate) => (hasSharedGate(spec, level) ? [mix(spec.tasks, gate)] : []);
  if (spec.gating !== "none") builder.mixable(experts, H);
  switch (spec.gating) {
    case "none":
      return tasks.map((k) => seen(k)[0] as Columns);
    case "average":
      return (towersShareInput(spec) ? [0] : tasks).map((k) => builder.average(seen(k), H));
    case "single":
      return [mix(0)];
    case "per-task":
      return [...tasks.map((k) => mix(k)), ...shared()];
    case "residual":
      return [...tasks.map((k) => mix(k, { own: spec.experts.shared + k })), ...shared({ own: -1 })];
    case "detached":
      return [...tasks.map((k) => mix(k, { learners: ownExpertsOf(spec, k) })), ...shared()];
    case "cross-stitch":
    case "l2-constrained":
    case "tensor-factorization":
    case "snr-trans":
      throw new RangeError(`the cpu engine has no gating ${spec.gating}`); // refused before the first step
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
    const first = (k: number) => (layers.length > 0 ? k * T : firstOutput(spec, k));
    starts = Array.from({ length: spec.tasks }, (_, k) => columnsFrom(joined, first(k)));
  }
  starts.forEach((start, k) => {
    const prediction = columnsFrom(predictions, firstOutput(spec, k));
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
