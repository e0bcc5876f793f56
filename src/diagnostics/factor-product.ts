import { parameterBlocks } from "../models/parameters.ts";
import type { ModelSpec } from "../models/spec.ts";
import { addProduct, addTo } from "./matrix.ts";
import type { Tape } from "./tape.ts";

interface Matrix {
  /** Row-major. */
  readonly weights: Float64Array;
  /** The number of columns. */
  readonly width: number;
}

/** The kernel of the first layer that task k reads, U (sum_i v_ki S_i) V, [D, H]. */
export function firstProduct(tape: Tape, spec: ModelSpec, k: number): Matrix {
  const factors = parameterBlocks(spec).filter(
    ({ network, layer }) => /^factors\/experts/.test(network) && layer === "0",
  );
  const named = (name: string) =>
    factors
      .filter(({ network }) => network.startsWith(`factors/experts/${name}`))
      .map((block) => ({ weights: tape.value(block), width: block.shape[1] as number }));
  const [[inputs], cores, [units], [shares]] = ["inputs", "cores", "units", "shares"].map(named) as [
    [Matrix],
    Matrix[],
    [Matrix],
    [Matrix],
  ];
  const core = new Float64Array((cores[0] as Matrix).weights.length);
  for (const [i, { weights }] of cores.entries()) addTo(core, weights, shares.weights[k * shares.width + i] as number);
  return times(times(inputs, { weights: core, width: core.length / inputs.width }), units);
}

function times(a: Matrix, b: Matrix): Matrix {
  const rows = a.weights.length / a.width;
  const weights = new Float64Array(rows * b.width);
  addProduct(weights, a.weights, b.weights, [rows, a.width, b.width]);
  return { weights, width: b.width };
}
