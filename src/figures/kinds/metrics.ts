import { measureNames, ownMetricsAmong } from "../../records/measure-values.ts";
import type { RunRecord } from "../../records/record.ts";
import { METRIC_WORDS, metricDigits, metricLabel } from "../../records/words.ts";
import { endsOf } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import { estimate } from "../../stats/interval.ts";
import { headed, stacked } from "../draw/chart.ts";
import { bandsSentence, type CurvePoint, curveOf, framedEnds, grouped, groupParts } from "../draw/curves.ts";
import { diagnosedCurve } from "../draw/diagnosed.ts";
import { type EstimateRow, estimateRow } from "../draw/estimates.ts";
import { correlationsOf, modelsOf, type SweepFacts } from "../draw/facts.ts";
import { rowChart } from "../draw/row-chart.ts";
import { fittedScale } from "../draw/scale.ts";
import { figure } from "../draw/sweep-figure.ts";
import * as words from "../draw/words.ts";

/** A metric of one task of a cell, on held-out rows after the last step. */
type MetricRow = EstimateRow & {
  /** From 1. */
  readonly task: number;
  readonly label: string;
  /** As in records. */
  readonly metric: string;
};

/** Those in the user's code are last. */
function metricsIn(runs: readonly RunRecord[]): string[] {
  return [...Object.keys(METRIC_WORDS), ...ownMetricsAmong(measureNames(runs))];
}

/** What a metric cannot pass: an interval of normal theory, and an axis, may. */
const LIMITS: Readonly<Record<string, readonly [low: number, high: number]>> = {
  ...Object.fromEntries(
    ["auc", "gauc", "ndcg", "mrr", "accuracy", "f1Macro", "averagePrecision", "calibrationError"].map((share) => [
      share,
      [0, 1],
    ]),
  ),
  rSquared: [Number.NEGATIVE_INFINITY, 1],
};
const limitsOf = (metric: string) => LIMITS[metric] ?? [metric in METRIC_WORDS ? 0 : -Infinity, Infinity];

/** Most rows of the chart. */
const ROWS = 56;

/** The first metric of each task, such as AUC, and those in the user's code, with 95 % intervals over runs: a row for each cell. */
export const metrics = figure<MetricRow>({
  name: "metrics",
  about: "AUC, accuracy or R2 of each task, with its interval (own rows, or labels that are classes)",
  of: "metrics",
  supports: ["statistic"],
  rows: ({ sweep, cells }, { statistic }) =>
    cells.flatMap(({ model, correlation, runs, overlap }) => {
      const names = metricsIn(runs);
      return sweep.taskNames.flatMap((label, k) =>
        names.flatMap((metric) => {
          const all = runs.map(({ measures }) => metricOf(measures?.[metric], k));
          const values = Float64Array.from(all.filter((value) => Number.isFinite(value)));
          if (values.length === 0) return [];
          const of = { model, correlation, task: k + 1, label, metric, runs: values.length, statistic };
          return [{ ...of, ...estimate(values, statistic, overlap) }];
        }),
      );
    }),
  draw: ({ found, cells, sweep, options, theme }) => {
    if (found.length === 0) return { lacking: "no run is done" };
    const all = correlationsOf(cells);
    const shown = found.flatMap(({ cell, style, rows }) => {
      const ofTasks = [...groupBy(rows, ({ task }) => String(task)).values()];
      return ofTasks.flatMap((own) => shownRows(own, sweep)).map((row) => ({ ...row, cell, style }));
    });
    const drawn = words.someOf(all, (ROWS * found.length) / (modelsOf(cells).length * shown.length));
    const points = shown.filter(({ cell }) => drawn.includes(cell.correlation));
    const leads = (task: number) => Number(task === sweep.leading?.task);
    const groups = [...groupBy(points, ({ task, metric }) => `${task} ${metric}`).values()]
      .sort(([a], [b]) => leads(b.task) - leads(a.task))
      .map((own) => ({
        title: `${own[0].label}: ${metricLabel(own[0].metric)}`,
        values: endsOf(own),
        rows: own.map((point) => ({
          ...estimateRow(point, theme, metricDigits(point.metric, point)),
          label: words.ownLabel(point.cell, drawn),
        })),
      }));
    return {
      title: `Metrics of each task${words.ofOneModel(cells)}`,
      caption:
        `${words.capitalised(options.statistic)} over runs of a metric of each task on held-out rows after the last step, ${words.withIntervals(cells)}: ` +
        `the area under the ROC curve (AUC) of a binary task, the accuracy of a categorical one, and of a regression R2, the share of the variance that is explained. ` +
        `Each panel has its own axis.${words.leftOutSentence(all, drawn)}`,
      ...rowChart(groups, {
        theme,
        ownAxes: true,
        foot: `${words.capitalised(options.statistic)} over runs, on held-out rows`,
        scale: (range, values) => fittedScale(values, { range, count: 4 }),
      }),
    };
  },
});

/** The value of task k, from 0; NaN if there is none. */
function metricOf(measure: unknown, k: number): number {
  return Array.isArray(measure) ? (measure[k] ?? Number.NaN) : Number.NaN;
}

/** The row of the metric that leads, or of the first that there is, and those of metrics in the user's code. */
function shownRows(rows: readonly MetricRow[], { leading }: SweepFacts): MetricRow[] {
  const found = rows.find(({ metric, task }) => metric === leading?.metric && task === leading.task);
  return [...new Set([found ?? rows[0], ...rows.filter(({ metric }) => !(metric in METRIC_WORDS))])];
}

/** The first metric of each task, such as AUC, against steps: a row of panels for each task and group of models. */
export const metricCurves = figure<MetricRow & CurvePoint>({
  name: "metric-curves",
  about: "AUC, accuracy or R2 of each task against steps (own rows, or labels that are classes)",
  of: "metrics",
  supports: ["statistic"],
  rows: ({ sweep: { taskNames, leading }, cells }, { statistic }) => {
    const leads = (k: number) => Number(k + 1 === leading?.task);
    const tasks = [...taskNames.keys()].sort((a, b) => leads(b) - leads(a));
    return cells.flatMap((cell) =>
      tasks.flatMap((k) => {
        const known = [...(leads(k) && leading ? [leading.metric] : []), ...metricsIn(cell.runs)];
        const metric = known.find((one) =>
          cell.runs.some(({ diagnostics }) => diagnostics?.values[`${one}/${k + 1}`]?.some(Number.isFinite)),
        );
        if (metric === undefined) return [];
        const { model, correlation } = cell;
        const of = { model, correlation, task: k + 1, label: taskNames[k], metric, statistic };
        const curve = diagnosedCurve(cell, statistic, ({ diagnostics }, i) => {
          return diagnostics?.values[`${metric}/${k + 1}`]?.[i] ?? Number.NaN;
        });
        const [least, most] = limitsOf(metric);
        return curve.map(({ low, high, ...point }) => {
          return { ...of, ...point, low: Math.max(low, least), high: Math.min(high, most) };
        });
      }),
    );
  },
  draw: ({ rows, found, cells, styles, options, theme }) => {
    if (found.length === 0) return { lacking: "no run is done that has a metric at every evaluation" };
    const tasks = [...groupBy(rows, ({ task }) => String(task)).values()].map(([{ task, label, metric }]) => {
      const curves = found.map((one) => {
        return { cell: one.cell, curve: curveOf({ ...one, rows: one.rows.filter((row) => row.task === task) }) };
      });
      return { heading: `${label}: ${metricLabel(metric)}`, metric, ...grouped(curves) };
    });
    const parts = tasks.flatMap(({ heading, metric, groups }, t) => [
      headed(heading, theme, { above: t === 0 ? 0 : 5 }),
      ...groupParts(groups, {
        styles,
        theme,
        isLowest: t === tasks.length - 1,
        isKeyed: t === 0 || groups.length > 1,
        y: (range) => fittedScale(framedEnds(groups.flat()), { range, nice: true, most: limitsOf(metric)[1] }),
      }),
    ]);
    return {
      title: `Metrics of each task against training steps${words.ofOneModel(cells)}`,
      caption:
        `${words.capitalised(options.statistic)} over runs of a metric of each task on held-out rows against training steps, each task with its own axis. ` +
        `${bandsSentence(cells, options.statistic)} The first steps may lie outside the frame.${words.endedSentence(found)}${tasks[0].sentence}`,
      ...stacked(parts),
    };
  },
});
