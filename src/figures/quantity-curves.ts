import type { Results } from "../records/read-results.ts";
import { cellAttributes } from "./cell-curves.ts";
import { curvePanels } from "./curve-panels.ts";
import { ofDiagnosed, quantityCurve } from "./diagnosed.ts";
import { signedPanels } from "./difference-panels.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { modelLegend } from "./legend.ts";
import { heading } from "./loss-axis.ts";
import { type Drawing, page } from "./page.ts";
import type { CurvePanel, DrawnCurve } from "./step-panels.ts";
import { modelStyles, type SeriesStyle } from "./style.ts";
import { correlationsOf, modelsOf } from "./sweep-cells.ts";
import { type Theme, themeOf } from "./theme.ts";
import { capitalised, correlationWords, runsSentence } from "./words.ts";

/** A figure of a quantity against steps. */
interface Shown {
  readonly name: string;
  readonly title: string;
  readonly quantity: string;
  /** What the axis shows, after `mean` or `median`. */
  readonly axis: string;
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
    axis: "cosine of two tasks' gradients on the parameters that they share",
    about:
      "Below 0 a step for one task is a step against the other. With more than two tasks it is the mean over pairs.",
    scale: "signed",
  });
}

/** What the directions that a model has found allow at best. */
export function alignment(results: Results, options: FigureOptions): Figure | Lacking {
  return quantityFigure(results, options, {
    name: "alignment",
    title: "Loss of the best function of the model's direction against training steps",
    quantity: "alignedLoss",
    axis: "loss of the best function of the direction that the model has found",
    about:
      "The direction is the one in the inputs in which a prediction changes most; mean over the tasks, of squared errors. " +
      "What a model loses beyond this is due to its function of that direction.",
    scale: "log",
  });
}

function quantityFigure(results: Results, options: FigureOptions, shown: Shown): Figure | Lacking {
  const { name, title, quantity, about } = shown;
  const { statistic } = options;
  return ofDiagnosed(results, name, quantity, (cells) => {
    const theme = themeOf(options.theme);
    const styles = modelStyles(modelsOf(cells), theme);
    const curves = cells.map((cell) => ({ cell, points: quantityCurve(cell, quantity, statistic) }));
    const panels = correlationsOf(cells).map((correlation): CurvePanel => {
      const here = curves.filter(({ cell }) => cell.correlation === correlation);
      return {
        title: correlationWords(correlation),
        attributes: { "data-correlation": correlation },
        curves: here.map(({ cell, points }): DrawnCurve => {
          return { style: styles.get(cell.model) as SeriesStyle, attributes: cellAttributes(cell), points, paper: [] };
        }),
      };
    });
    const { nodes, height } = drawing(panels, styles, `${capitalised(statistic)} ${shown.axis}`, shown, theme);
    const bands = "Bands: 95 % intervals over runs at each step.";
    const caption = `${capitalised(statistic)} over runs of the ${shown.axis}. ${about} ${bands} ${runsSentence(cells, results)}`;
    const data = curves.flatMap(({ cell: { model, correlation }, points }) =>
      points.map(({ step, runs, ...estimate }) => ({
        model,
        correlation,
        step,
        runs,
        quantity,
        statistic,
        ...estimate,
      })),
    );
    return page({ name, title, caption, height, theme, data }, nodes);
  });
}

function drawing(
  panels: readonly CurvePanel[],
  styles: ReadonlyMap<string, SeriesStyle>,
  axis: string,
  { scale }: Shown,
  theme: Theme,
): Drawing {
  const head = heading(axis, { y: 0, theme });
  const names = modelLegend(styles, { y: head.height + 9, theme });
  const place = { theme, columns: Math.min(3, panels.length), top: head.height + names.height + 4, height: 90 };
  const drawn =
    scale === "signed" ? signedPanels(panels, place) : curvePanels(panels, { ...place, options: { scale: "log" } });
  return { nodes: [...head.nodes, names.node, ...drawn.nodes], height: drawn.bottom };
}
