import { comparePoints, gridPoints } from "../config/grid.ts";
import { memo } from "../memo.ts";
import { type Cell, cellKey, correlationsIn } from "../records/cell.ts";
import { measureMean } from "../records/measure-values.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, type LossSet, type RunRecord } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { modelStyles, type SeriesStyle } from "./style.ts";
import type { Theme } from "./theme.ts";

/** A cell with the runs that are done. */
export interface SweepCell extends Cell {
  /** Runs that are done, by their index. */
  readonly runs: readonly RunRecord[];
  readonly failed: number;
}

/** Cells in which a run is done, in the sweep's order of models, by rising correlation and then by grid point. */
export const sweepCells = memo(({ config, records }: Results): readonly SweepCell[] => {
  const cells = groupBy(records, cellKey);
  const correlations = [...correlationsIn(config)].sort(rising);
  const points = gridPoints(config).sort(comparePoints);
  const all = config.models.flatMap((model) =>
    correlations.flatMap((correlation) => points.map((point) => ({ model, correlation, point }))),
  );
  return all.flatMap((cell) => {
    const ended = cells.get(cellKey(cell)) ?? [];
    const runs = ended.filter(({ status }) => status === "done").sort((a, b) => a.run - b.run);
    return runs.length > 0 ? [{ ...cell, runs, failed: ended.length - runs.length }] : [];
  });
});

export function modelsOf(cells: readonly Cell[]): string[] {
  return [...new Set(cells.map(({ model }) => model))];
}

/** The styles of the models of some cells: those that they have in every figure of the sweep. */
export function stylesIn(cells: readonly SweepCell[], results: Results, theme: Theme): Map<string, SeriesStyle> {
  const models = modelsOf(cells);
  return new Map([...modelStyles(modelsOf(sweepCells(results)), theme)].filter(([model]) => models.includes(model)));
}

/** Correlations, ascending; one that is null for rows of the user's own. */
export function correlationsOf(cells: readonly SweepCell[]): (number | null)[] {
  return [...new Set(cells.map(({ correlation }) => correlation))].sort(rising);
}

function rising(a: number | null, b: number | null): number {
  return (a ?? 0) - (b ?? 0);
}

/** Mean over tasks of each run's loss after the last step, [runs]. */
export const finalMeans = memo(({ runs }: SweepCell, set: LossSet): Float64Array => {
  return Float64Array.from(runs, (run) => finalLosses(run, set)?.mean ?? Number.NaN);
});

/** Values of a measure that `records/measures.ts` declares, [runs]: the mean over tasks or pairs. */
export function cellMeasures({ runs }: SweepCell, name: string): Float64Array {
  return Float64Array.from(runs, (run) => measureMean(run.measures, name));
}
