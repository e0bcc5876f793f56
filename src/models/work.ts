import { flopPerRow } from "./flop.ts";
import { parameterBlocks } from "./parameters.ts";
import { expertsOf, hasSharedGate, levelCount, type ModelSpec } from "./spec.ts";

/** What a model's step takes, apart from the rows: its optimizer for one step, the rest for each row. */
export interface ModelWork {
  /** Parameters, which the optimizer reads and writes. */
  readonly parameters: number;
  /** Multiplications and additions of the dense layers. */
  readonly flop: number;
  /** Weights of the dense layers, each of which a forward pass multiplies with. */
  readonly weights: number;
  /** Units of all layers. */
  readonly units: number;
  /** Units of experts that mixes read, added up over the mixes. */
  readonly mixed: number;
}

export function modelWork(spec: ModelSpec): ModelWork {
  const blocks = parameterBlocks(spec);
  const kernels = blocks.filter(({ kind }) => kind === "kernel");
  return {
    parameters: blocks.reduce((sum, { size }) => sum + size, 0),
    flop: flopPerRow(spec),
    weights: kernels.reduce((sum, { size }) => sum + size, 0),
    units: kernels.reduce((sum, { shape }) => sum + (shape[1] as number), 0),
    mixed: mixedUnits(spec),
  };
}

function mixedUnits(spec: ModelSpec): number {
  if (spec.gating === "none") return 0;
  const H = spec.experts.layers.at(-1) as number;
  const paths = Array.from({ length: spec.gating === "single" ? 1 : spec.tasks }, (_, k) => k);
  let experts = 0;
  for (let level = 0; level < levelCount(spec); level++) {
    const mixes = hasSharedGate(spec, level) ? [...paths, spec.tasks] : paths;
    for (const path of mixes) experts += expertsOf(spec, path).length;
  }
  return H * experts;
}
