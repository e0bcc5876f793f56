// Panels of losses against steps, one for each cell, all with the same axes.
import { panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { cellGrid, type GridDrawing, type Place } from "./cell-grid.ts";
import type { FigureOptions } from "./figure.ts";
import { lossScale, stepScale } from "./loss-axis.ts";
import type { Frame } from "./series.ts";
import type { SvgNode } from "./svg.ts";
import type { SweepCell } from "./sweep-cells.ts";
import { text } from "./text.ts";
import type { Theme } from "./theme.ts";

interface StepCellsOptions {
  readonly top: number;
  /** Losses that the vertical axis has room for. */
  readonly values: readonly number[];
  readonly scale: FigureOptions["scale"];
  readonly theme: Theme;
}

/** Height of a panel, where there are few. */
const HEIGHT = 62;

/** Models in rows and correlations in columns, each panel with the marks that `marks` makes. */
export function stepCells(
  cells: readonly SweepCell[],
  { top, values, scale, theme }: StepCellsOptions,
  marks: (cell: SweepCell, frame: Frame, place: Place) => readonly SvgNode[],
): GridDrawing {
  const layout = cellGrid(cells, { top, height: HEIGHT, left: 24, theme });
  const last = Math.max(...cells.map(({ runs }) => runs[0]?.curve.steps.at(-1) ?? 0));
  const panels = cells.flatMap((cell) => {
    const place = layout.place(cell);
    if (place === undefined) return [];
    const { box, numbers } = place;
    const frame = {
      x: stepScale(last, [box.x, box.x + box.width]).scale,
      y: lossScale(values, scale, [box.y + box.height, box.y]),
    };
    return [panel({ box, ...frame, theme, numbers, attributes: cellAttributes(cell) }, marks(cell, frame, place))];
  });
  const { leftOut, width, bottom: height } = layout;
  const foot = text(stepScale(last, [0, 1]).title, width / 2, height - 4, { fill: theme.ink, anchor: "middle" });
  return { nodes: [...layout.titles, ...panels, foot], leftOut, width, height };
}
