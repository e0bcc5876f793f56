import { cellOverlap, cellsOf } from "../config/cells.ts";
import type { LossSet } from "../config/losses.ts";
import { type Cell, cellKey, cellOf } from "../identity/cell.ts";
import { memo } from "../memo.ts";
import { groupBy } from "../stats/group-by.ts";
import type { Results } from "./read-results.ts";
import { finalLosses, type RunRecord } from "./record.ts";

/** How the runs of one cell ended. */
export interface CellLosses extends Cell {
  /** Final loss, the mean over tasks, of each run that is done, by the run's index. */
  readonly byRun: ReadonlyMap<number, number>;
  readonly failed: readonly RunRecord[];
  /** Runs that were asked for and have not ended. */
  readonly missing: number;
  /** How much its runs share: `cellOverlap`. */
  readonly overlap: number;
}

/** Every cell of a sweep, in the order of `cellsOf`, also if no run has ended yet. */
export const cellLosses = memo(({ config, records }: Results, set: LossSet): readonly CellLosses[] => {
  const cells = new Map(cellsOf(config).map((cell) => [cellKey(cell), emptyCell(cell, cell.runs)] as const));
  for (const record of records) {
    const key = cellKey(record);
    const cell = cells.get(key) ?? emptyCell(record, config.runs);
    cells.set(key, cell);
    const loss = finalLosses(record, set);
    if (loss === undefined) cell.failed.push(record);
    else cell.byRun.set(record.run, loss.mean);
  }
  return [...cells.values()].map(({ asked, ...cell }) => ({
    ...cell,
    missing: Math.max(0, asked - cell.byRun.size - cell.failed.length),
    overlap: cellOverlap(config, cell),
  }));
});

/** The cells with a value of each run in place of its loss; runs without one are left out. */
export function cellValues(results: Results, of: (record: RunRecord) => number | undefined): CellLosses[] {
  const byCell = groupBy(results.records, cellKey);
  return cellLosses(results, "heldout").map((cell) => {
    const values = (byCell.get(cellKey(cell)) ?? []).map((record) => [record.run, of(record)] as const);
    return { ...cell, byRun: new Map(values.filter((pair): pair is [number, number] => pair[1] !== undefined)) };
  });
}

/** Indexes of the runs that are done in every one of `cells`, ascending. */
export function commonRuns([first, ...others]: readonly CellLosses[]): number[] {
  const runs = [...(first?.byRun.keys() ?? [])].filter((run) => others.every(({ byRun }) => byRun.has(run)));
  return runs.sort((a, b) => a - b);
}

/** Final losses of some of a cell's runs, in the order given. */
export function lossesOf({ byRun }: CellLosses, runs: readonly number[]): Float64Array {
  return Float64Array.from(runs, (run) => byRun.get(run) as number);
}

/** How much the runs of some cells share, of which differences are taken run by run. */
export function overlapOf(cells: readonly Pick<CellLosses, "overlap">[]): number {
  return Math.max(0, ...cells.map(({ overlap }) => overlap));
}

function emptyCell(cell: Cell, asked: number) {
  return { ...cellOf(cell), asked, byRun: new Map<number, number>(), failed: [] as RunRecord[] };
}
