import { headed, keyed, stacked } from "../draw/chart.ts";
import {
  type CurveRow,
  curveFacets,
  curveOf,
  curveRows,
  curveSentences,
  lastStep,
  lossAxis,
  paperCurve,
  paperSentence,
} from "../draw/curves.ts";
import { byCell } from "../draw/facts.ts";
import { endLabels, labelsWidth, paperItems } from "../draw/legend.ts";
import { SMALL_BOTTOM } from "../draw/paper-points.ts";
import { correlationStyles } from "../draw/style.ts";
import { figure } from "../draw/sweep-figure.ts";
import { areOnOwnRows, correlationWords, lossHeading, OWN_ROWS, runsSentence } from "../draw/words.ts";

/** Figure 3: loss of Shared-Bottom with a bottom of 16 units against steps, a line for each correlation. */
export const figure3 = figure<CurveRow>({
  name: "figure3",
  about: "loss of the small Shared-Bottom against steps",
  supports: ["loss", "statistic", "scale", "paper", "xLimits", "yLimits"],
  rows: (recorded, options) => curveRows(recorded, options, SMALL_BOTTOM),
  draw: ({ rows, sweep, options, theme }) => {
    if (areOnOwnRows(sweep.cells)) return { lacking: OWN_ROWS, never: true };
    const small = { ...sweep, cells: sweep.cells.filter(({ model }) => model === SMALL_BOTTOM) };
    const styles = correlationStyles(sweep.correlations.map(Number), theme);
    const curves = byCell(rows, small).map(({ cell, rows }) => {
      const style = styles[Number(cell.correlation)];
      return { cell, curve: curveOf({ cell, rows, style }, paperCurve(cell, sweep, options)) };
    });
    if (curves.length === 0) return { lacking: `no run of ${SMALL_BOTTOM} is done; see mmoe sweep figure3` };
    const cells = curves.map(({ cell }) => cell);
    const panels = [{ curves: curves.map(({ curve }) => curve) }];
    const published = curves.flatMap(({ curve: { paper, style } }) => (paper.length > 0 ? [style] : []));
    const names = cells.map(({ correlation }) => correlationWords(correlation));
    const model = "Shared-Bottom with a bottom of 16 units and towers of 8 (Figure 3).";
    return {
      title: "Loss of a small Shared-Bottom model against training steps (Figure 3)",
      caption: `${model} ${curveSentences(cells, sweep, options)}${paperSentence(curves)}`,
      runs: runsSentence(cells, small),
      ...stacked([
        headed(lossHeading(options), theme),
        keyed(paperItems("the paper", published), theme, { below: 6 }),
        curveFacets(panels, {
          theme,
          last: lastStep(panels),
          y: lossAxis(panels, options),
          height: 130,
          right: labelsWidth(names),
          beside: ({ curves }, { box, y }) => {
            const ends = curves.map(({ points, style, attributes }, i) => {
              return { label: names[i], y: y.at(points.at(-1)?.value ?? 0), style, attributes };
            });
            return [endLabels(ends, { x: box.x + box.width, top: box.y + 3, bottom: box.y + box.height, theme })];
          },
        }),
      ]),
    };
  },
});
