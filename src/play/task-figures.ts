// The tasks: the function behind their labels, and the correlation of their labels.
import { labelCorrelation } from "../data/moments.ts";
import type { GeneratorSettings } from "../data/settings.ts";
import { TaskSet } from "../data/task-set.ts";
import type { PublishedCorrelation } from "../figures/draw/paper-points.ts";
import type { SvgNode } from "../figures/draw/svg.ts";
import type { Theme } from "../figures/draw/theme.ts";
import { digits } from "./digits.ts";
import { dotsAt, type Figure, frame, framedPanel, limits, note, type Point, polyline } from "./draw.ts";
import { REACH } from "./probe.ts";

const WIDTH = 250;
/** Points of a curve. */
const FINE = 181;
const places = Array.from({ length: FINE }, (_, i) => REACH * ((2 * i) / (FINE - 1) - 1));

const heights = (points: readonly Point[]) => points.map(({ y }) => y);

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
    const shades = parts.map((_, i) => theme.ramp[Math.round((i * 8) / Math.max(1, parts.length - 1))] as string);
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
