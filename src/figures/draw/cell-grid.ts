import { type Box, grid, panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { type CellRows, correlationsOf, type DrawnCell, modelsOf, type OfCell } from "./facts.ts";
import type { Drawing, FigureOptions } from "./figure.ts";
import { lossScale, stepScale } from "./scale.ts";
import type { Frame } from "./series.ts";
import { labelIn, type Theme } from "./style.ts";
import { type Attributes, group, SIZE, SMALL, type SvgNode, shortened, text, textLines } from "./svg.ts";
import { correlationWords, leftOutSentence, someOf } from "./words.ts";

/** Most panels side by side: each holds its title. */
const COLUMNS = 3;
/** Most rows of panels on a page, unless there are as many models. */
const ROWS = 12;
/** Panels in more rows than this are lower. */
const FEW = 9;
const LOWER = 0.7;
const TITLE = 11;
const ACROSS = 9;
/** Room for the numbers below the lowest row of a block. */
const NUMBERS = 14;

/** A drawing of panels, and the sentence on those that are left out. */
export interface GridDrawing extends Drawing, Pick<PanelGrid, "leftOut"> {}

/** The panels of a grid with its titles, and what is above and below; `foot` has the lines of the title below the horizontal axes. */
export function gridDrawing(
  { above, titles, leftOut, theme, bottom }: Omit<PanelGrid, "place" | "drawn" | "height">,
  panels: readonly SvgNode[],
  foot: readonly string[],
): GridDrawing {
  const { width } = theme;
  const feet = textLines(foot, width / 2, bottom - 4, { fill: theme.ink, anchor: "middle" });
  return { nodes: [...above.nodes, ...titles, ...panels, ...feet.nodes], leftOut, width, height: bottom + feet.more };
}

interface GridOptions {
  /** A heading, and perhaps a key below it. */
  readonly above: Pick<Drawing, "nodes" | "height">;
  /** Height of a panel, where there are few. */
  readonly height: number;
  /** Room for the numbers of the vertical axis. */
  readonly left: number;
  readonly theme: Theme;
}

/** A place for a panel. */
export interface Place {
  readonly box: Box;
  /** Whether it shows the numbers of its axes: those at the left and those below a block. */
  readonly numbers: { readonly x: boolean; readonly y: boolean };
  /** Whether no panel of its block is above it, and none to its right. */
  readonly edges: { readonly top: boolean; readonly right: boolean };
}

/**
 * A panel for each cell: models in rows, correlations in columns, in blocks of as many columns as a page is wide. If there
 * are too many, only some of the correlations have panels.
 */
interface CellGrid extends Omit<PanelGrid, "place"> {
  /** Undefined for a cell that is left out. */
  readonly place: (cell: OfCell) => Place | undefined;
}

export function cellGrid(cells: readonly DrawnCell[], options: GridOptions): CellGrid {
  const models = modelsOf(cells);
  const rows = models.map((model) => ({ title: labelIn(cells, model), attributes: { "data-model": model } }));
  const { place, ...grid } = panelGrid(rows, correlationsOf(cells), options);
  const lacking = grid.drawn.flatMap((correlation) =>
    models.flatMap((model, row) => {
      if (cells.some((cell) => cell.model === model && cell.correlation === correlation)) return [];
      return [
        noRun(place(row, correlation) as Place, { "data-model": model, "data-correlation": correlation }, options),
      ];
    }),
  );
  return {
    ...grid,
    titles: [...grid.titles, ...lacking],
    place: ({ model, correlation }) => place(models.indexOf(model), correlation),
  };
}

/** In the place of a panel that would be empty. */
export function noRun({ box }: Place, attributes: Attributes, { theme }: Pick<GridOptions, "theme">): SvgNode {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return group(attributes, [text("no run is done", x, y, { fill: theme.quiet, size: SMALL, anchor: "middle" })]);
}

interface GridRow {
  readonly title: string;
  readonly attributes?: Attributes;
}

/** As `CellGrid`, of any rows: a panel is found by its row's number and its correlation. */
interface PanelGrid extends Pick<GridOptions, "above" | "theme"> {
  readonly place: (row: number, correlation: number | null) => Place | undefined;
  readonly titles: readonly SvgNode[];
  /** The correlations that have panels. */
  readonly drawn: readonly (number | null)[];
  /** For a caption: which correlations have none. */
  readonly leftOut: string;
  /** Height of a panel. */
  readonly height: number;
  /** Where the horizontal axes and a title below them end. */
  readonly bottom: number;
}

export function panelGrid(
  rows: readonly GridRow[],
  correlations: readonly (number | null)[],
  options: GridOptions,
): PanelGrid {
  const { theme, left } = options;
  const blocks = Math.max(1, Math.floor(ROWS / rows.length));
  const drawn = someOf(correlations, blocks * COLUMNS);
  const columns = Math.min(COLUMNS, drawn.length);
  const height =
    theme.stretch * Math.round(options.height * (rows.length * Math.ceil(drawn.length / columns) > FEW ? LOWER : 1));
  const titled = rows.some(({ title }) => title !== "") ? TITLE : 0;
  const headed = drawn.some((correlation) => correlation !== null) ? TITLE : 0;
  const above = headed + 4 + titled; // the title of a column, and of its first row
  const down = titled + 5;
  const blockHeight = above + rows.length * (height + down) - down + NUMBERS;
  const boxesOf = (block: number) =>
    grid({
      count: rows.length * columns,
      columns,
      width: theme.width,
      height,
      left,
      right: 5,
      top: options.above.height + block * blockHeight + above,
      gap: [ACROSS, down],
    });
  const boxes = Array.from({ length: Math.ceil(drawn.length / columns) }, (_, block) => boxesOf(block));
  const place = (row: number, correlation: number | null): Place | undefined => {
    const at = drawn.indexOf(correlation);
    if (at < 0) return undefined;
    const box = boxes[Math.floor(at / columns)]?.[row * columns + (at % columns)];
    const right = at % columns === columns - 1 || at === drawn.length - 1;
    return { box, numbers: { x: row === rows.length - 1, y: at % columns === 0 }, edges: { top: row === 0, right } };
  };
  const columnTitles = drawn.flatMap((p) =>
    p === null ? [] : [columnTitle(p, (place(0, p) as Place).box, titled, theme)],
  );
  const rowTitles = boxes.flatMap((block) =>
    rows.flatMap((row, i) => (row.title === "" ? [] : [rowTitle(row, block[i * columns], theme)])),
  );
  return {
    place,
    drawn,
    height,
    above: options.above,
    theme,
    titles: [...columnTitles, ...rowTitles],
    leftOut: leftOutSentence(correlations, drawn),
    bottom: options.above.height + boxes.length * blockHeight + 10,
  };
}

function columnTitle(correlation: number, { x, y, width }: Box, titled: number, { ink, inPage }: Theme): SvgNode {
  const style = { fill: ink, weight: "SemiBold", anchor: "middle" } as const;
  const named = inPage ? { "data-correlation": correlation } : {};
  return text(correlationWords(correlation), x + width / 2, y - titled - 5, style, named);
}

function rowTitle({ title, attributes = {} }: GridRow, { x, y }: Box, { ink, width }: Theme): SvgNode {
  const words = shortened(title, width - x - 1, SIZE, "SemiBold");
  return text(words, x, y - 4, { fill: ink, weight: "SemiBold" }, attributes);
}

/** Axes and marks of a cell's panel. */
interface CellPanel extends Frame {
  /** If it is not the whole place. */
  readonly box?: Box;
  readonly marks: readonly SvgNode[];
}

/** A panel for each cell that has a place, as `draw` fills it. */
export function cellPanels<One extends { readonly cell: DrawnCell }>(
  found: readonly One[],
  { foot, ...options }: GridOptions & { readonly foot: readonly string[] },
  draw: (one: One, place: Place) => CellPanel,
): GridDrawing {
  const cells = found.map(({ cell }) => cell);
  const grid = cellGrid(cells, options);
  const panels = found.flatMap((one) => {
    const place = grid.place(one.cell);
    if (place === undefined) return [];
    const { marks, ...axes } = draw(one, place);
    return [panel({ ...place, ...axes, theme: options.theme, attributes: cellAttributes(one.cell) }, marks)];
  });
  return gridDrawing(grid, panels, foot);
}

interface StepCellsOptions extends Pick<GridOptions, "above" | "theme"> {
  /** Losses that the vertical axis has room for. */
  readonly values: readonly number[];
  readonly options: Pick<FigureOptions, "scale" | "fits" | "yLimits">;
}

/** Height of a panel, where there are few. */
const HEIGHT = 62;

/** Panels of losses against steps with the same axes, models in rows and correlations in columns; `marks` draws in each. */
export function stepCells<Row extends OfCell & { readonly step: number }, One extends CellRows<Row>>(
  found: readonly One[],
  { above, values, options, theme }: StepCellsOptions,
  marks: (one: One, frame: Frame, place: Place) => readonly SvgNode[],
): GridDrawing {
  const last = Math.max(...found.map(({ rows }) => rows.at(-1)?.step ?? 0));
  const foot = [stepScale(last, [0, 1]).title];
  return cellPanels(found, { above, height: HEIGHT, left: 24, foot, theme }, (one, place) => {
    const { box } = place;
    const x = stepScale(last, [box.x, box.x + box.width], { limits: theme.steps }).scale;
    const frame = { x, y: lossScale(values, options, [box.y + box.height, box.y]) };
    return { ...frame, marks: marks(one, frame, place) };
  });
}
