// The paper's Tables 1 and 2, AUC on census data, beside those of a sweep.
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { cellsOf } from "../config/cells.ts";
import { UsageError } from "../errors.ts";
import { type Cell, cellKey } from "../identity/cell.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { describe } from "../stats/describe.ts";
import type { Estimate } from "../stats/estimate.ts";
import { overSplits } from "../stats/f-distribution.ts";
import { groupBy } from "../stats/group-by.ts";
import { type Group, leastAge } from "./study.ts";

/** AUC of one model: of the main task and of the auxiliary one. */
interface PublishedAucs {
  /** In the run with the highest AUC of the main task. */
  readonly best: readonly [number, number];
  /** Means over runs. */
  readonly mean: readonly [number, number];
}

export interface AucRow extends Cell {
  /** Runs that are done. */
  readonly runs: number;
  /** As `PublishedAucs.best`; undefined if no run is done, and if each has a split of its own: the best would have the easiest. */
  readonly best: readonly [number, number] | undefined;
  /** With intervals over runs, or over splits if each run has its own. */
  readonly mean: readonly [Estimate, Estimate] | undefined;
  /** This model minus `BASELINE`, split by split: of each task. Undefined unless each run has a split of its own. */
  readonly gains: readonly [Gain, Gain] | undefined;
  /** Undefined for other models, and for rows of some ages: the paper's have all. */
  readonly paper: PublishedAucs | undefined;
}

/** What a model is compared with. */
export const BASELINE = "shared-bottom";

/** How much higher AUCs are than those of `BASELINE`, over `splits` splits. */
interface Gain {
  readonly splits: number;
  readonly mean: Estimate;
  /** Splits in which it is higher. */
  readonly higher: number;
}

export interface AucTable {
  readonly group: Group;
  /** Whether each run has a split of its own. */
  readonly isResplit: boolean;
  /** The least age of the rows; 0 for all. */
  readonly age: number;
  /** The labels' columns, main task first. */
  readonly labels: readonly [string, string];
  readonly rows: readonly AucRow[];
}

/** Labels of the groups' main tasks. */
const MAIN: Readonly<Record<string, Group>> = { y_income: 1, y_college: 2 };

/** A sweep's AUCs on its held-out rows beside the paper's. Throws UsageError for a sweep on other rows. */
export function aucTable({ path, config, records }: Results): AucTable {
  const labels = config.rows?.labels ?? [];
  const group = MAIN[labels[0] ?? ""];
  if (group === undefined || labels[1] !== "y_never_married")
    throw new UsageError(
      `${path}: expected labels y_income or y_college, then y_never_married, got ${labelsText(labels)}`,
    );
  const done = groupBy(
    records.filter(({ status }) => status === "done"),
    cellKey,
  );
  const aucsOf = (cell: Cell) => (done.get(cellKey(cell)) ?? []).map(aucsOfRun);
  const isResplit = config.rows?.split === "run";
  const age = leastAge(config.about);
  const ofPaper = age > 0 ? [] : published().filter((one) => one.group === group);
  const rows = cellsOf(config).map((cell): AucRow => {
    const aucs = aucsOf(cell);
    const paper = ofPaper.find(({ model }) => model === cell.model);
    const found = isResplit
      ? overItsSplits(aucs, aucsOf({ ...cell, model: BASELINE }), testRatio(config))
      : overItsRuns(aucs);
    return { ...cell, runs: aucs.length, ...found, paper };
  });
  return { group, isResplit, age, labels: labels as unknown as AucTable["labels"], rows };
}

/** Test rows to the rows that a run of its own split trains on. */
function testRatio({ heldoutRows, trainRows, validation }: Results["config"]): number {
  return heldoutRows / (Number(trainRows) * (1 - validation));
}

function labelsText(labels: readonly string[]): string {
  return labels.length === 0 ? "generated rows" : labels.join(", ");
}

/** A run's AUCs on test rows, and the main task's on validation rows; of older runs without such rows, on test rows. */
interface Aucs {
  readonly run: number;
  readonly tested: readonly [number, number];
  readonly chooses: number;
}

function aucsOfRun({ run, measures }: RunRecord): Aucs {
  const { auc, validationAuc = auc } = measures as Record<string, readonly [number, number]>;
  return { run, tested: auc, chooses: validationAuc?.[0] };
}

type Statistics = Pick<AucRow, "best" | "mean" | "gains">;

function overItsRuns(aucs: readonly Aucs[]): Statistics {
  if (aucs.length === 0) return NOTHING;
  const best = aucs.reduce((best, one) => (one.chooses > best.chooses ? one : best)).tested;
  const meanOf = (task: 0 | 1) => describe(Float64Array.from(aucs, ({ tested }) => tested[task])).mean;
  return { ...NOTHING, best, mean: [meanOf(0), meanOf(1)] };
}

const NOTHING: Statistics = { best: undefined, mean: undefined, gains: undefined };

function overItsSplits(aucs: readonly Aucs[], baseline: readonly Aucs[], ratio: number): Statistics {
  if (aucs.length === 0) return NOTHING;
  const meanOf = (task: 0 | 1) =>
    overSplits(
      Float64Array.from(aucs, ({ tested }) => tested[task]),
      ratio,
    );
  const others = new Map(baseline.map(({ run, tested }) => [run, tested]));
  const pairs = aucs.flatMap(({ run, tested }) => {
    const other = others.get(run);
    return other ? [[tested, other] as const] : [];
  });
  const gainOf = (task: 0 | 1): Gain => {
    const gains = Float64Array.from(pairs, ([own, other]) => own[task] - other[task]);
    return { splits: pairs.length, mean: overSplits(gains, ratio), higher: gains.filter((gain) => gain > 0).length };
  };
  return { ...NOTHING, mean: [meanOf(0), meanOf(1)], ...(pairs.length > 0 && { gains: [gainOf(0), gainOf(1)] }) };
}

let read: readonly (PublishedAucs & { readonly group: number; readonly model: string })[] | undefined;

/** The paper's values, all of them given there. */
function published(): NonNullable<typeof read> {
  const file = new URL("../../results/published/census.csv", import.meta.url);
  read ??= (parse(readFileSync(file), { columns: true }) as Record<string, string>[]).map((row) => ({
    group: Number(row.group),
    model: row.model,
    best: [Number(row.main_auc_best), Number(row.marital_auc_with_best_main)],
    mean: [Number(row.main_auc_mean), Number(row.marital_auc_mean)],
  }));
  return read;
}
