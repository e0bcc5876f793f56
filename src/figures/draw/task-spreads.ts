// Final losses of more than two tasks.
import type { LossSet } from "../../config/loss-sets.ts";
import { dotKey, dotRow, ROW } from "./distributions.ts";
import { type CellRows, correlationsOf, type DrawnCell, type OfCell, type SweepFacts } from "./facts.ts";
import type { FigureOptions, Picture } from "./figure.ts";
import { lossScale } from "./loss-axis.ts";
import { page } from "./page.ts";
import { type RowGroup, rowChart } from "./row-chart.ts";
import { signed } from "./scale.ts";
import { leftOutSentence, ofOneModel, someOf } from "./shown.ts";
import { type SeriesStyle, stylesIn } from "./style.ts";
import { themeFor } from "./theme.ts";
import { capitalised, finalHeading, lossName, runsSentence, sampleSentence, unitsSentence } from "./words.ts";

/** A run's final losses; `task3` and more too, of more tasks. */
export type TaskLossRow = OfCell & {
  readonly run: number;
  readonly loss: LossSet;
  readonly task1: number;
  readonly task2: number;
};

/** Most rows of the chart. */
const ROWS = 36;

/** Losses of each task, ascending. */
interface TaskGroup extends RowGroup {
  readonly values: readonly number[];
}

/** The final loss of each of more than two tasks: a panel for each task, a row for each cell, a dot for each run. */
export function taskSpreads(
  found: readonly CellRows<TaskLossRow>[],
  sweep: SweepFacts,
  options: FigureOptions,
): Picture {
  const cells = found.map(({ cell }) => cell);
  const theme = themeFor(options);
  const styles = stylesIn(cells, sweep, theme);
  const all = correlationsOf(cells);
  const drawn = someOf(all, Math.max(1, Math.floor(ROWS / (styles.size * sweep.tasks))));
  const shown = found.filter(({ cell }) => drawn.includes(cell.correlation));
  const groups = sweep.taskNames.map((title, k): TaskGroup => {
    const lossesOf = (rows: readonly TaskLossRow[]) => Float64Array.from(rows, (row) => lossIn(row, k)).sort();
    return {
      title,
      values: shown.flatMap(({ rows }) => [...lossesOf(rows)]),
      rows: shown.map(({ cell, rows }) => ({
        ...dotRow({ cell, losses: lossesOf(rows) }, styles.get(cell.model) as SeriesStyle, theme),
        label: ownLabel(
          cell,
          shown.map((one) => one.cell),
        ),
      })),
    };
  });
  const { nodes, height } = rowChart(groups, {
    top: 0,
    row: ROW,
    key: dotKey(theme),
    theme,
    ownAxes: true,
    foot: finalHeading(options),
    scale: (range, group) => lossScale((group as TaskGroup).values, { ...options, scale: "linear" }, range),
  });
  const title = `Final loss of each task${ofOneModel(cells)}`;
  const caption =
    `${capitalised(lossName(options.loss))} of each task after the last step (${unitsSentence(options)}), a panel for each task with its own axis. ` +
    `A dot for each run.${sampleSentence(found)}${leftOutSentence(all, drawn)} ${runsSentence(cells, sweep)}`;
  return page({ name: "task-losses", title, caption, height, theme }, nodes);
}

function lossIn(row: TaskLossRow, k: number): number {
  return (row as unknown as Readonly<Record<string, number>>)[`task${k + 1}`];
}

/** A row's name in a panel with all of `cells`: its model and, if there are several, its correlation. */
export function ownLabel({ label, correlation }: DrawnCell, cells: readonly DrawnCell[]): string {
  return correlationsOf(cells).length > 1 ? `${label}, ${signed(String(correlation))}` : label;
}
