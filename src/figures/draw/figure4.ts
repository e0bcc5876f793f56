import { type CurveRow, curveOf, curveSentences, paperSentence } from "./cell-curves.ts";
import { curveDrawing } from "./curve-drawing.ts";
import { groupPanels, groupsSentence, mostCorrelations } from "./curve-groups.ts";
import { byCell, correlationsOf, type DrawnCell, modelsOf, type SweepFacts } from "./facts.ts";
import type { FigureOptions, Picture, Unavailable } from "./figure.ts";
import { page } from "./page.ts";
import { figureWords, leftOutSentence, modelGroups, someOf } from "./shown.ts";
import type { DrawnCurve } from "./step-panels.ts";
import { type SeriesStyle, stylesIn } from "./style.ts";
import { themeFor } from "./theme.ts";
import { areOnOwnRows, endedSentence, runsSentence } from "./words.ts";

const NAME = "figure4";

/** Figure 4: each model's loss against steps with its 95 % band, a panel for each correlation. */
export function figure4(rows: readonly CurveRow[], sweep: SweepFacts, options: FigureOptions): Picture | Unavailable {
  const drawnCells = byCell(rows, sweep);
  if (drawnCells.length === 0) return { name: NAME, lacking: "no run is done" };
  const cells = drawnCells.map(({ cell }) => cell);
  const theme = themeFor(options);
  const models = modelsOf(cells);
  const styles = stylesIn(cells, sweep, theme);
  const curves = new Map(
    drawnCells.map((one) => [one.cell, curveOf(one, styles.get(one.cell.model) as SeriesStyle, sweep, options)]),
  );
  const groups = modelGroups(models);
  const drawn = shownCorrelations(curves, mostCorrelations(groups));
  const panels = groupPanels(groups, drawn, curves);
  const { nodes, height, below } = curveDrawing(panels, { styles, options, theme });
  const { of, figure } = figureWords(4, cells);
  const each = areOnOwnRows(cells) ? " for each model" : " for each model and correlation";
  const sentences = [
    curveSentences(cells, sweep, options),
    endedSentence(drawnCells),
    below,
    groupsSentence(groups),
    leftOutSentence(correlationsOf(cells), drawn),
    paperSentence(cells, curves.values()),
  ];
  return page(
    {
      name: NAME,
      title: `Loss against training steps${of || each}${figure}`,
      caption: `${sentences.join("")} ${runsSentence(cells, sweep)}`,
      height,
      theme,
    },
    nodes,
  );
}

/** As many correlations as there may be panels: those of the paper's curves first. */
function shownCorrelations(curves: ReadonlyMap<DrawnCell, DrawnCurve>, most: number): (number | null)[] {
  const all = correlationsOf([...curves.keys()]);
  const published = new Set([...curves].filter(([, { paper }]) => paper.length > 0).map(([cell]) => cell.correlation));
  const wanted = all.filter((correlation) => published.has(correlation));
  if (all.length <= most || wanted.length === 0) return someOf(all, most);
  const first = someOf(wanted, most);
  const others = all.filter((correlation) => !first.includes(correlation));
  const shown = [...first, ...someOf(others.toReversed(), most - first.length)];
  return all.filter((correlation) => shown.includes(correlation));
}
