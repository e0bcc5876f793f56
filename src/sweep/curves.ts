// How large the curves of a sweep will be, and how large they may be.
import { askedRuns, cellsOf } from "../config/cells.ts";
import type { Config } from "../config/config.ts";
import type { AnyRun } from "../engines/engine.ts";
import { evaluationCount } from "../engines/evaluations.ts";
import { UsageError } from "../errors.ts";
import { MOST_GATHERED } from "../records/cell-evaluations.ts";
import { MOST_KEPT } from "../records/read-sweep.ts";
import { thousands } from "../units.ts";
import { planRuns } from "./plan.ts";

/** Most losses (evaluations x tasks) of a run's curve: a line of the journal is read, and drawn, as a whole. */
const MOST_OF_RUN = 200_000;
/** Most losses of all runs: their journals have some 13 GB. */
const MOST_OF_SWEEP = 500_000_000;

interface CurveSizes {
  /** Evaluations of the run that has most. */
  readonly evaluations: number;
  readonly journalBytes: number;
  /** Of runs.csv and curves.csv. */
  readonly csvBytes: number;
  /** What the plan and all records take in memory when the CSV files are written. */
  readonly memoryBytes: number;
}

/** Bytes of a loss in a journal, and of what a line has beside its curve, in results/paper. */
const [LOSS_BYTES, LINE_BYTES] = [12.2, 480];
/** Bytes of a row of curves.csv and of runs.csv there. */
const [POINT_BYTES, ROW_BYTES] = [232, 382];
/**
 * Bytes of memory for each run of a sweep's plan and its record, beside losses, and for a loss. Measured: by how much the peak
 * memory of `mmoe sweep` grows between finished folders of 20,000, 100,000 and 300,000 runs (bench/README.md).
 */
const [RUN_MEMORY, LOSS_MEMORY] = [2400, 8];

export function curveSizes(config: Config): CurveSizes {
  const cells = curvesOf(config);
  const sum = (of: (cell: CellCurve) => number) => cells.reduce((total, cell) => total + of(cell), 0);
  const losses = sum(({ runs, evaluations, tasks }) => runs * evaluations * tasks);
  const stepTexts = sum(({ runs, evaluations, steps }) => runs * evaluations * (String(steps).length + 1));
  const runs = askedRuns(config);
  const largest = cells.reduce((most, { evaluations, tasks }) => Math.max(most, evaluations * tasks), 0);
  const gathered = Math.min(2 * config.runs * largest, MOST_GATHERED);
  return {
    evaluations: cells.reduce((most, cell) => Math.max(most, cell.evaluations), 0),
    journalBytes: runs * LINE_BYTES + stepTexts + 2 * losses * LOSS_BYTES,
    csvBytes: runs * ROW_BYTES + sum(({ evaluations, tasks }) => evaluations * (tasks + 1)) * POINT_BYTES,
    memoryBytes: runs * RUN_MEMORY + (Math.min(2 * losses, MOST_KEPT) + gathered) * LOSS_MEMORY,
  };
}

/** Refuses curves that are too large to write, read or draw: UsageError, before anything is planned or written. */
export function checkCurves(config: Config): void {
  const cells = curvesOf(config);
  const wayOut = "--set evalEvery=log:20, or a larger number of steps";
  const large = cells.find(({ evaluations, tasks }) => evaluations * tasks > MOST_OF_RUN);
  if (large !== undefined) {
    const { evaluations, tasks } = large;
    const got = `${thousands(evaluations * tasks)} (${thousands(evaluations)} evaluations of ${tasks} tasks)`;
    throw new UsageError(
      `evalEvery: expected at most ${thousands(MOST_OF_RUN)} losses in a run's curve, got ${got}; give ${wayOut}`,
    );
  }
  const all = cells.reduce((sum, { runs, evaluations, tasks }) => sum + runs * evaluations * tasks, 0);
  if (all <= MOST_OF_SWEEP) return;
  const got = `${thousands(all)} in ${thousands(askedRuns(config))} runs`;
  throw new UsageError(
    `evalEvery: expected at most ${thousands(MOST_OF_SWEEP)} losses in all curves, got ${got}; give fewer runs, or ${wayOut}`,
  );
}

interface CellCurve {
  readonly runs: number;
  readonly evaluations: number;
  readonly tasks: number;
  readonly steps: number;
}

/** What the curves of each cell's runs are like. */
function curvesOf(config: Config): CellCurve[] {
  const known = new Map<AnyRun["training"], number>(); // cells that are trained alike have one object
  const cells = cellsOf(config);
  return planRuns({ ...config, runs: 1 }).map(({ model, training }, i) => {
    const evaluations = known.get(training) ?? evaluationCount(training);
    known.set(training, evaluations);
    return { runs: cells[i].runs, evaluations, tasks: model.tasks, steps: training.steps };
  });
}
