import { bandsSentence, curveOf } from "./cell-curves.ts";
import {
  type CurvePanel,
  type CurvePoint,
  curvePanels,
  grouped,
  groupParts,
  headingPart,
  type PanelsOptions,
  stacked,
  zeroPanels,
} from "./curve-panels.ts";
import type { OfCell } from "./facts.ts";
import type { Draw, FigureOptions, Given, NotDrawn, TitledDrawing } from "./figure.ts";
import { capitalised, endedSentence } from "./words.ts";

/** A point of a quantity's curve. */
export type QuantityRow = OfCell &
  CurvePoint & { readonly quantity: string; readonly statistic: FigureOptions["statistic"] };

/** A figure of a quantity against steps. */
interface Shown {
  readonly title: string;
  /** What the axis shows, after `mean` or `median`. */
  readonly axis: string;
  /** Its unit, if it has one. */
  readonly unit?: string;
  /** More of it, for the caption. */
  readonly about: string;
  /** An axis from below to above 0, or a logarithmic one. */
  readonly scale: "signed" | "log";
}

/** How the tasks' gradients agree: the cosine of PCGrad. */
export const conflict: Draw<QuantityRow> = (given) => {
  return quantityFigure(given, {
    title: "Cosine of the tasks' gradients against training steps",
    axis: "cosine of two tasks' gradients",
    about:
      "Gradients are on the parameters that both tasks share. Below 0 a step for one task is a step against the other. With more than two tasks it is the mean over pairs.",
    scale: "signed",
  });
};

/** What the directions that a model has found allow at best. */
export const alignment: Draw<QuantityRow> = (given) => {
  return quantityFigure(given, {
    title: "Loss of the best function of the model's direction against training steps",
    axis: "loss of the best function of the direction found",
    unit: `mean squared error, ${given.options.unit.of}`,
    about:
      "The direction is the one in the inputs in which a prediction changes most; mean over the tasks. " +
      "What a model loses beyond this is due to its function of that direction.",
    scale: "log",
  });
};

function quantityFigure(given: Given<QuantityRow>, shown: Shown): TitledDrawing | NotDrawn {
  const { found, cells } = given;
  const { title, axis, unit, about, scale } = shown;
  const { statistic } = given.options;
  if (cells.length === 0) return { lacking: "no run is done that has this" };
  const { groups, sentence } = grouped(new Map(found.map((one) => [one.cell, curveOf(one)])));
  const above = `${capitalised(statistic)} ${axis}${unit ? `: ${unit}` : ""}`;
  const draw = (panels: readonly CurvePanel[], place: PanelsOptions) =>
    scale === "signed" ? zeroPanels(panels, place) : curvePanels(panels, { ...place, options: { scale } });
  return {
    title,
    caption: `${capitalised(statistic)} over runs of the ${axis}${unit ? ` (${unit})` : ""}. ${about} ${bandsSentence(cells, statistic)}${endedSentence(found)}${sentence}`,
    ...stacked([headingPart(above, given.theme, 0), ...groupParts(groups, given, draw)]),
  };
}
