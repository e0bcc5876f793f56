import type { Box } from "./axes.ts";
import { grid } from "./layout.ts";
import { COLUMN } from "./page.ts";
import { modelLabel } from "./style.ts";
import type { SvgNode } from "./svg.ts";
import { correlationsOf, modelsOf, type SweepCell } from "./sweep-cells.ts";
import { text } from "./text.ts";
import type { Theme } from "./theme.ts";
import { correlationWords } from "./words.ts";

const TITLE = 11;
/** Smallest width of a panel, which holds its title. */
const LEAST = 55;
const ACROSS = 9;

interface GridOptions {
  readonly top: number;
  /** Height of a panel. */
  readonly height: number;
  /** Room for the numbers of the vertical axis. */
  readonly left: number;
  readonly theme: Theme;
}

/**
 * A panel for each cell: models in rows, correlations in columns; wider than a column of the paper if they are many.
 */
export interface CellGrid {
  readonly place: (cell: SweepCell) => { readonly box: Box; readonly first: boolean };
  readonly titles: readonly SvgNode[];
  readonly width: number;
  /** Where the horizontal axes and a title below them end. */
  readonly bottom: number;
}

export function cellGrid(cells: readonly SweepCell[], { top, height, left, theme }: GridOptions): CellGrid {
  const [models, correlations] = [modelsOf(cells), correlationsOf(cells)];
  const columns = correlations.length;
  const width = Math.max(COLUMN, left + columns * (LEAST + ACROSS));
  const count = models.length * columns;
  const boxes = grid({
    count,
    columns,
    width,
    top: top + TITLE + 15,
    height,
    left,
    right: 5,
    gap: [ACROSS, TITLE + 14],
  });
  return {
    place: ({ model, correlation }) => {
      const column = correlations.indexOf(correlation);
      return { box: boxes[models.indexOf(model) * columns + column] as Box, first: column === 0 };
    },
    titles: [
      ...correlations.map((p, column) => columnTitle(p, boxes[column] as Box, theme)),
      ...models.map((model, row) => rowTitle(model, boxes[row * columns] as Box, theme)),
    ],
    width,
    bottom: (boxes.at(-1) as Box).y + height + 24,
  };
}

function columnTitle(correlation: number, { x, y, width }: Box, { ink }: Theme): SvgNode {
  const style = { fill: ink, weight: "SemiBold", anchor: "middle" } as const;
  return text(correlationWords(correlation), x + width / 2, y - TITLE - 5, style);
}

function rowTitle(model: string, { x, y }: Box, { ink }: Theme): SvgNode {
  return text(modelLabel(model), x, y - 4, { fill: ink, weight: "SemiBold" }, { "data-model": model });
}
