// How often what runs give a probability comes true, by their predictions of test rows.
import type { Config } from "../config/config.ts";
import { taskNames, tasksOfRuns } from "../config/task-kinds.ts";
import { STATED } from "../diagnostics/task-metrics.ts";
import { keptPredictions, type TaskPredictions } from "../records/kept-arrays.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { CALIBRATION_BINS, type CalibrationBin, calibrationBins, calibrationError } from "../stats/classes.ts";
import type { Interval } from "../stats/estimate.ts";
import { shareOf } from "../stats/interval.ts";
import { mean } from "../stats/moments.ts";

/** A task whose predictions are probabilities. */
export interface ClassTask {
  /** From 0. */
  readonly k: number;
  readonly label: string;
  readonly kind: keyof typeof STATED;
  /** What a probability is of. */
  readonly outcome: string;
}

/** What some runs predict of a task. */
export interface TaskCalibration {
  readonly task: ClassTask;
  /** The number of runs whose predictions were kept. */
  readonly runs: number;
  /** The mean of their calibration errors. */
  readonly error: number;
  /** The bins that have rows. */
  readonly bins: readonly BinShare[];
}

/** The rows of a bin, over runs. Runs share test rows, so the interval is that of one run's number of rows. */
export interface BinShare extends Interval {
  /** From 1. */
  readonly bin: number;
  readonly from: number;
  readonly to: number;
  /** Of one run, on average. */
  readonly rows: number;
  /** Mean probability. */
  readonly predicted: number;
  /** Share that came true. */
  readonly observed: number;
}

export function classTasks(config: Config): ClassTask[] {
  const labels = taskNames(config);
  return (tasksOfRuns(config) ?? []).flatMap(({ kind }, k) => {
    if (kind === "regression") return [];
    const outcome = kind === "binary" ? String(config.taskKinds[k]?.classes[1] ?? 1) : "the most likely class";
    return [{ k, label: labels[k], kind, outcome }];
  });
}

/** Nothing if no run's predictions were kept. */
export function calibrations(
  results: Results,
  runs: readonly RunRecord[],
  tasks: readonly ClassTask[],
): TaskCalibration[] {
  const kept = runs.flatMap(({ id }) => {
    const all = keptPredictions(results, id);
    return all ? [tasks.map(({ k, kind }) => calibrated(all[k], kind))] : [];
  });
  if (kept.length === 0) return [];
  return tasks.map((task, i) => {
    const ofRuns = kept.map((ofTasks) => ofTasks[i]);
    const bins = Array.from({ length: CALIBRATION_BINS }, (_, b) => {
      const sums = summed(ofRuns.map(({ bins }) => bins[b]));
      return {
        bin: b + 1,
        from: b / CALIBRATION_BINS,
        to: (b + 1) / CALIBRATION_BINS,
        ...shareIn(sums, ofRuns.length),
      };
    });
    const error = mean(ofRuns.map(({ error }) => error));
    return { task, runs: ofRuns.length, error, bins: bins.filter(({ rows }) => rows > 0) };
  });
}

function calibrated({ outputs, labels }: TaskPredictions, kind: ClassTask["kind"]) {
  const { probabilities, outcomes } = STATED[kind](outputs, labels);
  return { bins: calibrationBins(probabilities, outcomes), error: calibrationError(probabilities, outcomes) };
}

function summed(bins: readonly CalibrationBin[]): CalibrationBin {
  const sumOf = (of: keyof CalibrationBin) => bins.reduce((sum, bin) => sum + bin[of], 0);
  return { rows: sumOf("rows"), predicted: sumOf("predicted"), observed: sumOf("observed") };
}

function shareIn({ rows, predicted, observed }: CalibrationBin, runs: number) {
  const { value, low, high } = shareOf(observed / runs, rows / runs);
  return { rows: rows / runs, predicted: predicted / rows, observed: value, low, high };
}
