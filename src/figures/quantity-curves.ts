import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { bandsSentence, cellAttributes } from "./cell-curves.ts";
import { groupPanels, groupsSentence, mostCorrelations } from "./curve-groups.ts";
import { curvePanels } from "./curve-panels.ts";
import { ofDiagnosed, quantityCurve } from "./diagnosed.ts";
import { signedPanels } from "./difference-panels.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { type Drawing, page } from "./page.ts";
import { groupPart, headingPart, stacked } from "./parts.ts";
import { leftOutSentence, modelGroups, someOf } from "./shown.ts";
import type { CurvePanel, DrawnCurve, PanelsOptions } from "./step-panels.ts";
import type { SeriesStyle } from "./style.ts";
import { correlationsOf, modelsOf, type SweepCell, stylesIn } from "./sweep-cells.ts";
import { type Theme, themeOf } from "./theme.ts";
import { capitalised, runsSentence } from "./words.ts";

/** A figure of a quantity against steps. */
interface Shown {
  readonly name: string;
  readonly title: string;
  readonly quantity: string;
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
export function conflict(results: Results, options: FigureOptions): Figure | Lacking {
  return quantityFigure(results, options, {
    name: "conflict",
    title: "Cosine of the tasks' gradients against training steps",
    quantity: "gradientCosine",
    axis: "cosine of two tasks' gradients",
    about:
      "Gradients are on the parameters that both tasks share. Below 0 a step for one task is a step against the other. With more than two tasks it is the mean over pairs.",
    scale: "signed",
  });
}

/** What the directions that a model has found allow at best. */
export function alignment(results: Results, options: FigureOptions): Figure | Lacking {
  return quantityFigure(results, options, {
    name: "alignment",
    title: "Loss of the best function of the model's direction against training steps",
    quantity: "alignedLoss",
    axis: "loss of the best function of the direction found",
    unit: `mean squared error, ${options.unit.of}`,
    about:
      "The direction is the one in the inputs in which a prediction changes most; mean over the tasks. " +
      "What a model loses beyond this is due to its function of that direction.",
    scale: "log",
  });
}

function quantityFigure(results: Results, options: FigureOptions, shown: Shown): Figure | Lacking {
  const { name, title, quantity, axis, unit, about } = shown;
  const { statistic } = options;
  return ofDiagnosed(results, name, quantity, (cells) => {
    const theme = themeOf(options.theme);
    const styles = stylesIn(cells, results, theme);
    const curveOf = (cell: SweepCell): DrawnCurve => {
      const points = quantityCurve(cell, quantity, statistic);
      return { style: styles.get(cell.model) as SeriesStyle, attributes: cellAttributes(cell), points, paper: [] };
    };
    const curves = new Map(cells.map((cell) => [cell, curveOf(cell)]));
    const groups = modelGroups(modelsOf(cells));
    const drawn = someOf(correlationsOf(cells), mostCorrelations(groups));
    const panels = groupPanels(groups, drawn, curves);
    const above = `${capitalised(statistic)} ${axis}${unit ? `: ${unit}` : ""}`;
    const { nodes, height } = drawing(panels, styles, above, shown, theme);
    const sentences = [groupsSentence(groups), leftOutSentence(correlationsOf(cells), drawn)].join("");
    const caption =
      `${capitalised(statistic)} over runs of the ${axis}${unit ? ` (${unit})` : ""}. ${about} ${bandsSentence(cells, statistic)}${sentences} ` +
      runsSentence(cells, results);
    const data = [...curves].flatMap(([cell, curve]) => rowsOf(cell, curve, shown, options));
    return page({ name, title, caption, height, theme, data }, nodes);
  });
}

function drawing(
  groups: readonly (readonly CurvePanel[])[],
  styles: ReadonlyMap<string, SeriesStyle>,
  above: string,
  { scale }: Shown,
  theme: Theme,
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

function rowsOf(
  { model, correlation }: SweepCell,
  { points }: DrawnCurve,
  { quantity }: Shown,
  { statistic }: FigureOptions,
): Record<string, CsvValue>[] {
  return points.map(({ step, runs, ...estimate }) => {
    return { model, correlation, step, runs, quantity, statistic, ...estimate };
  });
}
