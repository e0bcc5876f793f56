// The tasks: the function behind their labels, their directions, and the correlation of their labels.
import { labelCorrelation } from "../data/moments.ts";
import type { GeneratorSettings } from "../data/settings.ts";
import { TaskSet } from "../data/task-set.ts";
import type { PublishedCorrelation } from "../figures/draw/paper-points.ts";
import { element, rounded, type SvgNode } from "../figures/draw/svg.ts";
import type { Theme } from "../figures/draw/theme.ts";
import { dotsAt, type Figure, frame, framedPanel, label, note, type Point, polyline } from "./draw.ts";
import { REACH } from "./probe.ts";

const WIDTH = 250;
/** Points of a curve. */
const FINE = 181;
const places = Array.from({ length: FINE }, (_, i) => REACH * ((2 * i) / (FINE - 1) - 1));

/** The label without noise as a function of the position along a task's direction, in standard deviations; and the unit of labels. */
export function labelCurve(settings: GeneratorSettings): { at: (z: number) => number; inverseStd: number } {
  const set = new TaskSet(settings, [[1]], { seed: 0, run: 0 });
  return { at: (z) => set.noiseless(settings.scale * z), inverseStd: set.inverseStd };
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
      at: (z: number) => Math.sin(a * scale * z + (beta[i] as number)),
    })),
  ];
  const noise = noiseStd * inverseStd;
  const nodes = (theme: Theme): SvgNode[] => {
    const above = frame({
      theme,
      box: { x: 24, y: 6, width: WIDTH - 30, height: 82 },
      x: [-REACH, REACH],
      y: [-2.6, 2.6],
    });
    const below = frame({
      theme,
      box: { x: 24, y: 96, width: WIDTH - 30, height: 46 },
      x: [-REACH, REACH],
      y: [-2, 2],
      counts: [7, 2],
    });
    const shades = parts.map((_, i) => theme.ramp[Math.round((i * 8) / Math.max(1, parts.length - 1))] as string);
    const edges = [
      ...whole.map(({ x, y }) => ({ x, y: y + noise })),
      ...whole.toReversed().map(({ x, y }) => ({ x, y: y - noise })),
    ];
    return [
      framedPanel(
        above,
        [
          polyline(edges, above, { fill: theme.guide, stroke: "none" }),
          polyline(whole, above, { stroke: theme.ink, "stroke-width": 1.4 }),
        ],
        { x: false },
      ),
      framedPanel(
        below,
        parts.map(({ at }, i) =>
          polyline(
            places.map((z) => ({ x: z, y: at(z) * inverseStd })),
            below,
            { stroke: shades[i], "stroke-width": i === 0 ? 1.4 : 0.9 },
          ),
        ),
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
      framedPanel(at, [
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
  const words = `Label correlation against the correlation of the directions. At p = ${p.toFixed(2)} the labels' correlation is ${here.y.toFixed(2)}.`;
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

/** The first two tasks' directions in their plane. */
export function directionsFigure(p: number): Figure {
  const angle = Math.acos(Math.max(-1, Math.min(1, p)));
  const nodes = (theme: Theme): SvgNode[] => {
    const arrow = (turn: number, colour: string, words: string) => {
      const [x, y] = [PLANE + ARROW * Math.cos(turn), PLANE - ARROW * Math.sin(turn)];
      const side = (by: number) => `L${rounded(x - 7 * Math.cos(turn + by))} ${rounded(y + 7 * Math.sin(turn + by))}`;
      const [tx, ty] = [PLANE + (ARROW + 9) * Math.cos(turn), PLANE - (ARROW + 9) * Math.sin(turn)];
      return [
        element("path", { d: `M${PLANE} ${PLANE}L${rounded(x)} ${rounded(y)}`, stroke: colour, "stroke-width": 1.6 }),
        element("path", { d: `M${rounded(x)} ${rounded(y)}${side(0.4)}${side(-0.4)}Z`, fill: colour }),
        label(words, tx, ty + 2.5, colour, "middle"),
      ];
    };
    const [ax, ay] = [PLANE + 22 * Math.cos(angle), PLANE - 22 * Math.sin(angle)];
    return [
      element("circle", { cx: PLANE, cy: PLANE, r: ARROW, fill: "none", stroke: theme.guide, "stroke-width": 0.8 }),
      element("path", {
        d: `M${PLANE + 22} ${PLANE}A22 22 0 0 0 ${rounded(ax)} ${rounded(ay)}`,
        fill: "none",
        stroke: theme.quiet,
        "stroke-width": 0.8,
      }),
      ...arrow(0, theme.ink, "1"),
      ...arrow(angle, theme.series[1] as string, "2"),
      note(`${Math.round((angle * 180) / Math.PI)}°`, PLANE, PLANE + 14, theme, "middle"),
    ];
  };
  const degrees = Math.round((angle * 180) / Math.PI);
  const words = `The directions of tasks 1 and 2, ${degrees} degrees apart: their correlation p, the cosine, is ${p.toFixed(2)}.`;
  return { name: "directions", words, width: 2 * PLANE, height: 2 * PLANE, nodes };
}
