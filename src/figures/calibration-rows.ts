// Rows of the figure of calibration.
import { LongWork } from "../long-work.ts";
import { memo } from "../memo.ts";
import type { Results } from "../records/read-results.ts";
import { calibrations, classTasks } from "../summary/calibration.ts";
import type { CalibrationRow } from "./draw/calibration.ts";
import type { Unavailable } from "./draw/figure.ts";
import { sweepCells } from "./sweep-cells.ts";

const NAME = "calibration";

const NOT_KEPT =
  "its runs' predictions were not kept (train them again in another folder, or with --overwrite: mmoe sweep --keep-predictions)";

/** Each bin of each task with classes, over the runs of a cell whose predictions were kept. */
export const calibrationRows = memo((results: Results): readonly CalibrationRow[] | Unavailable => {
  const tasks = classTasks(results.config);
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
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
  return rows.length > 0 ? rows : { name: NAME, lacking: NOT_KEPT };
});
