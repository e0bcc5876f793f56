import { type Config, configAt, modelOf } from "../config/config.ts";
import { gridPoints } from "../config/schema.ts";
import { cellKey, type GridValue } from "../identity/cell.ts";
import { isCode } from "../models/code.ts";
import { flopPerRow } from "../models/parameters.ts";
import { toCsv } from "../records/csv.ts";
import type { RunRecord } from "../records/record.ts";
import { estimatesOf } from "../stats/bootstrap.ts";
import { type Estimate, NO_INTERVAL } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { median } from "../stats/moments.ts";

interface ModelSize {
  readonly model: string;
  readonly parameters: number;
  /** Undefined for a model in code. */
  readonly flopPerRow: number | undefined;
}

/** Cost of a model: its size, and its time on one kind of device. */
export interface ModelCost extends ModelSize {
  /** In a grid of batches, one of them; undefined otherwise. */
  readonly batch: GridValue | undefined;
  /** Engine and device, e.g. `cpu (wasm)`. */
  readonly on: string;
  readonly runs: number;
  /** Runs that are done: times are theirs. */
  readonly done: number;
  /** Median over runs of the time of a run divided by its steps. */
  readonly stepMs: number;
  /** Median over runs of the time of a run divided by its training rows, steps times batch, in microseconds. */
  readonly rowUs: Estimate;
  /** True if its runs have the times of other models' runs: they trained together, and no one told them apart. */
  readonly isShared: boolean;
  /** The time of all its runs together. */
  readonly totalMs: number;
}

/** The size of a run's model, which is the same at all grid points. */
export function modelSize(config: Config, { model, parameters }: Pick<RunRecord, "model" | "parameters">): ModelSize {
  const spec = modelOf(configAt(config, gridPoints(config)[0]), model);
  return { model, parameters, flopPerRow: isCode(spec) ? undefined : flopPerRow(spec) };
}

/**
 * The cost of each model of the sweep, a line for each kind of device that trained it and, in a grid of batches, for each
 * of them; runs that failed count in the total. Without `intervals` no time is resampled, which takes long.
 */
export function modelCosts(
  config: Config,
  records: readonly RunRecord[],
  { intervals = true }: { readonly intervals?: boolean } = {},
): ModelCost[] {
  const shared = sharedTimes(records);
  const groups = groupBy(records, ({ model, engine, device, point }) =>
    JSON.stringify([model, engine, device, point.batch]),
  );
  return config.models.flatMap((name) => {
    const own = [...groups.values()].filter(([first]) => first.model === name);
    return own.map((runs) => {
      const { engine, device, point } = runs[0];
      const done = runs.filter(({ status }) => status === "done");
      return {
        ...modelSize(config, runs[0]),
        batch: point.batch,
        on: `${engine} (${device})`,
        runs: runs.length,
        done: done.length,
        stepMs: median(Float64Array.from(done, ({ elapsedMs, steps }) => elapsedMs / steps).sort()),
        rowUs: rowTime(done, intervals),
        isShared: 2 * done.filter((record) => shared.has(record)).length > done.length,
        totalMs: runs.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0),
      };
    });
  });
}

function rowTime(done: readonly RunRecord[], interval: boolean): Estimate {
  const us = Float64Array.from(done, ({ elapsedMs, steps, batch }) => (1000 * elapsedMs) / (steps * batch));
  if (!interval) return { value: median(us.sort()), ...NO_INTERVAL };
  return estimatesOf(us, { median }).median;
}

/** Two times are alike if they differ by less: those of a group differ by the microseconds of reading the clock. */
const ALIKE = 1e-3;

/** Runs that took as long as the run of another model with their index: the time of a group, divided evenly. */
function sharedTimes(records: readonly RunRecord[]): Set<RunRecord> {
  const done = records.filter(({ status }) => status === "done");
  const groups = groupBy(done, (record) => `${record.run} ${cellKey({ ...record, model: "" })} ${record.device}`);
  const isAlike = (a: RunRecord, b: RunRecord) => {
    return a.model !== b.model && Math.abs(a.elapsedMs - b.elapsedMs) <= ALIKE * a.elapsedMs;
  };
  return new Set([...groups.values()].flatMap((group) => group.filter((a) => group.some((b) => isAlike(a, b)))));
}

/** Costs as CSV: one row for each model and kind of device; an empty cell for no value. */
export function costCsv(costs: readonly ModelCost[]): string {
  return toCsv(
    costs.map(({ model, batch = "", on, parameters, flopPerRow, runs, done, stepMs, rowUs, isShared, totalMs }) => {
      const { value, low, high } = rowUs;
      const time = {
        stepMs,
        rowUs: value,
        rowUsLow: low,
        rowUsHigh: high,
        sharedTime: isShared ? "yes" : "no",
        totalMs,
      };
      return { model, batch, on, parameters, flopPerRow: flopPerRow ?? "", runs, done, ...time };
    }),
  );
}
