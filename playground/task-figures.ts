// The tasks: the function behind their labels, and the correlation of their labels.
import { correlationMatrix, mixtureOf } from "../src/data/correlation-matrix.ts";
import { labelCorrelation } from "../src/data/moments.ts";
import type { GeneratorSettings } from "../src/data/settings.ts";
import { TaskSet } from "../src/data/task-set.ts";
import { panel } from "../src/figures/draw/axes.ts";
import type { PublishedCorrelation } from "../src/figures/draw/paper-points.ts";
import { signed } from "../src/figures/draw/scale.ts";
import type { Point } from "../src/figures/draw/series.ts";
import type { Theme } from "../src/figures/draw/style.ts";
import { element, rounded, SMALL, type SvgNode, textWidth } from "../src/figures/draw/svg.ts";
import { dotsAt, type Figure, frame, label, limits, note, polyline } from "./draw.ts";
import { REACH } from "./probe.ts";

const WIDTH = 250;
/** Points of a curve. */
const FINE = 181;
const places = Array.from({ length: FINE }, (_, i) => REACH * ((2 * i) / (FINE - 1) - 1));

const heights = (points: readonly Point[]) => points.map(({ y }) => y);

/** The label without noise as a function of the position along a task's direction, in standard deviations; and the unit of labels. */
export function labelCurve(settings: GeneratorSettings): { at: (z: number) => number; inverseStd: number } {
  const set = new TaskSet(settings, [[1]], { seed: 0, run: 0 });
  return { at: (z) => set.noiseless(settings.scale * z), inverseStd: set.forms[0].inverseStd };
}

/** The function, with its line and sines below. */
export function functionFigure(settings: GeneratorSettings): Figure {
  const { scale, alpha, beta, noiseStd } = settings;
  const { at: signal, inverseStd } = labelCurve(settings);
  const whole = places.map((z): Point => ({ x: z, y: signal(z) }));
  const parts = [
    { words: "line", at: (z: number) => scale * z },
    ...alpha.map((a, i) => ({
      words: `sine ${i + 1}`,
      at: (z: number) => Math.sin(a * scale * z + beta[i]),
    })),
  ];
  const noise = noiseStd * inverseStd;
  const lines = parts.map(({ at }) => places.map((z): Point => ({ x: z, y: at(z) * inverseStd })));
  const edges = [
    ...whole.map(({ x, y }) => ({ x, y: y + noise })),
    ...whole.toReversed().map(({ x, y }) => ({ x, y: y - noise })),
  ];
  const nodes = (theme: Theme): SvgNode[] => {
    const above = frame({
      theme,
      box: { x: 24, y: 6, width: WIDTH - 30, height: 82 },
      x: [-REACH, REACH],
      y: limits(2.6, heights(edges)),
    });
    const below = frame({
      theme,
      box: { x: 24, y: 96, width: WIDTH - 30, height: 46 },
      x: [-REACH, REACH],
      y: limits(2, heights(lines.flat())),
      counts: [7, 2],
    });
    const shades = parts.map((_, i) => theme.ramp[Math.round((i * 8) / Math.max(1, parts.length - 1))]);
    return [
      panel({ ...above, numbers: { x: false } }, [
        polyline(edges, above, { fill: theme.guide, stroke: "none" }),
        polyline(whole, above, { stroke: theme.ink, "stroke-width": 1.4 }),
      ]),
      panel(
        below,
        lines.map((line, i) => polyline(line, below, { stroke: shades[i], "stroke-width": i === 0 ? 1.4 : 0.9 })),
      ),
      note(
        "label against position along the task's direction, in standard deviations",
        WIDTH / 2 + 10,
        164,
        theme,
        "middle",
      ),
    ];
  };
  const words = `The label as a function of the position along the task's direction: a line and ${alpha.length} sines, which the panel below shows one by one.`;
  const rows = () => whole.map(({ x, y }) => ({ position: x, label: y }));
  return { name: "function", words, width: WIDTH, height: 168, nodes, rows };
}

/** Figure 2: the correlation of two tasks' labels against that of their directions, with the paper's points. */
export function correlationFigure(
  settings: GeneratorSettings,
  p: number,
  lowest: number,
  paper: readonly PublishedCorrelation[],
): Figure {
  const curve = Array.from({ length: 81 }, (_, i): Point => {
    const x = lowest + ((1 - lowest) * i) / 80;
    return { x, y: labelCorrelation(settings, x) };
  });
  const here = { x: p, y: labelCorrelation(settings, p) };
  const least = Math.min(0, ...curve.map(({ y }) => y));
  const nodes = (theme: Theme): SvgNode[] => {
    const at = frame({
      theme,
      box: { x: 26, y: 6, width: 150 - 32, height: 112 },
      x: [lowest, 1],
      y: [least, 1],
      counts: [4, 4],
    });
    return [
      panel(at, [
        dotsAt(
          paper
            .filter(({ correlation }) => correlation >= lowest)
            .map(({ correlation, labelCorrelation: y }) => ({ x: correlation, y })),
          at,
          { stroke: theme.quiet, "stroke-width": 3 },
        ),
        polyline(curve, at, { stroke: theme.ink, "stroke-width": 1.2 }),
        dotsAt([here], at, { stroke: theme.series[1], "stroke-width": 6 }),
      ]),
      note("correlation p of the directions", 26 + 59, 142, theme, "middle"),
    ];
  };
  const words = `Label correlation against the correlation of the directions. At p = ${digits(p)} the labels' correlation is ${digits(here.y)}.`;
  return {
    name: "label-correlation",
    words,
    width: 150,
    height: 146,
    nodes,
    rows: () => curve.map(({ x, y }) => ({ correlation: x, labelCorrelation: y })),
  };
}

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
    x: shares.reduce((sum, share, axis) => sum + share * AXES[axis].x, 0),
    y: shares.reduce((sum, share, axis) => sum + share * AXES[axis].y, 0),
  }));
}

/** All tasks' directions, drawn on the plane of the first two. */
export function directionsFigure(p: number, tasks: number): Figure {
  const angle = Math.acos(Math.max(-1, Math.min(1, p)));
  const degrees = Math.round((angle * 180) / Math.PI);
  const tips = tipsOf(p, tasks);
  const nodes = (theme: Theme): SvgNode[] => {
    const colour = (k: number) => [theme.ink, theme.series[1]][k] ?? theme.quiet;
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

/** A number with two digits and a true minus, which zero does not have; a dash for what is no number. */
export function digits(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  const text = value.toFixed(2);
  return Number(text) === 0 ? text.replace("-", "") : signed(text);
}
