import { correlationsIn } from "../config/cells.ts";
import { gridPoints } from "../config/grid.ts";
import type { LossSet } from "../config/loss-sets.ts";
import { type Cell, cellKey } from "../identity/cell.ts";
import { comparePoints } from "../identity/grid-point.ts";
import { memo } from "../memo.ts";
import { measureMean } from "../records/measure-values.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, type RunRecord } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { rising } from "./draw/facts.ts";

/** A cell with the runs that are done. */
export interface SweepCell extends Cell {
  /** Runs that are done, by their index. */
  readonly runs: readonly RunRecord[];
  readonly failed: number;
}

/** Cells in which a run has ended, in the sweep's order of models, by rising correlation and then by grid point. */
export const endedCells = memo(({ config, records }: Results): readonly SweepCell[] => {
  const cells = groupBy(records, cellKey);
  const correlations = [...correlationsIn(config)].sort(rising);
  const points = gridPoints(config).sort(comparePoints);
  const all = config.models.flatMap((model) =>
    correlations.flatMap((correlation) => points.map((point) => ({ model, correlation, point }))),
  );
  return all.flatMap((cell) => {
    const ended = cells.get(cellKey(cell)) ?? [];
    const runs = ended.filter(({ status }) => status === "done").sort((a, b) => a.run - b.run);
    return ended.length > 0 ? [{ ...cell, runs, failed: ended.length - runs.length }] : [];
  });
});

/** Those in which a run is done. */
export const sweepCells = memo((results: Results): readonly SweepCell[] =>
  endedCells(results).filter(({ runs }) => runs.length > 0),
);

/** Mean over tasks of each run's loss after the last step, [runs]. */
export const finalMeans = memo(({ runs }: SweepCell, set: LossSet): Float64Array => {
  return Float64Array.from(runs, (run) => finalLosses(run, set)?.mean ?? Number.NaN);
});

/** Values of a measure that `records/measures.ts` declares, [runs]: the mean over tasks or pairs. */
export function cellMeasures({ runs }: SweepCell, name: string): Float64Array {
  return Float64Array.from(runs, (run) => measureMean(run.measures, name));
}
