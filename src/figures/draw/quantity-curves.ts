import { bandsSentence, curveOf } from "./cell-curves.ts";
import {
  type CurvePanel,
  type CurvePoint,
  curvePanels,
  groupPanels,
  groupPart,
  groupsSentence,
  headingPart,
  mostCorrelations,
  type PanelsOptions,
  signedPanels,
  stacked,
} from "./curve-panels.ts";
import { correlationsOf, modelsOf, type OfCell } from "./facts.ts";
import type { Draw, Drawing, FigureOptions, Given, NotDrawn, TitledDrawing } from "./figure.ts";
import { capitalised, endedSentence, leftOutSentence, modelGroups, someOf } from "./words.ts";

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
  const { title, axis, unit, about } = shown;
  const { statistic } = given.options;
  if (cells.length === 0) return { lacking: "no run is done that has this" };
  const curves = new Map(found.map((one) => [one.cell, curveOf(one)]));
  const groups = modelGroups(modelsOf(cells));
  const drawn = someOf(correlationsOf(cells), mostCorrelations(groups));
  const panels = groupPanels(groups, drawn, curves);
  const above = `${capitalised(statistic)} ${axis}${unit ? `: ${unit}` : ""}`;
  const sentences = [endedSentence(found), groupsSentence(groups), leftOutSentence(correlationsOf(cells), drawn)].join(
    "",
  );
  const caption = `${capitalised(statistic)} over runs of the ${axis}${unit ? ` (${unit})` : ""}. ${about} ${bandsSentence(cells, statistic)}${sentences}`;
  return { title, caption, ...drawing(panels, above, given, shown) };
}

function drawing(
  groups: readonly (readonly CurvePanel[])[],
  above: string,
  { styles, theme }: Given<QuantityRow>,
  { scale }: Shown,
): Drawing {
  const room = groups.flat();
  const draw = (panels: readonly CurvePanel[], place: PanelsOptions) =>
    scale === "signed"
      ? signedPanels(panels, { ...place, room })
      : curvePanels(panels, { ...place, room, options: { scale } });
  return stacked([
    headingPart(above, theme, 0),
    ...groups.map((group, i) => groupPart(group, { styles, theme, last: i === groups.length - 1 }, draw)),
  ]);
}
