// The model family in float64, written plainly from its definition in src/models/spec.ts: what the kernels must equal.
import { type ParameterBlock, parameterBlocks } from "../../../src/models/parameters.ts";
import { expertCount, expertsOf, gateCount, type ModelSpec } from "../../../src/models/spec.ts";

/** Losses per task [K] of a batch: x [B][D], y [B][K]. */
export function plainLosses(spec: ModelSpec, parameters: Float64Array, x: number[][], y: number[][]): number[] {
  const predictions = x.map((row) => plainPredictions(spec, parameters, row));
  return Array.from({ length: spec.tasks }, (_, k) => {
    const errors = predictions.map((prediction, b) => ((prediction[k] as number) - (y[b]?.[k] as number)) ** 2);
    return errors.reduce((sum, error) => sum + error, 0) / x.length;
  });
}

/** Partial derivatives of the objective, the sum of the tasks' losses, by central differences at `indices`. */
export function plainGradient(
  spec: ModelSpec,
  parameters: Float64Array,
  { x, y }: { x: number[][]; y: number[][] },
  indices = range(parameters.length),
): number[] {
  const STEP = 1e-6;
  const objective = (i: number, change: number) => {
    const moved = parameters.slice();
    moved[i] = (moved[i] as number) + change;
    return plainLosses(spec, moved, x, y).reduce((sum, loss) => sum + loss, 0);
  };
  return indices.map((i) => (objective(i, STEP) - objective(i, -STEP)) / (2 * STEP));
}

/** Predictions [K] of one row [D]. */
function plainPredictions(spec: ModelSpec, parameters: Float64Array, row: number[]): number[] {
  const layer = layersIn(spec, parameters);
  const hidden = (name: string, count: number, input: number[]) =>
    range(count).reduce((values, i) => relu(layer(`${name}/${i}`, values)), input);
  const experts = range(expertCount(spec)).map((e) => hidden(`experts/${e}`, spec.experts.layers.length, row));
  const gates = range(gateCount(spec)).map((g) => {
    const depth = spec.gate.layers.length;
    return softmax(layer(`gates/${g}/${depth}`, hidden(`gates/${g}`, depth, row)));
  });
  return range(spec.tasks).map((k) => {
    const seen = expertsOf(spec, k).map((e) => experts[e] as number[]);
    const weights = { none: [1], average: seen.map(() => 1 / seen.length), single: gates[0], "per-task": gates[k] };
    const mixed = mixOf(seen, weights[spec.gating] as number[]);
    const tower = hidden(`towers/${k}`, spec.tower.layers.length, mixed);
    return layer(`towers/${k}/output`, tower)[0] as number;
  });
}

/** Applies a layer by its name: input · kernel + bias. */
function layersIn(spec: ModelSpec, parameters: Float64Array): (name: string, input: number[]) => number[] {
  const blocks = new Map(parameterBlocks(spec).map((block) => [block.name, block]));
  return (name, input) => {
    const kernel = blocks.get(`${name}/kernel`) as ParameterBlock;
    const bias = blocks.get(`${name}/bias`);
    const [, N] = kernel.shape as [number, number];
    return range(N).map((n) => {
      const products = input.map((value, d) => value * (parameters[kernel.offset + d * N + n] as number));
      const sum = products.reduce((total, product) => total + product, 0);
      return sum + (bias ? (parameters[bias.offset + n] as number) : 0);
    });
  };
}

function mixOf(experts: number[][], weights: number[]): number[] {
  return (experts[0] as number[]).map((_, h) =>
    experts.reduce((sum, expert, e) => sum + (weights[e] as number) * (expert[h] as number), 0),
  );
}

function softmax(logits: number[]): number[] {
  const greatest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - greatest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function relu(values: number[]): number[] {
  return values.map((value) => Math.max(0, value));
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
