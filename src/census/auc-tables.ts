// The paper's Tables 1 and 2, AUC on census data, beside those of a sweep.
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { cellsOf } from "../config/cells.ts";
import { UsageError } from "../errors.ts";
import { type Cell, cellKey } from "../identity/cell.ts";
import type { Results } from "../records/read-results.ts";
import { describe } from "../stats/describe.ts";
import type { Estimate } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import type { Group } from "./study.ts";

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
  /** As `PublishedAucs.best`; undefined if no run is done. */
  readonly best: readonly [number, number] | undefined;
  readonly mean: readonly [Estimate, Estimate] | undefined;
  readonly paper: PublishedAucs | undefined;
}

export interface AucTable {
  readonly group: Group;
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
  const rows = cellsOf(config).map((cell): AucRow => {
    const aucs = (done.get(cellKey(cell)) ?? []).map(({ measures }): Aucs => {
      const { auc, validationAuc = auc } = measures as Record<string, readonly [number, number]>;
      return { tested: auc as Aucs["tested"], chooses: validationAuc?.[0] as number };
    });
    const paper = published().find((one) => one.group === group && one.model === cell.model);
    return { ...cell, runs: aucs.length, ...statistics(aucs), paper };
  });
  return { group, labels: labels as unknown as AucTable["labels"], rows };
}

function labelsText(labels: readonly string[]): string {
  return labels.length === 0 ? "generated rows" : labels.join(", ");
}

/** A run's AUCs on test rows, and the main task's on validation rows; of older runs without such rows, on test rows. */
interface Aucs {
  readonly tested: readonly [number, number];
  readonly chooses: number;
}

function statistics(aucs: readonly Aucs[]): Pick<AucRow, "best" | "mean"> {
  if (aucs.length === 0) return { best: undefined, mean: undefined };
  const best = aucs.reduce((best, one) => (one.chooses > best.chooses ? one : best)).tested;
  const meanOf = (task: 0 | 1) => describe(Float64Array.from(aucs, ({ tested }) => tested[task])).mean;
  return { best, mean: [meanOf(0), meanOf(1)] };
}

let read: readonly (PublishedAucs & { readonly group: number; readonly model: string })[] | undefined;

/** The paper's values, all of them given there. */
function published(): NonNullable<typeof read> {
  const file = new URL("../../results/published/census.csv", import.meta.url);
  read ??= (parse(readFileSync(file), { columns: true }) as Record<string, string>[]).map((row) => ({
    ...{ group: Number(row.group), model: row.model as string },
    best: [Number(row.main_auc_best), Number(row.marital_auc_with_best_main)],
    mean: [Number(row.main_auc_mean), Number(row.marital_auc_mean)],
  }));
  return read;
}
