import type { Box } from "./axes.ts";
import { grid } from "./layout.ts";
import { COLUMN } from "./page.ts";
import { modelLabel } from "./style.ts";
import type { Attributes, SvgNode } from "./svg.ts";
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

export function cellGrid(cells: readonly SweepCell[], options: GridOptions): CellGrid {
  const models = modelsOf(cells);
  const rows = models.map((model) => ({ title: modelLabel(model), attributes: { "data-model": model } }));
  const { place, ...grid } = panelGrid(rows, correlationsOf(cells), options);
  return { ...grid, place: ({ model, correlation }) => place(models.indexOf(model), correlation) };
}

interface GridRow {
  readonly title: string;
  readonly attributes?: Attributes;
}

/** As `CellGrid`, of any rows: a panel is found by its row's number and its correlation. */
export interface PanelGrid extends Omit<CellGrid, "place"> {
  readonly place: (row: number, correlation: number | null) => ReturnType<CellGrid["place"]>;
}

export function panelGrid(
  rows: readonly GridRow[],
  correlations: readonly (number | null)[],
  { top, height, left, theme }: GridOptions,
): PanelGrid {
  const columns = correlations.length;
  const above = rows.some(({ title }) => title !== "") ? TITLE + 4 : 4; // room between the two titles
  const width = Math.max(COLUMN, left + columns * (LEAST + ACROSS));
  const count = rows.length * columns;
  const boxes = grid({
    count,
    columns,
    width,
    top: top + TITLE + above,
    height,
    left,
    right: 5,
    gap: [ACROSS, TITLE + 14],
  });
  return {
    place: (row, correlation) => {
      const column = correlations.indexOf(correlation);
      return { box: boxes[row * columns + column] as Box, first: column === 0 };
    },
    titles: [
      ...correlations.map((p, column) => columnTitle(p, boxes[column] as Box, above, theme)),
      ...rows.flatMap((row, i) => (row.title === "" ? [] : [rowTitle(row, boxes[i * columns] as Box, theme)])),
    ],
    width,
    bottom: (boxes.at(-1) as Box).y + height + 24,
  };
}

function columnTitle(correlation: number | null, { x, y, width }: Box, above: number, { ink }: Theme): SvgNode {
  const style = { fill: ink, weight: "SemiBold", anchor: "middle" } as const;
  return text(correlationWords(correlation), x + width / 2, y - above - 1, style);
}

function rowTitle({ title, attributes = {} }: GridRow, { x, y }: Box, { ink }: Theme): SvgNode {
  return text(title, x, y - 4, { fill: ink, weight: "SemiBold" }, attributes);
}
