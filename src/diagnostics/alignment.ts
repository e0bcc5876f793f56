import { labelCovariance, labelVariance } from "../data/moments.ts";
import { type GeneratorSettings, settingsOf } from "../data/settings.ts";
import { dot } from "../data/task-set.ts";
import { type OperationOf, programOf } from "../models/program.ts";
import { expertsOf, levelCount, type ModelSpec } from "../models/spec.ts";
import type { Quantities } from "./kinds.ts";
import { addProduct, addTo, columnSums, firstEigenvector, leftProduct, transposed } from "./matrix.ts";
import type { FirstLayer, Network } from "./network.ts";
import type { Tape, Units } from "./tape.ts";

/** The network's directions in the inputs beside the task vectors w_k [D], which `vectors` are. */
export function alignmentQuantities(
  tape: Tape,
  spec: ModelSpec,
  { outputs, first }: Pick<Network, "outputs" | "first">,
  { vectors, settings }: { readonly vectors: readonly Float64Array[]; readonly settings: GeneratorSettings },
): Quantities {
  const all = vectors.flatMap((vector, k) => {
    const kernels = first
      .filter(isReadBy(spec, k))
      .map(({ kernel, units: { width } }) => ({ weights: tape.value(kernel), width }));
    const unit = bestUnit(spec.ranks ? [firstProduct(tape, spec, k)] : kernels, vector);
    const alignment = Math.abs(cosine(mainDirection(tape, outputs[k], first, vector.length), vector));
    return Object.entries({
      unitAlignment: unit,
      alignment,
      alignedLoss: alignedLoss(settingsOf(settings, k), alignment),
    }).map(([name, value]) => [`${name}/${k + 1}`, value] as const);
  });
  return Object.fromEntries(all);
}

/** Whether a task's prediction depends on a first layer of an expert. */
function isReadBy(spec: ModelSpec, task: number): (layer: FirstLayer) => boolean {
  const seen = levelCount(spec) > 1 ? expertsOf(spec, spec.tasks) : expertsOf(spec, task);
  return ({ expert }) => expert !== undefined && seen.includes(expert);
}

/** The largest |cosine| of a unit's input weights, a column of a kernel [D, U], with a vector [D]. */
function bestUnit(
  kernels: readonly { readonly weights: Float64Array; readonly width: number }[],
  vector: Float64Array,
): number {
  let best = 0;
  for (const { weights, width } of kernels) {
    const along = leftProduct(vector, weights, width);
    const squares = columnSums(
      weights.map((weight) => weight * weight),
      width,
    );
    const length = Math.sqrt(dot(vector, vector));
    for (const [u, product] of along.entries()) {
      const square = squares[u];
      if (square > 0) best = Math.max(best, Math.abs(product) / (length * Math.sqrt(square)));
    }
  }
  return best;
}

/**
 * The direction [D] in which a prediction changes most: that of the largest mean square of its gradients over rows, the
 * first eigenvector of E[∇y ∇yᵀ] (Constantine 2015, section 1.2), of any length. With the gradients as the rows of G
 * [N, D] it is Gᵀu, where u is the first eigenvector of G Gᵀ [N, N].
 */
function mainDirection(tape: Tape, output: Units, first: readonly FirstLayer[], D: number): Float64Array {
  const N = tape.rows;
  tape.backToUnits(output, new Float64Array(N).fill(1));
  const gradients = new Float64Array(D * N); // Gᵀ [D, N]
  for (const { kernel, units } of first)
    if (units.gradient)
      addProduct(gradients, tape.value(kernel), transposed(units.gradient, N, units.width), [D, units.width, N]);
  const rows = transposed(gradients, D, N); // G [N, D]
  const products = new Float64Array(N * N);
  addProduct(products, rows, gradients, [N, D, N]);
  return leftProduct(firstEigenvector(products, N), rows, D);
}

function cosine(a: Float64Array, b: Float64Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/**
 * The loss of the best function of v.x for a label f(w.x) + noise, where v has cosine c with w. With f's Hermite
 * coefficients a_n it is sum_n (1 - c^2n) a_n² + noise variance; and sum_n a_n² p^n is the covariance of two tasks'
 * labels at correlation p.
 */
export function alignedLoss(settings: GeneratorSettings, c: number): number {
  const variance = labelVariance(settings);
  const left = variance - labelCovariance(settings, c * c);
  return settings.rawLabels ? left * (settings.labelScale ?? 1) ** 2 : left / variance;
}

interface Matrix {
  /** Row-major. */
  readonly weights: Float64Array;
  readonly width: number;
}

/** The kernel of the first layer that task k reads, U (sum_i v_ki S_i) V, [D, H]: of a model's first operations, what each computes. */
function firstProduct(tape: Tape, spec: ModelSpec, k: number): Matrix {
  const [[inputs], cores, [units]] = denseKernels(tape, spec);
  const shares = programOf(spec).operations.find((operation) => operation.kind === "sum") as OperationOf<"sum">;
  const core = new Float64Array(cores[0].weights.length);
  const ofTask = tape.value(shares.coefficients).subarray(k * cores.length);
  for (const [i, { weights }] of cores.entries()) addTo(core, weights, ofTask[i]);
  return times(times(inputs, { weights: core, width: core.length / inputs.width }), units);
}

function denseKernels(tape: Tape, spec: ModelSpec): Matrix[][] {
  const dense = programOf(spec).operations.filter((operation) => operation.kind === "dense");
  return dense.map(({ layers }) =>
    layers.map(({ kernel }) => ({ weights: tape.value(kernel), width: kernel.shape[1] })),
  );
}

function times(a: Matrix, b: Matrix): Matrix {
  const rows = a.weights.length / a.width;
  const weights = new Float64Array(rows * b.width);
  addProduct(weights, a.weights, b.weights, [rows, a.width, b.width]);
  return { weights, width: b.width };
}
