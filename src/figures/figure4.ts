import type { Results } from "../records/read-results.ts";
import { curveOf, curveRows, curveSentences, paperSentence } from "./cell-curves.ts";
import { curveDrawing } from "./curve-drawing.ts";
import { groupPanels, groupsSentence, mostCorrelations } from "./curve-groups.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { page } from "./page.ts";
import { figureWords, leftOutSentence, modelGroups, someOf } from "./shown.ts";
import type { DrawnCurve } from "./step-panels.ts";
import { modelStyles, type SeriesStyle } from "./style.ts";
import { correlationsOf, modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { themeOf } from "./theme.ts";
import { runsSentence } from "./words.ts";

const NAME = "figure4";

/** Figure 4: each model's loss against steps with its 95 % band, a panel for each correlation. */
export function figure4(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  const theme = themeOf(options.theme);
  const models = modelsOf(cells);
  const styles = modelStyles(models, theme);
  const curves = new Map(cells.map((cell) => [cell, curveOf(cell, styles.get(cell.model) as SeriesStyle, options)]));
  const groups = modelGroups(models);
  const drawn = shownCorrelations(curves, mostCorrelations(groups));
  const panels = groupPanels(groups, drawn, curves);
  const { nodes, height, below } = curveDrawing(panels, { styles, options, theme });
  const { of, figure } = figureWords(4, models);
  const sentences = [
    curveSentences(cells, options),
    below,
    groupsSentence(groups),
    leftOutSentence(correlationsOf(cells), drawn),
    paperSentence(cells, curves.values()),
  ];
  return page(
    {
      name: NAME,
      title: `Loss against training steps${of || " for each model and correlation"}${figure}`,
      caption: `${sentences.join("")} ${runsSentence(cells, results)}`,
      height,
      theme,
      data: cells.flatMap((cell) => curveRows(cell, curves.get(cell) as DrawnCurve, options)),
    },
    nodes,
  );
}

/** As many correlations as there may be panels: those of the paper's curves first. */
function shownCorrelations(curves: ReadonlyMap<SweepCell, DrawnCurve>, most: number): number[] {
  const all = correlationsOf([...curves.keys()]);
  const published = new Set([...curves].filter(([, { paper }]) => paper.length > 0).map(([cell]) => cell.correlation));
  const wanted = all.filter((correlation) => published.has(correlation));
  if (all.length <= most || wanted.length === 0) return someOf(all, most);
  const first = someOf(wanted, most);
  const others = all.filter((correlation) => !first.includes(correlation));
  return [...first, ...someOf(others.toReversed(), most - first.length)].sort((a, b) => a - b);
}
