// How a figure lies on its page: a heading, a key, and panels in rows and columns, one below the other.
import { type Box, panel } from "./axes.ts";
import { correlationsOf, type DrawnCell, modelsOf } from "./facts.ts";
import type { Drawing } from "./figure.ts";
import { type KeyMark, type LegendItem, legend } from "./legend.ts";
import type { Range, Scale } from "./scale.ts";
import type { Frame } from "./series.ts";
import { labelIn, type Theme } from "./style.ts";
import {
  type Attributes,
  brokenLines,
  group,
  heading,
  SIZE,
  SMALL,
  type SvgNode,
  shortened,
  text,
  textLines,
  textWidth,
} from "./svg.ts";
import { correlationWords, leftOutSentence, someOf } from "./words.ts";

interface Chart<Item> extends Facets<Item> {
  /** What the vertical axis shows. */
  readonly heading: string;
  readonly key?: readonly (LegendItem | KeyMark)[];
  readonly theme: Theme;
}

/** A heading, perhaps a key, and panels: what most figures are. */
export function chart<Item>({ heading, key, theme, ...panels }: Chart<Item>): Drawing {
  const below = isTitled(panels) ? 0 : 4; // titles of rows leave room enough
  return stacked([headed(heading, theme), ...(key ? [keyed(key, theme, { below })] : []), facets(panels, theme)]);
}

/** A part of a figure: what it draws from `top` on, and where it ends. */
export type Part = (top: number) => { readonly nodes: readonly SvgNode[]; readonly bottom: number };

/** Parts one below the other. */
export function stacked(parts: readonly Part[]): Drawing {
  let height = 0;
  const nodes = parts.flatMap((part) => {
    const { nodes, bottom } = part(height);
    height = bottom;
    return nodes;
  });
  return { nodes, height };
}

/** Points that a part leaves free. */
interface Gaps {
  readonly above?: number;
  readonly below?: number;
}

export function headed(words: string, theme: Theme, { above = 0, below = 0 }: Gaps = {}): Part {
  return (top) => {
    const { nodes, height } = heading(words, { y: top + above, theme });
    return { nodes, bottom: top + above + height + below };
  };
}

export function keyed(
  items: readonly (LegendItem | KeyMark)[],
  theme: Theme,
  { above = 9, below = 0 }: Gaps = {},
): Part {
  return (top) => {
    const { node, height } = legend(items, { y: top + above, theme });
    return { nodes: [node], bottom: top + height + below };
  };
}

export function spaced(part: Part, { above = 0, below = 0 }: Gaps): Part {
  return (top) => {
    const { nodes, bottom } = part(top + above);
    return { nodes, bottom: bottom + below };
  };
}

/** A title, and attributes by which a page finds the panels. */
export interface Titled {
  readonly title?: string;
  readonly attributes?: Attributes;
}

/** Panels of one size in rows and columns, in blocks of as many columns as a page has room for. */
export interface Facets<Item> extends Partial<Distances> {
  /** The title of a row is at the left above its first panel, that of a column above each block. */
  readonly rows: readonly Titled[];
  readonly columns: readonly Titled[];
  /** What the panel in a row and a column shows; undefined if no run is done. */
  readonly item: (row: number, column: number) => Item | undefined;
  /** Height of a panel where there are few; by default its width. */
  readonly height?: number;
  /** Whether panels are squares in the middle of their places. */
  readonly square?: boolean;
  readonly x: (range: Range) => Scale;
  readonly y: (range: Range) => Scale;
  readonly marks: (item: Item, place: PanelFrame, all: readonly Placed<Item>[]) => readonly SvgNode[];
  /** What is beside or below a panel. */
  readonly beside?: (item: Item, place: PanelFrame) => readonly SvgNode[];
  /** Lines of the title of the horizontal axis; none where panels with this axis follow, which have its numbers. */
  readonly foot?: readonly string[];
  /** Whether horizontal axes have numbers: those of the last rows of blocks. */
  readonly numbers?: boolean;
}

/** A panel's box and its axes. */
export interface PanelFrame extends Frame {
  readonly box: Box;
  /** Whether no panel is to its right. */
  readonly isLast: boolean;
}

/** What a panel shows, and where. */
export interface Placed<Item> {
  readonly item: Item;
  readonly place: PanelFrame;
}

/** In points, but for the number of columns. */
interface Distances {
  /** Most columns of a block. */
  readonly most: number;
  /** Room beside the outermost panels: for the numbers of the vertical axes at the left. */
  readonly left: number;
  readonly right: number;
  /** Between two panels, across and down. */
  readonly across: number;
  readonly down: number;
  /** From the top of a block to its first row, if columns have no titles, and what these need. */
  readonly above: number;
  readonly title: number;
  /** For the numbers below a block. */
  readonly below: number;
}

const APART: Distances = { most: 3, left: 24, right: 6, across: 11, down: 10, above: 0, title: 13, below: 14 };
/** Rows with titles: models below each other. */
const TITLED: Distances = { ...APART, right: 5, across: 9, down: 16, above: 15, title: 11 };

/** Panels in more rows than this are lower. */
const FEW = 9;
const LOWER = 0.7;
/** Room for the title of the horizontal axis, below its numbers. */
const FOOT = 10;
/** Least room beside that title: a browser's letters may be a little wider. */
const EDGE = 3;

export function facets<Item>(given: Facets<Item>, theme: Theme): Part {
  const { rows, columns, foot, beside = () => [] } = given;
  const titled = isTitled(given);
  const room = { ...(titled ? TITLED : APART), ...given };
  return (top) => {
    const { boxAt, bottom } = layout(given, room, theme, top);
    const all = rows.flatMap((row, r) =>
      columns.map((column, c) => {
        const attributes = { ...row.attributes, ...column.attributes };
        return { r, c, title: titled ? undefined : column.title, attributes, item: given.item(r, c) };
      }),
    );
    const placed = all.flatMap(({ item, r, c, ...one }) => {
      if (item === undefined) return [];
      const box = given.square ? squareIn(boxAt(r, c)) : boxAt(r, c);
      const axes = { x: given.x([box.x, box.x + box.width]), y: given.y([box.y + box.height, box.y]) };
      const isLast = c % room.most === room.most - 1 || c === columns.length - 1;
      const isLowest = r === rows.length - 1 && (foot !== undefined || c + room.most < columns.length);
      const numbers = { x: isLowest && given.numbers !== false, y: c % room.most === 0 };
      return [{ ...one, item, place: { ...axes, box, isLast }, numbers }];
    });
    const panels = placed.flatMap(({ item, place: { isLast, ...place }, ...options }) => {
      const marks = given.marks(item, { ...place, isLast }, placed);
      return [panel({ ...place, ...options, theme }, marks), ...beside(item, { ...place, isLast })];
    });
    const lacking = all.flatMap(({ item, r, c, attributes }) =>
      item === undefined ? [noRun(boxAt(r, c), attributes, theme)] : [],
    );
    const nodes = [...(titled ? titles(given, boxAt, room.most, theme) : []), ...lacking, ...panels];
    if (foot === undefined) return { nodes, bottom };
    const end = bottom + room.below + FOOT;
    const lines = foot.flatMap((line) => brokenLines(line, theme.width - 2 * EDGE, SIZE));
    const half = Math.max(...lines.map((line) => textWidth(line, SIZE))) / 2;
    const centre = titled ? theme.width / 2 : (theme.width + room.left - room.right) / 2;
    const middle = Math.min(centre, theme.width - half - EDGE);
    const feet = textLines(lines, middle, end - 4, { fill: theme.ink, anchor: "middle" });
    return { nodes: [...nodes, ...feet.nodes], bottom: end + feet.more };
  };
}

function isTitled({ rows }: Pick<Facets<unknown>, "rows">): boolean {
  return rows.some(({ title }) => title !== undefined);
}

type BoxAt = (row: number, column: number) => Box;

/** Where each panel is from `top` on, and where the last ones end. */
function layout(
  { rows, columns, height }: Pick<Facets<unknown>, "rows" | "columns" | "height">,
  { most, left, right, across, down, title, ...room }: Distances,
  { width: page, stretch }: Theme,
  top: number,
): { boxAt: BoxAt; bottom: number } {
  const count = Math.min(most, columns.length);
  const blocks = Math.ceil(columns.length / count);
  const width = (page - left - right - across * (count - 1)) / count;
  const lower = rows.length * blocks > FEW;
  const high = height === undefined ? width : stretch * (lower ? Math.round(LOWER * height) : height);
  const above = room.above + (columns.some((column) => column.title !== undefined) ? title : 0);
  const block = above + rows.length * (high + down) - down + room.below;
  const boxAt = (row: number, column: number) => ({
    x: left + (column % count) * (width + across),
    y: top + Math.floor(column / count) * block + above + row * (high + down),
    width,
    height: high,
  });
  return { boxAt, bottom: top + blocks * block - room.below };
}

/** In the middle of a box. */
function squareIn({ x, y, width, height }: Box): Box {
  const side = Math.min(width, height);
  return { x: x + (width - side) / 2, y, width: side, height: side };
}

/** The titles of the columns of each block, and of its rows. */
function titles(
  { rows, columns }: Pick<Facets<unknown>, "rows" | "columns">,
  boxAt: BoxAt,
  most: number,
  { ink, inPage, width: page }: Theme,
): SvgNode[] {
  const bold = { fill: ink, weight: "SemiBold" } as const;
  const ofColumns = columns.flatMap(({ title, attributes = {} }, c) => {
    const { x, y, width } = boxAt(0, c);
    const style = { ...bold, anchor: "middle" } as const;
    return title === undefined ? [] : [text(title, x + width / 2, y - 16, style, inPage ? attributes : {})];
  });
  const ofRows = columns.flatMap((_, c) =>
    rows.flatMap(({ title = "", attributes = {} }, r) => {
      const { x, y } = boxAt(r, c);
      const words = shortened(title, page - x - 1, SIZE, "SemiBold");
      return c % most === 0 ? [text(words, x, y - 4, bold, attributes)] : [];
    }),
  );
  return [...ofColumns, ...ofRows];
}

/** In the place of a panel that would be empty. */
function noRun({ x, y, width, height }: Box, attributes: Attributes, { quiet }: Theme): SvgNode {
  const style = { fill: quiet, size: SMALL, anchor: "middle" } as const;
  return group(attributes, [text("no run is done", x + width / 2, y + height / 2, style)]);
}

/** Most rows of panels on a page, unless there are as many models. */
const ROWS = 12;

/** A column for each of as many correlations as a page holds below each other, if each has `rows` panels. */
export function correlationColumns(all: readonly (number | null)[], rows: number) {
  const drawn = someOf(all, Math.max(1, Math.floor(ROWS / rows)) * APART.most);
  const columns = drawn.map((correlation) => correlationColumn(correlation, all));
  return { drawn, columns, leftOut: leftOutSentence(all, drawn) };
}

/** Captions name a single correlation. */
export function correlationColumn(correlation: number | null, all: readonly (number | null)[]): Titled {
  const attributes = { "data-correlation": correlation };
  return all.length === 1 ? { attributes } : { title: correlationWords(correlation), attributes };
}

/** A panel for each cell, models in rows and correlations in columns. */
export function cellFacets<One extends { readonly cell: DrawnCell }>(found: readonly One[]) {
  const cells = found.map(({ cell }) => cell);
  const models = modelsOf(cells);
  const rows = models.map((model) => modelRow(cells, model));
  const { drawn, ...columns } = correlationColumns(correlationsOf(cells), models.length);
  const item = (r: number, c: number) =>
    found.find(({ cell }) => cell.model === models[r] && cell.correlation === drawn[c]);
  return { rows, item, ...columns };
}

/** A row of panels of a model, perhaps at a correlation, named by it and by what else is in it. */
export function modelRow(cells: readonly DrawnCell[], model: string, more = "", correlation?: number | null): Titled {
  const at = correlation === undefined ? {} : { "data-correlation": correlation };
  return { title: `${labelIn(cells, model)}${more}`, attributes: { "data-model": model, ...at } };
}
