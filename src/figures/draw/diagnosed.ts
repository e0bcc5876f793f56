// Rows of what is measured in a run besides its losses.
import type { RunRecord } from "../../records/record.ts";
import { quickInterval } from "../../stats/interval.ts";
import type { CurvePoint } from "./curves.ts";
import type { Recorded, SweepCell } from "./facts.ts";
import type { FigureOptions, NotDrawn } from "./figure.ts";

/** The rows that `rowsOf` gives of each cell in which a run has a quantity, or what is lacking. */
export function ofDiagnosed<Row>(
  { cells }: Recorded,
  quantity: string,
  rowsOf: (cell: SweepCell) => readonly Row[],
): readonly Row[] | NotDrawn {
  if (cells.length === 0) return { lacking: "no run is done" };
  const found = cells.filter(({ runs }) => runs.some((run) => namesIn(run, quantity).length > 0));
  return found.length > 0 ? found.flatMap(rowsOf) : { lacking: `no run has a ${quantity}`, never: true };
}

/** The names of a quantity's curves: of each task, pair or expert. */
export function namesIn({ diagnostics }: RunRecord, quantity: string): string[] {
  return Object.keys(diagnostics?.values ?? {}).filter((name) => name.split("/")[0] === quantity);
}

/**
 * A statistic of what `valueAt` gives at the steps of the run that is diagnosed longest, over the runs that have a value; one that has
 * ended keeps its last value.
 */
export function diagnosedCurve(
  { runs, overlap }: SweepCell,
  statistic: FigureOptions["statistic"],
  valueAt: (run: RunRecord, i: number) => number,
): CurvePoint[] {
  const stepsOf = ({ diagnostics }: RunRecord) => diagnostics?.steps ?? [];
  const last = (run: RunRecord) => stepsOf(run).at(-1) ?? 0;
  const longest = runs.reduce((a, b) => (last(b) > last(a) ? b : a));
  return stepsOf(longest).flatMap((step) => {
    const found = runs
      .map((run) => ({
        run,
        value: valueAt(
          run,
          stepsOf(run).findLastIndex((one) => one <= step),
        ),
      }))
      .filter(({ value }) => Number.isFinite(value));
    if (found.length === 0) return [];
    const values = Float64Array.from(found, ({ value }) => value);
    const training = found.filter(({ run }) => last(run) >= step).length;
    return [{ step, runs: training, ...quickInterval(values, statistic, overlap) }];
  });
}
