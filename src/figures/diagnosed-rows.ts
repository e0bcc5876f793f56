// Rows of the figures of diagnostics, metrics and calibration.
import { taskNames } from "../config/task-kinds.ts";
import { LongWork } from "../long-work.ts";
import { memo } from "../memo.ts";
import type { Results } from "../records/read-results.ts";
import { type RunRecord, tasksOf } from "../records/record.ts";
import { METRIC_WORDS } from "../records/words.ts";
import { drawnEstimate, quickInterval } from "../stats/interval.ts";
import { mean } from "../stats/moments.ts";
import { calibrations, classTasks } from "../summary/calibration.ts";
import { leadingMetric } from "../summary/leading.ts";
import type { CalibrationRow } from "./draw/calibration.ts";
import type { CurvePoint } from "./draw/curve-panels.ts";
import type { FigureOptions, NotDrawn } from "./draw/figure.ts";
import type { GateDistanceRow, GateWeightRow } from "./draw/gates.ts";
import type { MetricCurveRow, MetricRow } from "./draw/metrics.ts";
import type { QuantityRow } from "./draw/quantity-curves.ts";
import { cellMeasures, type SweepCell, sweepCells } from "./sweep-facts.ts";

/** Those that `rowsOf` gives of each cell in which a run has a quantity, or what is lacking. */
function ofDiagnosed<Row>(
  results: Results,
  quantity: string,
  rowsOf: (cell: SweepCell) => readonly Row[],
): readonly Row[] | NotDrawn {
  const cells = sweepCells(results);
  if (cells.length === 0) return { lacking: "no run is done" };
  const found = cells.filter(({ runs }) => runs.some((run) => namesIn(run, quantity).length > 0));
  if (found.length > 0) return found.flatMap(rowsOf);
  return { lacking: `no run has a ${quantity}`, never: true };
}

/** The names of a quantity's curves: of each task, pair or expert. */
function namesIn({ diagnostics }: RunRecord, quantity: string): string[] {
  return Object.keys(diagnostics?.values ?? {}).filter((name) => name.split("/")[0] === quantity);
}

/** A quantity's curve of every cell that has it: its mean over tasks or pairs, a statistic over the cell's runs. */
export function quantityRows(quantity: string) {
  return (results: Results, { statistic }: FigureOptions) =>
    ofDiagnosed(results, quantity, (cell): QuantityRow[] => {
      const { model, correlation } = cell;
      const curve = diagnosedCurve(cell, statistic, ({ values }, i, run) =>
        mean(namesIn(run, quantity).map((name) => values[name]?.[i] ?? Number.NaN)),
      );
      return curve.map(({ step, runs, ...estimate }) => {
        return { model, correlation, step, runs, quantity, statistic, ...estimate };
      });
    });
}

type Diagnosed = NonNullable<RunRecord["diagnostics"]>;

/**
 * A statistic against the steps of the run that is diagnosed longest, over the runs that have a value; one that has ended keeps
 * its last value.
 */
function diagnosedCurve(
  { runs }: SweepCell,
  statistic: FigureOptions["statistic"],
  valueAt: (diagnostics: Diagnosed, i: number, run: RunRecord) => number,
): CurvePoint[] {
  const last = ({ diagnostics }: RunRecord) => diagnostics?.steps.at(-1) ?? 0;
  const longest = runs.reduce((a, b) => (last(b) > last(a) ? b : a)).diagnostics?.steps ?? [];
  return longest.flatMap((step) => {
    const found = runs.flatMap((run) => {
      const { diagnostics } = run;
      if (diagnostics === undefined) return [];
      const value = valueAt(
        diagnostics,
        diagnostics.steps.findLastIndex((one) => one <= step),
        run,
      );
      return Number.isFinite(value) ? [{ value, isEnded: last(run) < step }] : [];
    });
    if (found.length === 0) return [];
    const values = Float64Array.from(found, ({ value }) => value);
    return [{ step, runs: found.filter(({ isEnded }) => !isEnded).length, ...quickInterval(values, statistic) }];
  });
}

/** How far apart two tasks' gates are after the last step. */
export function gateDistanceRows(results: Results, { statistic }: FigureOptions) {
  const quantity = "gateDistance";
  return ofDiagnosed(results, quantity, (cell): GateDistanceRow[] => {
    const { model, correlation, runs } = cell;
    const distances = cellMeasures(cell, quantity).filter((value) => Number.isFinite(value));
    const { value, low, high } = drawnEstimate(distances, statistic);
    return [{ model, correlation, runs: runs.length, quantity, statistic, value, low, high }];
  });
}

/** Each metric of each task that has it, after the last step. */
export function metricRows(results: Results, { statistic }: FigureOptions): MetricRow[] {
  const labels = taskNames(results.config);
  return sweepCells(results).flatMap((cell) =>
    labels.flatMap((label, k) =>
      Object.keys(METRIC_WORDS).flatMap((metric) => {
        const all = cell.runs.map(
          ({ measures }) => (measures?.[metric] as readonly number[] | undefined)?.[k] ?? Number.NaN,
        );
        const values = Float64Array.from(all.filter((value) => Number.isFinite(value)));
        if (values.length === 0) return [];
        const { model, correlation } = cell;
        const of = { model, correlation, task: k + 1, label, metric, runs: values.length, statistic };
        return [{ ...of, ...drawnEstimate(values, statistic) }];
      }),
    ),
  );
}

/** One metric of each task at every evaluation: the first, but before all the one that chose steps and settings. */
export function metricCurveRows(results: Results, { statistic }: FigureOptions): MetricCurveRow[] {
  const labels = taskNames(results.config);
  const leading = leadingMetric(results.config);
  const tasks = [...labels.keys()].sort((a, b) => Number(b === leading?.task) - Number(a === leading?.task));
  return sweepCells(results).flatMap((cell) =>
    tasks.flatMap((k) => {
      const label = labels[k];
      const isMeasured = (metric: string) =>
        cell.runs.some(({ diagnostics }) =>
          diagnostics?.values[`${metric}/${k + 1}`]?.some((value) => Number.isFinite(value)),
        );
      const known = [...(k === leading?.task ? [leading.metric] : []), ...Object.keys(METRIC_WORDS)];
      const metric = known.find(isMeasured);
      if (metric === undefined) return [];
      const { model, correlation } = cell;
      const of = { model, correlation, task: k + 1, label, metric, statistic };
      const valueAt = ({ values }: Diagnosed, i: number) => values[`${metric}/${k + 1}`]?.[i] ?? Number.NaN;
      return diagnosedCurve(cell, statistic, valueAt).map((point) => ({ ...of, ...point }));
    }),
  );
}

/** Each task's mean weights of the experts after the last step. */
export function gateWeightRows(results: Results) {
  const quantity = "gateWeight";
  return ofDiagnosed(results, quantity, (cell): GateWeightRow[] => {
    const { model, correlation, runs } = cell;
    return meanWeights(cell, quantity).flatMap((row, k) =>
      row.map((value, e) => {
        const place = { task: k + 1, rank: e + 1 };
        return { model, correlation, runs: runs.length, quantity, ...place, value };
      }),
    );
  });
}

/** [K][E], experts of each run in the order of their weight for task 1. */
function meanWeights({ runs }: SweepCell, quantity: string): number[][] {
  const ordered = runs.flatMap(({ measures, labelCorrelations }) => {
    const weights = measures?.[quantity] as readonly number[] | undefined;
    return weights ? [orderedWeights(weights, tasksOf({ labelCorrelations }))] : [];
  });
  const [first = []] = ordered;
  return first.map((row, k) => row.map((_, e) => mean(ordered.map((one) => one[k]?.[e]))));
}

/** [K * E] → [K][E], by falling weight for task 1, of equals by rising weight for the last. */
function orderedWeights(weights: readonly number[], K: number): number[][] {
  const E = weights.length / K;
  const rows = Array.from({ length: K }, (_, k) => weights.slice(k * E, (k + 1) * E));
  const [first, last] = [rows[0], rows[K - 1]];
  const order = [...first.keys()].sort((a, b) => {
    return first[b] - first[a] || last[a] - last[b];
  });
  return rows.map((row) => order.map((e) => row[e]));
}

const NOT_KEPT =
  "its runs' predictions were not kept (train them again in another folder, or with --overwrite: mmoe sweep --keep-predictions)";

/** Each bin of each task with classes, over the runs of a cell whose predictions were kept. */
export const calibrationRows = memo((results: Results): readonly CalibrationRow[] | NotDrawn => {
  const tasks = classTasks(results.config);
  const cells = sweepCells(results);
  if (cells.length === 0) return { lacking: "no run is done" };
  const work = new LongWork("reading predictions");
  const rows = cells.flatMap(({ model, correlation, runs }, i) => {
    work.reach(i / cells.length);
    return calibrations(results, runs, tasks).flatMap(({ task: { k, label, outcome }, runs, error, bins }) =>
      bins.map((bin): CalibrationRow => {
        const of = { model, correlation, task: k + 1, label, outcome, runs };
        return { ...of, ...bin, calibrationError: error };
      }),
    );
  });
  return rows.length > 0 ? rows : { lacking: NOT_KEPT };
});
