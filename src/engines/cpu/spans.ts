// Whose weights are where: what methods that combine the tasks' gradients need.
import { taskOfParameters } from "../../models/parameter-tasks.ts";
import type { ModelSpec } from "../../models/spec.ts";
import { type Arena, recordBytes, roundUp } from "../rows/arena.ts";
import { paddedInputs } from "../rows/panels.ts";
import type { FusedLayer, Weights } from "./weights.ts";

/** In the place of a parameter's task: it is no parameter, but beside some. The kernels have the same number. */
const NOBODY = -2;

/** Writes the spans of a model's weights (kernels/records.h): each layer's kernels, then its biases; then tables, and vectors of their own. */
export function spansOf(
  spec: ModelSpec,
  weights: Weights,
  arena: Arena,
): { readonly at: number; readonly count: number } {
  const taskOf = taskOfParameters(spec);
  const { lanes } = weights.layout;
  const putOwners = (owners: readonly number[]) => {
    const all = new Int32Array(roundUp(owners.length, lanes)).fill(NOBODY);
    all.set(owners);
    return arena.put(all);
  };
  const layers = [...weights.layers.values()].flatMap((layer) => {
    const { N, D, kernel, bias } = layer;
    const [isStrips, stride] = kernelShape(layer, weights);
    const hasBias = layer.parts.some((part) => part.bias !== undefined); // others stay 0
    return [
      [isStrips, 4 * kernel, N, D, stride, putOwners(ownersOf(layer, taskOf, "kernel"))],
      ...(hasBias ? [[1, 4 * bias, N, 1, 4 * lanes, putOwners(ownersOf(layer, taskOf, "bias"))]] : []),
    ];
  });
  const tables = weights.tables.map(({ block, at, width }) => {
    const [vectors, size] = block.shape as [number, number];
    const trained = vectors - 1; // the last is constant
    const owners = new Array<number>(trained).fill(taskOf[block.offset] as number);
    return [0, 4 * at, trained, size, 4 * width, putOwners(owners)];
  });
  const vectors = [...weights.vectors.values()].map(({ block, at }) => {
    const owners = taskOf.subarray(block.offset, block.offset + block.size);
    return [1, 4 * at, block.size, 1, 4 * lanes, putOwners([...owners])];
  });
  const spans = [...layers, ...tables, ...vectors];
  return { at: arena.put(recordBytes(spans.flat())), count: spans.length };
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
    const units = kernel.shape[1] as number;
    for (let n = 0; block && n < units; n++) owners[column + n] = taskOf[block.offset + n] as number;
  }
  return owners;
}
