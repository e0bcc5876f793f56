import type { Run } from "../engines/engine.ts";
import { evaluationCount } from "../engines/evaluations.ts";
import { firstEvaluated, valuesOf } from "../engines/training-settings.ts";
import { memo } from "../memo.ts";
import { flopPerRow, parameterBlocks } from "../models/parameters.ts";
import { expertsOf, hasSharedGate, levelCount, type ModelSpec } from "../models/spec.ts";

/** How long the kinds of work take a core of a Zen 5 on AVX-512, in ns a unit. */
const USUAL = {
  runs: 3.5e6,
  steps: 150,
  values: 0.045,
  flop: 0.0025,
  units: 0.5,
  mixed: 0.19,
  evaluated: 0.008,
  drawn: 1,
  labelled: 0.15,
  gathered: 0.3,
};

/** About how long a run takes beside others on the cpu engine, in ns on some machine: a sweep's progress weighs runs by it. */
export function usualNs(run: Run): number {
  const work = workOf(run);
  return Object.entries(USUAL).reduce((sum, [kind, ns]) => sum + ns * work[kind as keyof typeof USUAL], 0);
}

/** All of the work of a run, as counts. */
export function workOf({ training, data, model }: Run): Readonly<Record<keyof typeof USUAL, number>> {
  const { steps, batch, trainRows, heldoutRows } = training;
  const { parameters, flop, units, mixed, weights } = workOfModel(model);
  const setRows = trainRows === "fresh" ? 0 : trainRows;
  const rows = steps * batch;
  const drawn = heldoutRows + (trainRows === "fresh" ? rows : trainRows);
  return {
    runs: 1,
    steps,
    values: steps * parameters * valuesOf(training),
    flop: rows * flop,
    units: rows * units,
    mixed: rows * mixed,
    evaluated: (evaluatedRows(training) + setRows) * weights,
    drawn: drawn * data.inputs,
    labelled: drawn * data.inputs * model.tasks,
    gathered: setRows === 0 ? 0 : (rows + setRows) * data.inputs,
  };
}

/** Held-out rows of all evaluations of a run. */
export function evaluatedRows(training: Run["training"]): number {
  return evaluationCount(training) * (training.heldoutRows - firstEvaluated(training, 0)) + firstEvaluated(training, 0);
}

const workOfModel = memo((spec: ModelSpec) => modelWork(spec));

/** What a model's step takes, apart from the rows: its optimizer for one step, the rest for each row. */
export interface ModelWork {
  /** Parameters, which the optimizer reads and writes. */
  readonly parameters: number;
  /** Multiplications and additions of the dense layers. */
  readonly flop: number;
  /** Weights of the dense layers, each of which a forward pass multiplies with. */
  readonly weights: number;
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
    units: kernels.reduce((sum, { shape }) => sum + shape[1], 0),
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
