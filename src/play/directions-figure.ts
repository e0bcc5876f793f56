// The directions of tasks as arrows.
import { correlationMatrix, mixtureOf } from "../data/correlation-matrix.ts";
import { element, rounded, type SvgNode } from "../figures/draw/svg.ts";
import { SMALL, textWidth } from "../figures/draw/text.ts";
import type { Theme } from "../figures/draw/theme.ts";
import { digits } from "./digits.ts";
import { type Figure, label, note, type Point } from "./draw.ts";

/** Half of the side of the plane of directions, in points, and the length of an arrow. */
const PLANE = 73;
const ARROW = 56;
/** Arrows that end nearer than this, in points, share a label. */
const NEAR = 9;

/**
 * Where the axes of the space of directions are drawn, of an arrow's length. Tasks 1 and 2 span the plane of the first two,
 * which is drawn as it is. Each other task needs one more axis, which points out of the plane and is shorter.
 */
const AXES: readonly Point[] = [
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -0.45, y: -0.45 },
  { x: 0.2, y: -0.6 },
  { x: -0.6, y: 0.2 },
];

/** The tips of K arrows of which each two have the correlation p, in arrow lengths, y up. */
function tipsOf(p: number, tasks: number): Point[] {
  return mixtureOf(correlationMatrix(tasks, p)).map((shares) => ({
    x: shares.reduce((sum, share, axis) => sum + share * (AXES[axis] as Point).x, 0),
    y: shares.reduce((sum, share, axis) => sum + share * (AXES[axis] as Point).y, 0),
  }));
}

/** All tasks' directions, drawn on the plane of the first two. */
export function directionsFigure(p: number, tasks: number): Figure {
  const angle = Math.acos(Math.max(-1, Math.min(1, p)));
  const degrees = Math.round((angle * 180) / Math.PI);
  const tips = tipsOf(p, tasks);
  const nodes = (theme: Theme): SvgNode[] => {
    const colour = (k: number) => [theme.ink, theme.series[1] as string][k] ?? theme.quiet;
    const [ax, ay] = [PLANE + 22 * Math.cos(angle), PLANE - 22 * Math.sin(angle)];
    return [
      element("circle", { cx: PLANE, cy: PLANE, r: ARROW, fill: "none", stroke: theme.guide, "stroke-width": 0.8 }),
      element("path", {
        d: `M${PLANE + 22} ${PLANE}A22 22 0 0 0 ${rounded(ax)} ${rounded(ay)}`,
        fill: "none",
        stroke: theme.quiet,
        "stroke-width": 0.8,
      }),
      ...tips.toReversed().flatMap((tip, back) => arrow(tip, colour(tasks - 1 - back))),
      ...tipLabels(tips).map(({ words, tip, first }) => tipLabel(words, tip, colour(first))),
      note(`${degrees}° apart`, 2, 8, theme),
    ];
  };
  const which = tasks === 2 ? "tasks 1 and 2" : `each two of the ${tasks} tasks`;
  const words = `The directions of ${which}, ${degrees} degrees apart: their correlation p, the cosine, is ${digits(p)}.`;
  return { name: "directions", words, width: 2 * PLANE, height: 2 * PLANE, nodes };
}

function arrow({ x, y }: Point, colour: string): SvgNode[] {
  const turn = Math.atan2(y, x);
  const [endX, endY] = [PLANE + ARROW * x, PLANE - ARROW * y];
  const side = (by: number) => `L${rounded(endX - 7 * Math.cos(turn + by))} ${rounded(endY + 7 * Math.sin(turn + by))}`;
  return [
    element("path", { d: `M${PLANE} ${PLANE}L${rounded(endX)} ${rounded(endY)}`, stroke: colour, "stroke-width": 1.6 }),
    element("path", { d: `M${rounded(endX)} ${rounded(endY)}${side(0.4)}${side(-0.4)}Z`, fill: colour }),
  ];
}

/** The numbers of the tasks whose arrows end at the same place, with the first of them, from 0. */
function tipLabels(tips: readonly Point[]): { words: string; tip: Point; first: number }[] {
  const isNear = (a: Point, b: Point) => ARROW * Math.hypot(a.x - b.x, a.y - b.y) < NEAR;
  const leaderOf = (tip: Point) => tips.findIndex((other) => isNear(other, tip));
  return tips.flatMap((tip, first) => {
    if (leaderOf(tip) !== first) return [];
    const own = tips.flatMap((other, k) => (leaderOf(other) === first ? [k + 1] : []));
    return [{ words: own.join(", "), tip, first }];
  });
}

/** Beyond the tip of an arrow; above it where there is no room. */
function tipLabel(words: string, { x, y }: Point, colour: string): SvgNode {
  const beyond = ARROW + 9 / Math.max(0.01, Math.hypot(x, y));
  const wanted = PLANE + beyond * x + textWidth(words, SMALL, "SemiBold") / 2;
  const right = Math.min(wanted, 2 * PLANE - 1);
  return label(words, right, PLANE - beyond * y + (right < wanted ? -5 : 2.5), colour, "end");
}
