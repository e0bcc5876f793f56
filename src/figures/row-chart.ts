import { type Box, panel } from "./axes.ts";
import { COLUMN } from "./page.ts";
import type { Scale } from "./scale.ts";
import { type Attributes, element, group, type SvgNode } from "./svg.ts";
import { SIZE, SMALL, text, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";

/** A row of a chart. */
export interface Row {
  readonly label: string;
  readonly attributes: Attributes;
  /** Shown by a browser under the pointer. */
  readonly words: string;
  /** Marks on the horizontal scale at a height, in points. */
  readonly marks: (x: Scale, y: number) => readonly SvgNode[];
}

export interface RowGroup {
  readonly title: string;
  readonly rows: readonly Row[];
}

interface ChartOptions {
  readonly top: number;
  readonly theme: Theme;
  readonly scale: (range: readonly [number, number]) => Scale;
  /** Title below the horizontal axis. */
  readonly foot: string;
  /** Drawn below the rows. */
  readonly behind?: (x: Scale, box: Box) => readonly SvgNode[];
}

const ROW = 11;
const TITLE = 13;

/** Groups of rows over one horizontal axis: each row's name at the left, each group's above its rows. */
export function rowChart(groups: readonly RowGroup[], options: ChartOptions): { nodes: SvgNode[]; height: number } {
  const { top, theme, scale, foot, behind = () => [] } = options;
  const names = groups.flatMap(({ rows }) => rows.map(({ label }) => textWidth(label, SMALL)));
  const left = Math.max(...names) + 6;
  const height = groups.reduce((sum, { rows }) => sum + TITLE + rows.length * ROW, 3);
  const box = { x: left, y: top, width: COLUMN - left - 8, height };
  const x = scale([box.x, box.x + box.width]);
  const y: Scale = { type: "linear", domain: [0, height], range: [top, top + height], at: (at) => top + at, ticks: [] };
  const bottom = top + height + 24;
  const marks = [...behind(x, box), ...placed(groups, top).map(({ row, y }) => rowMarks(row, x, y))];
  const words = placed(groups, top).map(({ row, y }) => rowName(row, left, y, theme));
  return {
    nodes: [
      panel({ box, x, y, theme, guides: "x" }, marks),
      ...words,
      ...titles(groups, box, theme),
      text(foot, Math.min(left, COLUMN - textWidth(foot, SIZE) - 1), bottom - 4, { fill: theme.ink }),
    ],
    height: bottom,
  };
}

function placed(groups: readonly RowGroup[], top: number): { row: Row; y: number }[] {
  let y = top;
  return groups.flatMap(({ rows }) => {
    y += TITLE;
    return rows.map((row) => {
      y += ROW;
      return { row, y: y - ROW / 2 };
    });
  });
}

function rowMarks({ attributes, words, marks }: Row, x: Scale, y: number): SvgNode {
  return group({ class: "row", ...attributes }, [element("title", {}, [words]), ...marks(x, y)]);
}

function rowName({ label, attributes }: Row, left: number, y: number, { ink }: Theme): SvgNode {
  return text(label, left - 5, y + SMALL * 0.35, { fill: ink, size: SMALL, anchor: "end" }, attributes);
}

/** Titles have a background, so that vertical lines stop at them. */
function titles(groups: readonly RowGroup[], { x, y }: Box, { ink, background }: Theme): SvgNode[] {
  let at = y;
  return groups.flatMap(({ title, rows }) => {
    const width = textWidth(title, SIZE, "SemiBold") + 4;
    const ground = element("rect", { x: x + 2, y: at + 2, width, height: TITLE - 2, fill: background });
    const node = text(title, x + 4, at + 10, { fill: ink, weight: "SemiBold" });
    at += TITLE + rows.length * ROW;
    return [ground, node];
  });
}
