import { unreachable } from "../../errors.ts";
import { taskOfParameters } from "../../models/parameter-tasks.ts";
import { networkName } from "../../models/parameters.ts";
import {
  embeddingSets,
  expertsOf,
  expertsOn,
  firstOutput,
  gateOutputs,
  hasOneMix,
  hasPenalty,
  hasSharedGate,
  isReluLayer,
  levelCount,
  type ModelSpec,
  outputsFor,
  ownExpertsOf,
} from "../../models/spec.ts";
import type { Key } from "../../random/key.ts";
import { type Arena, roundUp } from "../rows/arena.ts";
import { type Layout, paddedInputs } from "../rows/panels.ts";
import { record, records } from "../rows/records.ts";
import { Builder, type Chance, type Gate } from "./builder.ts";
import { type Columns, columnsFrom } from "./columns.ts";
import type { Instruction } from "./instructions.ts";
import { type FusedLayer, numbered, pathsOf, type Weights, weightsOf } from "./weights.ts";

/** A model's step in linear memory, shared by all runs of the model. */
export interface StepCode {
  /** The address of its record (kernels/records.h). */
  readonly address: number;
  /** The instructions, forwards and backwards, are from `begin` to `end`, those that follow an update from there to `last`. */
  readonly begin: number;
  readonly end: number;
  readonly last: number;
  /** Blocks of gradients of a method that combines them: the tasks', then those of what is added to their losses. */
  readonly terms: number;
  readonly weights: Weights;
  /** K. */
  readonly tasks: number;
  /** The columns of its predictions, O. */
  readonly predictions: Columns;
  readonly outputs: number;
  /** The address of the predictions of held-out rows that are evaluated at once, [rows, O]. */
  readonly heldout: number;
  /**
   * With dropout or random gates, the address of the number of a run's next step, an int32: 0 outside training, where nothing is
   * drawn.
   */
  readonly step?: number;
  /** Addresses of the records of the vectors that a batch has, of tables whose steps are lazy. */
  readonly touched: readonly number[];
}

interface Options {
  /** Rows of a training step. */
  readonly batch: number;
  /** Held-out rows that are evaluated at once. */
  readonly heldoutRows: number;
  /** Those of a sparse row. */
  readonly entries?: number | undefined;
  /** How many share the work of a run (kernels/team.h). */
  readonly threads?: number;
  /** Whether a run's method combines the tasks' gradients, with a backward pass for each. */
  readonly byTask?: boolean;
  /** Whether only the vectors of a batch take a step. */
  readonly areLazy?: boolean;
}

/**
 * Writes the step of a model for up to P panels of rows into the plan. `keyOf` gives the keys of the streams that its
 * runs draw by.
 */
export function stepCodeOf(
  spec: ModelSpec,
  P: number,
  arena: Arena,
  layout: Layout,
  keyOf: (stream: string) => Key,
  { batch, heldoutRows, entries, threads = 1, byTask = false, areLazy = false }: Options,
): StepCode {
  const weights = weightsOf(spec, layout, areLazy);
  const isRandom = spec.dropout > 0 || spec.gating === "snr-trans";
  const chance: Chance | undefined = isRandom ? { keyOf, step: arena.take(4) } : undefined;
  const builder = new Builder(arena, P, weights, spec, { batch, chance, entries });
  let paths: readonly Columns[] = [];
  for (let level = 0; level < levelCount(spec); level++) paths = levelOf(builder, spec, level, paths);
  const predictions = builder.columns(firstOutput(spec, spec.tasks), false);
  towers(builder, spec, paths, predictions);
  const outputs = firstOutput(spec, spec.tasks);
  const parts = [builder.forward, builder.backward(predictions, outputs, { hasPenalty: true }), builder.ending()];
  const passes = byTask ? passesOf(builder, spec, predictions) : [];
  const { at: begin, ends } = putParts(arena, [...parts, ...passes]);
  const [middle, end, last] = ends as [number, number, number];
  const { value, gradient, stride } = predictions;
  const spans = byTask ? spansOf(spec, weights, arena) : { count: 0, at: 0 };
  const address = arena.put(
    record("StepCode", {
      begin,
      middle,
      end,
      last,
      predictions: value,
      gradient,
      stride,
      K: spec.tasks,
      panelRows: layout.panelRows,
      threads,
      terms: passes.length,
      passes: arena.put(Uint32Array.from(ends.slice(2))),
      spanCount: spans.count,
      spans: spans.at,
      kept: byTask ? arena.take(P * stride) : 0,
    }),
  );
  return {
    address,
    begin,
    end,
    last,
    terms: passes.length,
    weights,
    tasks: spec.tasks,
    predictions,
    outputs,
    heldout: arena.take(4 * heldoutRows * outputs),
    ...(chance && { step: chance.step }),
    touched: builder.touched,
  };
}

/** The backward pass of each task's loss alone, and of what the model adds to the losses, if it does. */
function passesOf(builder: Builder, spec: ModelSpec, predictions: Columns): (readonly Instruction[])[] {
  const passes = Array.from({ length: spec.tasks }, (_, k) =>
    builder.backward(columnsFrom(predictions, firstOutput(spec, k)), outputsFor(spec, k), { hasPenalty: false }),
  );
  return hasPenalty(spec) ? [...passes, builder.backward(predictions, 0, { hasPenalty: true })] : passes;
}

/** Writes instructions, one part after the other: the address of the first, and where each ends. */
function putParts(arena: Arena, parts: readonly (readonly Instruction[])[]): { at: number; ends: number[] } {
  const at = arena.put(Int32Array.from(parts.flat(2)));
  let end = at;
  const ends = parts.map((part) => {
    end += bytesOf(part);
    return end;
  });
  return { at, ends };
}

/** A level's experts and gates, from the paths of the level before to its own: one for each task (or all), then a shared one. */
function levelOf(builder: Builder, spec: ModelSpec, level: number, before: readonly Columns[]): Columns[] {
  if (spec.ranks) return factoredExperts(builder, spec);
  const first = level === 0 ? builder.first(spec) : builder.level(spec, level, before);
  const H = spec.experts.layers[0];
  for (const group of level === 0 && embeddingSets(spec) < 2
    ? [first.experts.map((_, e) => e)]
    : pathsOf(spec).map((path) => expertsOn(spec, path))) {
    const names = group.map((e) => `${networkName("experts", e, level)}/0`);
    if (group.length > 0) builder.drop(names, first.experts[group[0]], H);
  }
  const experts =
    spec.gating === "cross-stitch"
      ? stitchedExperts(builder, spec, first.experts)
      : first.experts.map((columns, e) => deepExpert(builder, spec, networkName("experts", e, level), columns));
  return mixes(builder, spec, level, experts, deepGates(builder, spec, level, first.gates));
}

/** An expert's layers after the first. */
function deepExpert(builder: Builder, spec: ModelSpec, network: string, first: Columns): Columns {
  return spec.experts.layers.slice(1).reduce((input, units, i) => {
    const next = builder.columns(units, isReluLayer(spec, i + 1));
    builder.dense(`${network}/${i + 1}`, input, next);
    builder.drop([`${network}/${i + 1}`], next, units);
    return next;
  }, first);
}

/** A network a task, from its first layer's units on; after each layer tasks mix their units. */
function stitchedExperts(builder: Builder, spec: ModelSpec, first: readonly Columns[]): Columns[] {
  const { experts, tasks } = spec;
  const stitched = (units: readonly Columns[], layer: number) => {
    const N = experts.layers[layer];
    builder.mixable(units, N);
    return builder.sums(`stitches/0/${layer}/stitch`, new Array<readonly Columns[]>(tasks).fill(units), N);
  };
  return experts.layers.slice(1).reduce(
    (inputs, units, i) => {
      const next = inputs.map((input, k) => {
        const own = builder.columns(units, isReluLayer(spec, i + 1));
        builder.dense(`experts/${k}/${i + 1}`, input, own);
        builder.drop([`experts/${k}/${i + 1}`], own, units);
        return own;
      });
      return stitched(next, i + 1);
    },
    stitched(first, 0),
  );
}

/** A network a task, whose kernels are products over tasks. */
function factoredExperts(builder: Builder, spec: ModelSpec): Columns[] {
  return factoredLayers(builder, spec, "experts", spec.experts.layers, [builder.input(spec)]) as Columns[];
}

function factoredLayers(
  builder: Builder,
  { tasks }: ModelSpec,
  part: "experts" | "towers",
  layers: readonly number[],
  inputs: readonly (Columns | undefined)[],
): readonly (Columns | undefined)[] {
  return layers.reduce((input, units, i) => {
    const outs = builder.factored(part, i, input, units);
    builder.drop(numbered(part, tasks, String(i)), outs[0], units);
    return outs;
  }, inputs);
}

/** Layers after the first of all gates of a level. The last ones are side by side: mixes expect it of gates. */
function deepGates(builder: Builder, spec: ModelSpec, level: number, first: readonly Columns[]): readonly Columns[] {
  const { layers } = spec.gate;
  if (layers.length === 0 || first.length === 0) return first;
  const widths = first.map((_, g) => gateOutputs(spec, g));
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
  const seen = (task: number) => expertsOf(spec, task).map((e) => experts[e]);
  const tasks = Array.from({ length: spec.tasks }, (_, k) => k);
  const { top, select } = spec.gate;
  const mix = (k: number, gate?: Gate) => builder.mix(seen(k), gates[k], H, { top, select, ...gate });
  const shared = (gate?: Gate) => (hasSharedGate(spec, level) ? [mix(spec.tasks, gate)] : []);
  switch (spec.gating) {
    case "none":
    case "cross-stitch":
    case "l2-constrained":
    case "tensor-factorization":
      return tasks.map((k) => experts[ownExpertsOf(spec, k)[0]]);
    case "average":
      builder.mixable(experts, H);
      return (hasOneMix(spec) ? [0] : tasks).map((k) => builder.average(seen(k), H));
    case "single":
      builder.mixable(experts, H);
      return [mix(0)];
    case "per-task":
      builder.mixable(experts, H);
      return [...tasks.map((k) => mix(k)), ...shared()];
    case "residual":
      builder.mixable(experts, H);
      return [...tasks.map((k) => mix(k, { own: spec.experts.shared + k })), ...shared({ own: -1 })];
    case "detached":
      builder.mixable(experts, H);
      return [...tasks.map((k) => mix(k, { gradientTo: ownExpertsOf(spec, k) })), ...shared()];
    case "snr-trans": {
      const links = builder.links(experts, H);
      builder.mixable(links.flat(), H);
      const ofTasks = tasks.map((k) => links.map((link) => link[k]));
      return builder.sums("alphas/0/0/log-alpha", ofTasks, H, true);
    }
    default:
      return unreachable(spec.gating);
  }
}

/** All towers to their predictions, from an input for each or one for all. */
function towers(builder: Builder, spec: ModelSpec, inputs: readonly Columns[], predictions: Columns): void {
  const { layers } = spec.tower;
  const isJoined = hasOneMix(spec);
  let starts = spec.ranks ? (factoredLayers(builder, spec, "towers", layers, inputs) as Columns[]) : inputs;
  const done = isJoined ? 1 : spec.ranks ? layers.length : 0;
  if (isJoined) {
    const T = layers[0] ?? 1;
    const joined = layers.length > 0 ? builder.columns(spec.tasks * T, true) : predictions;
    builder.dense("towers", inputs[0], joined);
    if (layers.length > 0) builder.drop(numbered("towers", spec.tasks, "0"), joined, T);
    const first = (k: number) => (layers.length > 0 ? k * T : firstOutput(spec, k));
    starts = Array.from({ length: spec.tasks }, (_, k) => columnsFrom(joined, first(k)));
  }
  starts.forEach((start, k) => {
    const prediction = columnsFrom(predictions, firstOutput(spec, k));
    if (start.value !== prediction.value) tower(builder, layers, done, k, start, prediction);
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
    const next = builder.columns(layers[i], true);
    builder.dense(`towers/${k}/${i}`, output, next);
    builder.drop([`towers/${k}/${i}`], next, layers[i]);
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

// Whose weights are where: what methods that combine the tasks' gradients need.

/** In the place of a parameter's task: it is no parameter, but beside some. The kernels have the same number. */
const NOBODY = -2;

/** Writes the spans of a model's weights (kernels/records.h): each layer's kernels, then its biases; then tables, and vectors of their own. */
function spansOf(spec: ModelSpec, weights: Weights, arena: Arena): { readonly at: number; readonly count: number } {
  const taskOf = taskOfParameters(spec);
  const { lanes } = weights.layout;
  const putOwners = (owners: readonly number[]) => {
    const all = new Int32Array(roundUp(owners.length, lanes)).fill(NOBODY);
    all.set(owners);
    return arena.put(all);
  };
  const strip = (at: number, N: number, owners: readonly number[]) => {
    return { isStrips: 1, at: 4 * at, N, D: 1, stride: 4 * lanes, owners: putOwners(owners) };
  };
  const layers = [...weights.layers.values()].flatMap((layer) => {
    const { N, D, kernel, bias } = layer;
    const [isStrips, stride] = kernelShape(layer, weights);
    const hasBias = layer.parts.some((part) => part.bias !== undefined); // others stay 0
    return [
      { isStrips, at: 4 * kernel, N, D, stride, owners: putOwners(ownersOf(layer, taskOf, "kernel")) },
      ...(hasBias ? [strip(bias, N, ownersOf(layer, taskOf, "bias"))] : []),
    ];
  });
  const tables = weights.tables.map(({ block, at, width }) => {
    const [vectors, size] = block.shape as [number, number];
    const trained = vectors - 1; // the last is constant
    const owners = new Array<number>(trained).fill(taskOf[block.offset]);
    return { isStrips: 0, at: 4 * at, N: trained, D: size, stride: 4 * width, owners: putOwners(owners) };
  });
  const vectors = [...weights.vectors.values()].map(({ block, at }) => {
    return strip(at, block.size, [...taskOf.subarray(block.offset, block.offset + block.size)]);
  });
  const spans = [...layers, ...tables, ...vectors];
  return { at: arena.put(records("Span", spans)), count: spans.length };
}

/** Whether a layer's kernel is in strips, and the bytes of one, or of a unit. */
function kernelShape({ D }: FusedLayer, { layout }: Weights): [isStrips: number, stride: number] {
  const { panelRows, lanes } = layout;
  return panelRows === 1 ? [1, 4 * lanes * paddedInputs(D)] : [0, roundUp(D, lanes) * 4];
}

/** The task of each unit of a layer, or of its bias. */
function ownersOf({ N, parts }: FusedLayer, taskOf: Int32Array, of: "kernel" | "bias"): number[] {
  const owners = new Array<number>(N).fill(NOBODY);
  for (const { column, kernel, ...part } of parts) {
    const block = of === "kernel" ? kernel : part.bias;
    const units = kernel.shape[1];
    for (let n = 0; block && n < units; n++) owners[column + n] = taskOf[block.offset + n];
  }
  return owners;
}
