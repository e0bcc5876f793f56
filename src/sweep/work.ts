import type { Run } from "../engines/engine.ts";
import { evaluationCount } from "../engines/evaluations.ts";
import { VALUES } from "../engines/training-settings.ts";
import { memo } from "../memo.ts";
import type { ModelSpec } from "../models/spec.ts";
import { type ModelWork, modelWork } from "../models/work.ts";

/**
 * What the cpu engine's time depends on: the time of a bundle of runs is about a sum over these kinds of work, each times
 * what a unit of it takes on this machine.
 */
export const WORK_KINDS = [
  "runs",
  "steps",
  "values",
  "flop",
  "units",
  "mixed",
  "evaluated",
  "drawn",
  "labelled",
  "gathered",
] as const;
export type WorkKind = (typeof WORK_KINDS)[number];
export type Work = Readonly<Record<WorkKind, number>>;

/** All of the work of a bundle: runs that train on the same rows. */
export function workOf(bundle: readonly Run[]): Work {
  const [{ training, data, model }] = bundle as readonly [Run];
  const { steps, batch, trainRows, heldoutRows } = training;
  const setRows = trainRows === "fresh" ? 0 : trainRows;
  const evaluated = evaluationCount(training) * heldoutRows + setRows;
  const rows = steps * batch;
  const drawn = heldoutRows + (trainRows === "fresh" ? rows : trainRows);
  const cells = new Set(bundle.map(({ correlationMatrix }) => correlationMatrix)).size;
  const sum = (of: (work: ModelWork, run: Run) => number) =>
    bundle.reduce((total, run) => total + of(workOfModel(run.model), run), 0);
  return {
    runs: bundle.length,
    steps: steps * bundle.length,
    values: steps * sum(({ parameters }, run) => parameters * VALUES[run.training.optimizer]),
    flop: rows * sum(({ flop }) => flop),
    units: rows * sum(({ units }) => units),
    mixed: rows * sum(({ mixed }) => mixed),
    evaluated: evaluated * sum(({ weights }) => weights),
    drawn: drawn * data.inputs,
    labelled: drawn * data.inputs * model.tasks * cells,
    gathered: setRows === 0 ? 0 : (rows + setRows) * data.inputs,
  };
}

const workOfModel = memo((spec: ModelSpec) => modelWork(spec));
