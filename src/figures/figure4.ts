import type { Results } from "../records/read-results.ts";
import { curveOf, curveRows, curveSentences, paperSentence } from "./cell-curves.ts";
import { curveDrawing } from "./curve-drawing.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { page } from "./page.ts";
import { figureWords, leftOutSentence, modelGroups, someOf } from "./shown.ts";
import type { CurvePanel, DrawnCurve } from "./step-panels.ts";
import { modelStyles, type SeriesStyle } from "./style.ts";
import { correlationsOf, modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { themeOf } from "./theme.ts";
import { correlationWords, runsSentence } from "./words.ts";

const NAME = "figure4";
/** Most panels of one group of models; of several groups each has a row. */
const MOST = 9;
const A_ROW = 3;

/** Figure 4: each model's loss against steps with its 95 % band, a panel for each correlation. */
export function figure4(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  const theme = themeOf(options.theme);
  const models = modelsOf(cells);
  const styles = modelStyles(models, theme);
  const curves = new Map(cells.map((cell) => [cell, curveOf(cell, styles.get(cell.model) as SeriesStyle, options)]));
  const groups = modelGroups(models);
  const drawn = shownCorrelations(curves, groups.length > 1 ? A_ROW : MOST);
  const panels = groups.map((group) => drawn.map((correlation) => panelOf(correlation, group, curves)));
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

function panelOf(
  correlation: number,
  models: readonly string[],
  curves: ReadonlyMap<SweepCell, DrawnCurve>,
): CurvePanel {
  const here = [...curves].filter(([cell]) => cell.correlation === correlation && models.includes(cell.model));
  return {
    title: correlationWords(correlation),
    attributes: { "data-correlation": correlation },
    curves: here.map(([, curve]) => curve),
  };
}

function groupsSentence(groups: readonly string[][]): string {
  return groups.length > 1 ? ` The models are in ${groups.length} rows of panels, each below its key.` : "";
}
