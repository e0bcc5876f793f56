import { type CurveRow, curveOf, curveSentences, paperCurve, paperSentence } from "./cell-curves.ts";
import { type CurvePanel, curvePanels, type DrawnCurve } from "./curve-panels.ts";
import { byCell, type DrawnCell } from "./facts.ts";
import type { Draw, Drawing, FigureOptions } from "./figure.ts";
import { endLabels, labelsWidth, legend, paperItems } from "./legend.ts";
import { SMALL_BOTTOM } from "./paper-points.ts";
import { correlationStyles, type SeriesStyle, type Theme } from "./style.ts";
import { heading } from "./svg.ts";
import { areOnOwnRows, correlationWords, lossHeading, OWN_ROWS, runsSentence } from "./words.ts";

/** Figure 3: loss of Shared-Bottom with a bottom of 16 units against steps, a line for each correlation. */
export const figure3: Draw<CurveRow> = ({ rows, sweep, options, theme }) => {
  const small = { ...sweep, cells: sweep.cells.filter(({ model }) => model === SMALL_BOTTOM) };
  const drawn = byCell(rows, small);
  const cells = drawn.map(({ cell }) => cell);
  if (areOnOwnRows(sweep.cells)) return { lacking: OWN_ROWS, never: true };
  if (cells.length === 0) return { lacking: `no run of ${SMALL_BOTTOM} is done; see mmoe sweep figure3` };
  const styles = correlationStyles(sweep.correlations as readonly number[], theme);
  const curves = drawn.map((one) =>
    curveOf(
      { ...one, style: styles.get(one.cell.correlation as number) as SeriesStyle },
      paperCurve(one.cell, sweep, options),
    ),
  );
  const model = "Shared-Bottom with a bottom of 16 units and towers of 8 (Figure 3).";
  return {
    title: "Loss of a small Shared-Bottom model against training steps (Figure 3)",
    caption: `${model} ${curveSentences(cells, sweep, options)}${paperSentence(cells, curves)}`,
    runs: runsSentence(cells, small),
    ...drawing(cells, curves, options, theme),
  };
};

function drawing(
  cells: readonly DrawnCell[],
  curves: readonly DrawnCurve[],
  options: FigureOptions,
  theme: Theme,
): Drawing {
  const head = heading(lossHeading(options), { y: 0, theme });
  const names = cells.map(({ correlation }) => correlationWords(correlation));
  const panel: CurvePanel = { curves };
  const published = curves.filter(({ paper }) => paper.length > 0).map(({ style }) => style);
  const key = legend(paperItems("the paper", published), { y: head.height + 9, theme });
  const place = {
    options,
    theme,
    columns: 1,
    top: head.height + key.height + 6,
    height: 130,
    right: labelsWidth(names),
  };
  const { nodes, bottom, boxes, y } = curvePanels([panel], place);
  const box = boxes[0];
  const labels = curves.map(({ points, style, attributes }, i) => ({
    label: names[i],
    y: box.y + y.at(points.at(-1)?.value ?? 0),
    style,
    attributes,
  }));
  const beside = endLabels(labels, { x: box.x + box.width, top: box.y + 3, bottom: box.y + box.height, theme });
  return { nodes: [...head.nodes, key.node, ...nodes, beside], height: bottom };
}
