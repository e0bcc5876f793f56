import { METRIC_WORDS } from "../../records/words.ts";
import { groupBy } from "../../stats/group-by.ts";
import { bandsSentence, curveOf } from "./cell-curves.ts";
import { type CurvePoint, curvePanels, grouped, groupParts, headingPart, stacked } from "./curve-panels.ts";
import type { EstimateRow } from "./estimates.ts";
import { correlationsOf, modelsOf, type SweepFacts } from "./facts.ts";
import type { Draw, FigureOptions } from "./figure.ts";
import { estimateMarks } from "./final-loss.ts";
import { type RowGroup, rowChart } from "./row-chart.ts";
import { fittedScale } from "./scale.ts";
import type { StyledRows, Theme } from "./style.ts";
import { ownLabel } from "./task-losses.ts";
import { capitalised, endedSentence, leftOutSentence, ofOneModel, someOf, withIntervals } from "./words.ts";

/** A metric of one task of a cell, on held-out rows after the last step. */
export type MetricRow = EstimateRow & {
  /** From 1. */
  readonly task: number;
  readonly label: string;
  /** As in `METRIC_WORDS`. */
  readonly metric: string;
  readonly statistic: FigureOptions["statistic"];
};

/** Most rows of the chart. */
const ROWS = 56;

/** The first metric of each task, such as AUC, with its 95 % interval over runs: a panel for each task, a row for each cell. */
export const metrics: Draw<MetricRow> = ({ found, cells, sweep, options, theme }) => {
  if (found.length === 0) return { lacking: "no run is done" };
  const all = correlationsOf(cells);
  const drawn = someOf(all, Math.max(1, Math.floor(ROWS / (modelsOf(cells).length * sweep.tasks))));
  const shown = found.filter(({ cell }) => drawn.includes(cell.correlation));
  const groups = groupsOf(shown, drawn, sweep, theme);
  const contents = rowChart(groups, {
    top: 2,
    theme,
    ownAxes: true,
    foot: `${capitalised(options.statistic)} over runs, on held-out rows`,
    scale: (range, values) => fittedScale(values, { range, count: 4 }),
  });
  const caption =
    `${capitalised(options.statistic)} over runs of a metric of each task on held-out rows after the last step, ${withIntervals(cells)}: ` +
    `the area under the ROC curve (AUC) of a binary task, the accuracy of a categorical one, and of a regression R2, the share of the variance that is explained. ` +
    `Each panel has its own axis.${leftOutSentence(all, drawn)}`;
  return { title: `Metrics of each task${ofOneModel(cells)}`, caption, ...contents };
};

function groupsOf(
  shown: readonly StyledRows<MetricRow>[],
  drawn: readonly (number | null)[],
  sweep: SweepFacts,
  theme: Theme,
): RowGroup[] {
  const ofTasks = shown.flatMap(({ rows, ...one }) =>
    [...groupBy(rows, ({ task }) => String(task)).values()].map((own) => ({ ...one, row: firstOf(own, sweep) })),
  );
  const groups = [...groupBy(ofTasks, ({ row }) => String(row.task)).values()];
  return groups
    .sort(([a], [b]) => Number(leads(b, sweep)) - Number(leads(a, sweep)))
    .map((group) => {
      const { label, metric } = group[0].row;
      return {
        title: `${label}: ${METRIC_WORDS[metric]}`,
        values: group.flatMap(({ row: { value, low, high } }) => [value, low, high]),
        rows: group.map(({ cell, style, row }) => ({
          ...estimateMarks(cell, row, style, theme),
          label: ownLabel(cell, drawn),
        })),
      };
    });
}

function leads(one: { readonly row: MetricRow } | undefined, { leading }: SweepFacts): boolean {
  return one?.row.task === leading?.task;
}

/** The metric that leads, or the first that there is. */
function firstOf(rows: readonly MetricRow[], { leading }: SweepFacts): MetricRow {
  const found = rows.find(({ metric, task }) => metric === leading?.metric && task === leading.task);
  if (found) return found;
  const order = Object.keys(METRIC_WORDS);
  return rows.toSorted((a, b) => order.indexOf(a.metric) - order.indexOf(b.metric))[0];
}

/** The first metric of a task, at an evaluation. */
export type MetricCurveRow = MetricRow & CurvePoint;

/** The first metric of each task, such as AUC, against steps: a row of panels for each task and group of models. */
export const metricCurves: Draw<MetricCurveRow> = ({ rows, found, cells, styles, options, theme }) => {
  if (found.length === 0) return { lacking: "no run is done that has a metric at every evaluation" };
  const tasks = [...groupBy(rows, ({ task }) => String(task)).values()].map(([first]) => {
    const ofTask = (some: readonly MetricCurveRow[]) => some.filter(({ task }) => task === first.task);
    return { first, ...grouped(new Map(found.map((one) => [one.cell, curveOf({ ...one, rows: ofTask(one.rows) })]))) };
  });
  const parts = tasks.flatMap(({ first: { label, metric }, groups }, t) => [
    headingPart(`${label}: ${METRIC_WORDS[metric]}`, theme, t === 0 ? 0 : 5),
    ...groupParts(groups, { styles, theme, last: t === tasks.length - 1 }, (some, place) =>
      curvePanels(some, { ...place, options: { scale: "linear", fits: true } }),
    ),
  ]);
  const caption =
    `${capitalised(options.statistic)} over runs of a metric of each task on held-out rows against training steps, each task with its own axis. ` +
    `${bandsSentence(cells, options.statistic)} The first steps may lie outside the frame.${endedSentence(found)}${tasks[0].sentence}`;
  const title = `Metrics of each task against training steps${ofOneModel(cells)}`;
  return { title, caption, ...stacked(parts) };
};
