import { configAt, type PointConfig } from "../../src/config/config.ts";
import { type EachLoss, eachLoss } from "../../src/config/losses.ts";
import { cellKey } from "../../src/identity/cell.ts";
import type { Results } from "../../src/records/read-results.ts";
import { lossCurve, type RunRecord } from "../../src/records/record.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { mean, standardError } from "../../src/stats/moments.ts";
import { constantsName } from "./constants.ts";

/** What a calibration run is trained with; the learning rate apart, which the paper chose from a grid. */
export interface Setting {
  /** A set of constants, such as `4-1` (`constantsName`), or a preset of the generator. */
  readonly constants: string;
  readonly loss: string;
  readonly initializer: string;
  readonly rows: string;
  readonly batch: number;
}

/** A cell that was trained with a setting. */
export interface Trained extends Setting {
  readonly lr: number;
  readonly model: string;
  readonly correlation: number;
}

/** A point of a cell's mean curve over runs: each loss, and its standard error. */
export interface CurvePoint extends Trained {
  readonly runs: number;
  readonly step: number;
  readonly losses: EachLoss<{ readonly mean: number; readonly error: number }>;
}

/** Before this step every curve is that of the initial values. */
const FIRST_STEP = 30;

/** The mean curves of a sweep's cells. Runs that failed are left out, and cells of one run, whose mean has no error. */
export function curvePoints({ config, records }: Results): CurvePoint[] {
  const cells = groupBy(
    records.filter(({ status }) => status === "done"),
    cellKey,
  );
  const several = [...cells.values()].filter(({ length }) => length > 1);
  return several.flatMap((runs) => cellPoints(configAt(config, runs[0].point), runs));
}

function cellPoints(config: PointConfig, runs: readonly RunRecord[]): CurvePoint[] {
  const { model, curve, ...rest } = runs[0];
  const correlation = rest.correlation as number; // calibration is of the generator
  const curves = eachLoss((set) => runs.map((run) => lossCurve(run, set)));
  const at = (i: number) =>
    eachLoss((set) => {
      const losses = curves[set].map((one) => one[i]);
      return { mean: mean(losses), error: standardError(losses) };
    });
  const fixed = { ...settingOf(config), lr: config.lr, model, correlation, runs: runs.length };
  return [...curve.steps.entries()]
    .filter(([, step]) => step >= FIRST_STEP)
    .map(([i, step]) => ({ ...fixed, step, losses: at(i) }));
}

export function settingOf(config: PointConfig): Setting {
  const { data, loss, labels, huberDelta, initializer, initializerStd, trainRows, batch } = config;
  return {
    constants: constantsName(data as NonNullable<typeof data>),
    loss: `${loss === "huber" ? `huber ${huberDelta}` : loss} of ${labels}`,
    initializer: initializer === "truncated-normal" ? `${initializer} ${initializerStd}` : initializer,
    rows: String(trainRows),
    batch,
  };
}

/** Names a setting: all but the learning rate. */
export function settingKey({ constants, loss, initializer, rows, batch }: Setting): string {
  return [constants, loss, initializer, rows, String(batch).padStart(4, "0")].join(", ");
}

/** Names the curve that a point belongs to, or the cell of a run. */
export function trainedKey(trained: Trained): string {
  return [settingKey(trained), trained.lr, trained.model, trained.correlation].join(", ");
}
