import { expertCount, expertsOf, gateCount, type ModelSpec } from "../../models/spec.ts";
import { type Arena, record } from "./arena.ts";
import { Builder } from "./builder.ts";
import type { Instruction } from "./instructions.ts";
import { type Columns, columnsFrom } from "./panels.ts";
import { type Weights, weightsOf } from "./weights.ts";

/** A model's step in linear memory, shared by all runs of the model. */
export interface Program {
  /** The address of its record (kernels/train.ts). */
  readonly address: number;
  /** The forward instructions lie from `begin` to `middle`, the backward ones from there to `end`. */
  readonly begin: number;
  readonly middle: number;
  readonly end: number;
  readonly weights: Weights;
  /** K. */
  readonly tasks: number;
}

/** Writes the step of a model for up to P panels of rows into the plan. */
export function programOf(spec: ModelSpec, P: number, arena: Arena): Program {
  const weights = weightsOf(spec);
  const builder = new Builder(arena, P, weights);
  const first = builder.first(spec);
  const experts = stacks(builder, spec.experts.layers, "experts", first.experts, true);
  const gates = stacks(builder, [...spec.gate.layers, expertsOf(spec, 0).length], "gates", first.gates, false);
  const inputs = towerInputs(builder, spec, experts, gates);
  const predictions = builder.columns(spec.tasks, false);
  inputs.forEach((input, k) => {
    tower(builder, spec, k, input, columnsFrom(predictions, k));
  });
  const { forward, backward } = builder.finish();
  const begin = arena.put(Int32Array.from([...forward, ...backward].flat()));
  const middle = begin + bytesOf(forward);
  const end = middle + bytesOf(backward);
  const { value, gradient, stride } = predictions;
  const address = arena.put(record([begin, middle, end, value, gradient, stride, spec.tasks]));
  return { address, begin, middle, end, weights, tasks: spec.tasks };
}

/** Layers after the first of each expert or gate; `last` tells whether the last is a ReLU layer. */
function stacks(builder: Builder, sizes: readonly number[], part: string, first: readonly Columns[], last: boolean) {
  return first.map((columns, i) => {
    let output = columns;
    for (let layer = 1; layer < sizes.length; layer++) {
      const next = builder.columns(sizes[layer] as number, last || layer < sizes.length - 1);
      builder.dense(`${part}/${i}/${layer}`, output, next);
      output = next;
    }
    return output;
  });
}

/** What each task's tower reads: the bottom, or a mix of the experts that the task sees. */
function towerInputs(builder: Builder, spec: ModelSpec, experts: readonly Columns[], gates: readonly Columns[]) {
  const H = spec.experts.layers.at(-1) as number;
  const seen = (task: number) => expertsOf(spec, task).map((e) => experts[e] as Columns);
  const tasks = Array.from({ length: spec.tasks }, (_, k) => k);
  if (spec.gating === "none") return tasks.map((k) => seen(k)[0] as Columns);
  builder.mixable(experts, H);
  const isOneMix = gateCount(spec) === 1 || (spec.gating === "average" && expertCount(spec) === spec.experts.shared);
  const mixes = (isOneMix ? [0] : tasks).map((k) => builder.mix(seen(k), gates[k], H));
  return tasks.map((k) => mixes[isOneMix ? 0 : k] as Columns);
}

function tower(builder: Builder, { tower }: ModelSpec, k: number, input: Columns, prediction: Columns): void {
  let output = input;
  tower.layers.forEach((units, i) => {
    const next = builder.columns(units, true);
    builder.dense(`towers/${k}/${i}`, output, next);
    output = next;
  });
  builder.dense(`towers/${k}/output`, output, prediction);
}

function bytesOf(instructions: readonly Instruction[]): number {
  return 4 * instructions.flat().length;
}
