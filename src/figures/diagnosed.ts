// What figures of diagnostics have in common.
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { mean } from "../stats/moments.ts";
import type { CurvePoint } from "./curve-points.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { quickInterval } from "./interval.ts";
import { type SweepCell, sweepCells } from "./sweep-cells.ts";

/** `draw` of the cells in which a run has a quantity, or what is lacking. */
export function ofDiagnosed(
  results: Results,
  figure: string,
  quantity: string,
  draw: (cells: readonly SweepCell[]) => Figure | Lacking,
): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: figure, lacking: "no run is done" };
  const found = cells.filter(({ runs }) => runs.some((run) => namesIn(run, quantity).length > 0));
  if (found.length > 0) return draw(found);
  return { name: figure, lacking: `no run has a ${quantity}`, never: true };
}

/** The names of a quantity's curves: of each task, pair or expert. */
export function namesIn({ diagnostics }: RunRecord, quantity: string): string[] {
  return Object.keys(diagnostics?.values ?? {}).filter((name) => name.split("/")[0] === quantity);
}

/** A quantity against steps, mean over tasks or pairs: a statistic over the cell's runs that have it. */
export function quantityCurve(cell: SweepCell, quantity: string, statistic: FigureOptions["statistic"]): CurvePoint[] {
  const steps = [...new Set(cell.runs.flatMap(({ diagnostics }) => diagnostics?.steps ?? []))].sort((a, b) => a - b);
  return steps.flatMap((step) => {
    const values = cell.runs.map((run) => valueAt(run, quantity, step)).filter((value) => Number.isFinite(value));
    return values.length > 0
      ? [{ step, runs: values.length, ...quickInterval(Float64Array.from(values), statistic) }]
      : [];
  });
}

function valueAt(run: RunRecord, quantity: string, step: number): number {
  const i = run.diagnostics?.steps.indexOf(step) ?? -1;
  return mean(namesIn(run, quantity).map((name) => run.diagnostics?.values[name]?.[i] ?? Number.NaN));
}
