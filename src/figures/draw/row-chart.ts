import { type Box, panel } from "./axes.ts";
import type { Drawing } from "./figure.ts";
import { type KeyMark, legend } from "./legend.ts";
import type { Range, Scale } from "./scale.ts";
import type { Theme } from "./style.ts";
import {
  type Attributes,
  brokenLines,
  element,
  group,
  rounded,
  SIZE,
  SMALL,
  type SvgNode,
  shortened,
  text,
  textLines,
  textWidth,
} from "./svg.ts";

export interface Row {
  readonly label: string;
  readonly attributes: Attributes;
  /** Shown by a browser under the pointer. */
  readonly words: string;
  /** Marks on the horizontal scale at a height, in points. */
  readonly marks: (x: Scale, y: number) => readonly SvgNode[];
}

export interface RowGroup {
  /** In bold, above the rows' names. */
  readonly title?: string;
  /** What lies to the left and to the right, above the panel. */
  readonly ends?: readonly [low: string, high: string];
  readonly rows: readonly Row[];
  /** What the horizontal axis has room for. */
  readonly values: readonly number[];
}

interface RowChart {
  /** The marks' meaning, in a line above all groups. */
  readonly key?: readonly KeyMark[];
  readonly theme: Theme;
  /** The horizontal axis of some values: of a group's, if it has an axis of its own, otherwise of all. */
  readonly scale: (range: Range, values: readonly number[]) => Scale;
  readonly row?: number;
  /** Whether each group has an axis of its own; otherwise only the last one shows its numbers. */
  readonly ownAxes?: boolean;
  /** Title below the horizontal axis. */
  readonly foot: string;
  /** Drawn below the rows. */
  readonly behind?: (x: Scale, box: Box) => readonly SvgNode[];
}

const ROW = 11;
const TITLE = 13;
/** Room for the numbers below a panel. */
const NUMBERS = 12;

/** Groups of rows, each in a panel of its own: each row's name at the left, a group's title above. */
export function rowChart(groups: readonly RowGroup[], options: RowChart): Drawing {
  const { theme, foot, key = [], ownAxes = false, row = ROW } = options;
  const names = groups.flatMap(({ rows }) => rows.map(({ label }) => textWidth(label, SMALL)));
  const left = Math.min(Math.max(...names), namesRoom(theme)) + 8;
  const width = theme.width - left - 8;
  const all = groups.flatMap(({ values }) => values);
  const ofMarks = legend(key, { y: 8, theme });
  let y = ofMarks.height + (key.length > 0 ? 1 : 2);
  const nodes = groups.flatMap((group, i) => {
    const box = { x: left, y: y + TITLE, width, height: group.rows.length * row * theme.stretch + 2 };
    const numbers = ownAxes || i === groups.length - 1;
    y = box.y + box.height + (numbers ? NUMBERS : 3);
    const x = options.scale([box.x, box.x + box.width], ownAxes ? group.values : all);
    return groupNodes(group, box, { ...options, x, numbers });
  });
  const lines = brokenLines(foot, theme.width - 2, SIZE);
  const start = Math.min(left, ...lines.map((line) => theme.width - textWidth(line, SIZE) - 1));
  const feet = textLines(lines, start, y + 9, { fill: theme.ink });
  return { nodes: [...(key.length > 0 ? [ofMarks.node] : []), ...nodes, ...feet.nodes], height: y + 12 + feet.more };
}

export function namesRoom({ width }: Theme): number {
  return 0.5 * width;
}

interface GroupOptions extends Pick<RowChart, "theme" | "behind" | "row"> {
  readonly x: Scale;
  /** Whether it shows the numbers of its axis. */
  readonly numbers: boolean;
}

function groupNodes(one: RowGroup, box: Box, options: GroupOptions): SvgNode[] {
  const { rows } = one;
  const { theme, x, numbers, behind = () => [], row = ROW } = options;
  const height = row * theme.stretch;
  const [top, bottom] = [box.y, box.y + box.height];
  const y: Scale = { type: "linear", domain: [0, box.height], range: [top, bottom], at: (at) => top + at, ticks: [] };
  const heights = rows.map((_, i) => top + 1 + (i + 0.5) * height);
  const all = rows.map(({ attributes, words, marks }, i) =>
    group({ class: "row", ...attributes }, [element("title", {}, [words]), ...marks(x, heights[i])]),
  );
  const style = { fill: theme.ink, size: SMALL, anchor: "end" } as const;
  return [
    panel({ box, x, y, theme, guides: "x", numbers: { x: numbers } }, [...behind(x, box), ...all]),
    ...rows.map(({ label, attributes }, i) =>
      text(shortened(label, namesRoom(theme), SMALL), box.x - 5, heights[i] + SMALL * 0.35, style, attributes),
    ),
    ...titleNodes(one, box, theme),
  ];
}

function titleNodes({ title: whole = "", ends }: RowGroup, { x, y, width }: Box, theme: Theme): SvgNode[] {
  const { ink } = theme;
  const baseline = y - 3.5;
  const title = shortened(whole, ends === undefined ? theme.width - 1 : theme.width / 2, SIZE, "SemiBold");
  const wide = textWidth(title, SIZE, "SemiBold");
  const nodes = title === "" ? [] : [text(title, 0.5, baseline, { fill: ink, weight: "SemiBold" })];
  if (ends === undefined) return nodes;
  const left = title === "" ? x : Math.max(x, wide + 8);
  const room = x + width - left - 2 * (ARROW + 2) - 6;
  const areLong = textWidth(ends.join(""), SMALL) > room;
  const [low, high] = areLong ? ends.map((end) => shortened(end, room / 2, SMALL)) : ends;
  const style = { fill: ink, size: SMALL } as const;
  return [
    ...nodes,
    arrow(left, baseline, 1, ink),
    text(low, left + ARROW + 2, baseline, style),
    text(high, x + width - ARROW - 2, baseline, { ...style, anchor: "end" }),
    arrow(x + width, baseline, -1, ink),
  ];
}

const ARROW = 4;

/** An arrowhead at x that points to the left (1) or to the right (-1). */
function arrow(x: number, baseline: number, side: 1 | -1, fill: string): SvgNode {
  const d = `M${rounded(x)} ${rounded(baseline - SMALL * 0.33)}l${side * ARROW} -2v4z`;
  return element("path", { d, fill });
}
