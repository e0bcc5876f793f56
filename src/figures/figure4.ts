import type { Results } from "../records/read-results.ts";
import { curveOf, curveRows, curveSentences, paperSentence } from "./cell-curves.ts";
import { type CurvePanel, curvePanels, type DrawnCurve, differencePanels } from "./curve-panels.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { modelLegend } from "./legend.ts";
import { heading } from "./loss-axis.ts";
import { type Drawing, page } from "./page.ts";
import { modelStyles, type SeriesStyle } from "./style.ts";
import { correlationsOf, modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { type Theme, themeOf } from "./theme.ts";
import { areOnOwnRows, correlationWords, lossHeading, runsSentence } from "./words.ts";

const NAME = "figure4";

/** Figure 4: each model's loss against steps with its 95 % band, a panel for each correlation. */
export function figure4(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  const theme = themeOf(options.theme);
  const styles = modelStyles(modelsOf(cells), theme);
  const curves = new Map(cells.map((cell) => [cell, curveOf(cell, styles.get(cell.model) as SeriesStyle, options)]));
  const panels = correlationsOf(cells).map((correlation) => panelOf(correlation, curves));
  const { nodes, height } = drawing(panels, styles, options, theme);
  const paper = paperSentence("Figure 4", cells, curves.values());
  return page(
    {
      name: NAME,
      title: `Loss against training steps for each model${areOnOwnRows(cells) ? "" : " and correlation (Figure 4)"}`,
      caption: `${curveSentences(cells, options)}${paper} ${runsSentence(cells, results)}`,
      height,
      theme,
      data: cells.flatMap((cell) => curveRows(cell, curves.get(cell) as DrawnCurve, options)),
    },
    nodes,
  );
}

function panelOf(correlation: number | null, curves: ReadonlyMap<SweepCell, DrawnCurve>): CurvePanel {
  const here = [...curves].filter(([cell]) => cell.correlation === correlation);
  return {
    ...(correlation !== null && { title: correlationWords(correlation) }),
    attributes: { "data-correlation": correlation ?? undefined },
    curves: here.map(([, curve]) => curve),
  };
}

function hasPaper({ curves }: CurvePanel): boolean {
  return curves.some(({ paper }) => paper.length > 0);
}

function drawing(
  panels: readonly CurvePanel[],
  styles: ReadonlyMap<string, SeriesStyle>,
  options: FigureOptions,
  theme: Theme,
): Drawing {
  const head = heading(lossHeading(options), { y: 0, theme });
  const names = modelLegend(styles, panels.some(hasPaper), { y: head.height + 9, theme });
  const place = { options, theme, columns: Math.min(3, panels.length) };
  const ours = curvePanels(panels, { ...place, top: head.height + names.height + 4, height: 100 });
  const nodes = [...head.nodes, names.node, ...ours.nodes];
  const compared = panels.filter(hasPaper);
  if (compared.length === 0) return { nodes, height: ours.bottom };

  const under = heading("Ours minus the paper's", { y: ours.bottom + 4, theme });
  const top = ours.bottom + under.height + 6;
  const apart = differencePanels(compared, { ...place, columns: Math.min(3, compared.length), top, height: 60 });
  return { nodes: [...nodes, ...under.nodes, ...apart.nodes], height: apart.bottom };
}
