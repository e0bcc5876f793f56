import { memo } from "../memo.ts";
import { type LossSet, lossCurve, type RunRecord } from "../records/record.ts";
import type { FigureOptions } from "./draw/figure.ts";
import type { CurvePoint } from "./draw/step-panels.ts";
import { quickInterval } from "./interval.ts";
import type { SweepCell } from "./sweep-cells.ts";

/** Mean loss over tasks against steps, over all runs of the cell that are done. */
export function cellCurve(
  cell: SweepCell,
  { loss, statistic }: Pick<FigureOptions, "loss" | "statistic">,
): readonly CurvePoint[] {
  return curve(cell, loss, statistic);
}

const curve = memo((cell: SweepCell, loss: LossSet, statistic: FigureOptions["statistic"]): CurvePoint[] => {
  const { steps } = (cell.runs[0] as RunRecord).curve;
  const losses = lossesByStep(cell, loss);
  return steps.map((step, i) => {
    const values = losses[i] as Float64Array;
    return { step, runs: values.length, ...quickInterval(values, statistic) };
  });
});

/** Mean loss over tasks, [evaluations][runs], read run by run, since each run's curve has its own memory. */
export function lossesByStep({ runs }: SweepCell, set: LossSet): Float64Array[] {
  const { steps } = (runs[0] as RunRecord).curve;
  const losses = steps.map(() => new Float64Array(runs.length));
  for (const [r, run] of runs.entries()) {
    const curve = lossCurve(run, set);
    for (let i = 0; i < steps.length; i++) (losses[i] as Float64Array)[r] = curve[i] as number;
  }
  return losses;
}
