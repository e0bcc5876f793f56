// Diagnostics against steps: how tasks' gradients agree, and what the directions that a model has found allow.
import { mean } from "../../stats/moments.ts";
import { percentOf } from "../../units.ts";
import { headed, stacked } from "../draw/chart.ts";
import {
  bandsSentence,
  type CurveFacets,
  type CurvePanel,
  curveOf,
  grouped,
  groupParts,
  lossAxis,
  signedAxis,
} from "../draw/curves.ts";
import { diagnosedCurve, namesIn, ofDiagnosed } from "../draw/diagnosed.ts";
import type { SweepCell } from "../draw/facts.ts";
import type { StyledRows } from "../draw/style.ts";
import { figure } from "../draw/sweep-figure.ts";
import { capitalised, endedSentence } from "../draw/words.ts";

/** A figure of a quantity against steps. */
interface Quantity {
  readonly name: string;
  readonly about: string;
  readonly quantity: string;
  readonly title: string;
  /** What the axis shows, after `mean` or `median`. */
  readonly axis: string;
  /** Its unit, if it has one, before the unit of the sweep's losses. */
  readonly unit?: string;
  /** More of it, for the caption. */
  readonly more: string;
  /** Whether rows say how many of the measured values are below 0. */
  readonly isSigned?: true;
  readonly y: (panels: readonly CurvePanel[]) => Pick<CurveFacets, "y" | "zero">;
}

function quantityFigure({ quantity, title, axis, unit, more, isSigned, y, ...spec }: Quantity) {
  return figure({
    ...spec,
    of: "diagnostics",
    supports: ["statistic"],
    rows: (recorded, { statistic }) =>
      ofDiagnosed(recorded, quantity, (cell) => {
        const { model, correlation } = cell;
        const curve = diagnosedCurve(cell, statistic, (run, i) =>
          mean(namesIn(run, quantity).map((name) => run.diagnostics?.values[name]?.[i] ?? Number.NaN)),
        );
        return curve.map(({ step, runs, ...found }) => {
          const signs = isSigned && { below0: shareBelow0(cell, quantity, step) };
          return { model, correlation, step, runs, quantity, statistic, ...found, ...signs };
        });
      }),
    draw: ({ found, cells, styles, options, theme }) => {
      if (cells.length === 0) return { lacking: "no run is done that has this" };
      const { groups, sentence } = grouped(found.map((one) => ({ cell: one.cell, curve: curveOf(one) })));
      const { statistic } = options;
      const inUnit = unit && `${unit}, ${options.unit.of}`;
      return {
        title,
        caption: `${capitalised(statistic)} over runs of the ${axis}${inUnit ? ` (${inUnit})` : ""}. ${more} ${sharesSentence(found)}${bandsSentence(cells, statistic)}${endedSentence(found)}${sentence}`,
        ...stacked([
          headed(`${capitalised(statistic)} ${axis}${inUnit ? `: ${inUnit}` : ""}`, theme),
          ...groupParts(groups, { styles, theme, ...y(groups.flat()) }),
        ]),
      };
    },
  });
}

/** The share of a cell's runs and pairs of tasks whose value at a step is below 0, among those that have one. */
function shareBelow0({ runs }: SweepCell, quantity: string, step: number): number {
  const values = runs.flatMap((run) => {
    const i = run.diagnostics?.steps.indexOf(step) ?? -1;
    return namesIn(run, quantity).map((name) => run.diagnostics?.values[name]?.[i] ?? Number.NaN);
  });
  const measured = values.filter(Number.isFinite);
  return measured.filter((value) => value < 0).length / measured.length;
}

/** What share of each cell's values is below 0, over all steps: from the least of a cell to the most. */
function sharesSentence(found: readonly StyledRows<{ readonly below0?: number }>[]): string {
  const shares = found.map(({ rows }) =>
    mean(rows.flatMap(({ below0 = Number.NaN }) => below0).filter(Number.isFinite)),
  );
  if (!shares.some(Number.isFinite)) return "";
  const [least, most] = [Math.min, Math.max].map((end) => percentOf(end(...shares.filter(Number.isFinite))).toFixed(0));
  return `Of a cell's cosines at all steps, ${least === most ? least : `${least} to ${most}`} % are below 0. `;
}

/** How the tasks' gradients agree: the cosine of PCGrad. */
export const conflict = quantityFigure({
  name: "conflict",
  about: "cosine of the tasks' gradients against steps (--diagnostics gradients)",
  quantity: "gradientCosine",
  title: "Cosine of the tasks' gradients against training steps",
  axis: "cosine of two tasks' gradients",
  isSigned: true,
  more: "Gradients are on the parameters that both tasks share. Below 0 a step for one task is a step against the other. With more than two tasks it is the mean over pairs.",
  y: (panels) => ({ y: signedAxis(panels), zero: true }),
});

/** What the directions that a model has found allow at best. */
export const alignment = quantityFigure({
  name: "alignment",
  about: "loss of the best function of a model's direction against steps (--diagnostics alignment)",
  quantity: "alignedLoss",
  title: "Loss of the best function of the model's direction against training steps",
  axis: "loss of the best function of the direction found",
  unit: "mean squared error",
  more:
    "The direction is the one in the inputs in which a prediction changes most; mean over the tasks. " +
    "What a model loses beyond this is due to its function of that direction.",
  y: (panels) => ({ y: lossAxis(panels, { scale: "log" }) }),
});
