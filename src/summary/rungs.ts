import { cellsOf } from "../config/cells.ts";
import type { Config } from "../config/config.ts";
import { areLabelsPlain } from "../config/generated.ts";
import { ladderOf } from "../config/loss-unit-of.ts";
import type { LossSet } from "../config/losses.ts";
import { type Ladder, lackText, rungName, rungOf } from "../data/ladder-loss.ts";
import { type Cell, cellKey } from "../identity/cell.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";

/** The rungs that the tasks of a cell's runs end on. */
export interface CellRungs extends Cell {
  readonly runs: number;
  /** Runs of which a task ends on each rung, [K][m + 2]: the last are above the ladder, near the loss of the mean. */
  readonly tasks: readonly (readonly number[])[];
  /** Runs in bad minima by what their tasks lack, the most frequent first. */
  readonly bad: readonly { readonly name: string; readonly runs: number }[];
}

export interface Rungs extends Ladder {
  readonly cells: readonly CellRungs[];
}

/** Whether a bound of bad minima means something for a sweep: it is of the paper's labels, which are numbers. */
export function hasBadMinima(config: Config): boolean {
  return config.rows === null && areLabelsPlain(config);
}

/**
 * How many runs end on each rung of the ladder, by task; a run above `bad` is in a bad minimum. Undefined for the running
 * mean: it contains how fast a run learned, so it lies above the rung that the run ends on; and for labels that are not the
 * generator's numbers.
 */
export function rungsOf(results: Results, loss: LossSet, bad: number): Rungs | undefined {
  if (loss === "running" || !hasBadMinima(results.config)) return undefined;
  const ladder = ladderOf(results.config);
  const byCell = groupBy(results.records, cellKey);
  const cells = cellsOf(results.config).map((cell): CellRungs => {
    const ends = (byCell.get(cellKey(cell)) ?? []).flatMap((record) => finalLosses(record, loss) ?? []);
    const names = ends.filter(({ mean }) => mean > bad).map(({ tasks }) => badName(tasks, bad, ladder));
    return {
      ...cell,
      runs: ends.length,
      tasks: Array.from({ length: results.config.tasks }, (_, k) => {
        const rungs = ends.map(({ tasks }) => rungOf(tasks[k], ladder));
        return Array.from({ length: ladder.rungs.length + 1 }, (_, rung) => rungs.filter((one) => one === rung).length);
      }),
      bad: [...groupBy(names, (name) => name)]
        .map(([name, { length }]) => ({ name, runs: length }))
        .sort((a, b) => b.runs - a.runs || (a.name < b.name ? -1 : 1)),
    };
  });
  return { ...ladder, cells };
}

/** The tasks whose own loss is bad, and what they lack: `task 2 on rung 2 (lacks the 2 fastest sines)`. */
function badName(tasks: readonly number[], bad: number, ladder: Ladder): string {
  const named = tasks.flatMap((loss, k) => {
    const rung = rungOf(loss, ladder);
    const where = rung < ladder.rungs.length ? `on ${rungName(rung, ladder)}` : "above the ladder";
    return loss > bad ? [`task ${k + 1} ${where} (${lackText(rung, ladder)})`] : [];
  });
  return named.join(", ");
}
