// Panels of losses against steps, one for each cell, all with the same axes.
import { panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { cellGrid, type GridDrawing, type Place } from "./cell-grid.ts";
import type { CellRows, OfCell } from "./facts.ts";
import type { FigureOptions } from "./figure.ts";
import { lossScale, stepScale } from "./loss-axis.ts";
import type { Frame } from "./series.ts";
import type { SvgNode } from "./svg.ts";
import { text } from "./text.ts";
import type { Theme } from "./theme.ts";

interface StepCellsOptions {
  readonly top: number;
  /** Losses that the vertical axis has room for. */
  readonly values: readonly number[];
  readonly options: Pick<FigureOptions, "scale" | "fits" | "yLimits">;
  readonly theme: Theme;
}

/** Height of a panel, where there are few. */
const HEIGHT = 62;

/** Models in rows and correlations in columns, each panel with the marks that `marks` makes. */
export function stepCells<Row extends OfCell & { readonly step: number }, One extends CellRows<Row>>(
  found: readonly One[],
  { top, values, options, theme }: StepCellsOptions,
  marks: (one: One, frame: Frame, place: Place) => readonly SvgNode[],
): GridDrawing {
  const cells = found.map(({ cell }) => cell);
  const layout = cellGrid(cells, { top, height: HEIGHT, left: 24, theme });
  const last = Math.max(...found.map(({ rows }) => rows.at(-1)?.step ?? 0));
  const panels = found.flatMap((one) => {
    const { cell } = one;
    const place = layout.place(cell);
    if (place === undefined) return [];
    const { box, numbers } = place;
    const frame = {
      x: stepScale(last, [box.x, box.x + box.width], { limits: theme.steps }).scale,
      y: lossScale(values, options, [box.y + box.height, box.y]),
    };
    return [panel({ box, ...frame, theme, numbers, attributes: cellAttributes(cell) }, marks(one, frame, place))];
  });
  const { leftOut, width, bottom: height } = layout;
  const foot = text(stepScale(last, [0, 1]).title, width / 2, height - 4, { fill: theme.ink, anchor: "middle" });
  return { nodes: [...layout.titles, ...panels, foot], leftOut, width, height };
}
