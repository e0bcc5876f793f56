// What a model has learned, how its gates weigh the experts, and its units.
import { DEAD } from "../src/diagnostics/quantities.ts";
import { panel } from "../src/figures/draw/axes.ts";
import type { Point } from "../src/figures/draw/series.ts";
import type { Theme } from "../src/figures/draw/style.ts";
import { element, rounded, type SvgNode } from "../src/figures/draw/svg.ts";
import { expertCount, gateCount, isReluLayer, type ModelSpec } from "../src/models/spec.ts";
import { dotsAt, type Figure, frame, label, limits, note, polyline } from "./draw.ts";
import { POINTS, placeAt, REACH, type Reading } from "./probe.ts";

const WIDTH = 250;
const PANEL = 66;

/** A model as its figures need it. */
export interface Shown {
  readonly name: string;
  readonly spec: ModelSpec;
  /** Its colour by a theme. */
  readonly colour: (theme: Theme) => string;
  /** What the labels are without noise at the points of a curve, [POINTS]: the same function for each task. */
  readonly truth: readonly number[];
  /** Where the rows of the cloud lie, [K][CLOUD]. */
  readonly places: readonly Float32Array[];
  readonly reading: Reading | undefined;
}

const curve = (values: ArrayLike<number>): Point[] => Array.from(values, (y, i) => ({ x: placeAt(i), y }));

/** Predictions along each task's direction over the true curve. */
export function learnedFigure({ name, spec, colour, truth, places, reading }: Shown): Figure {
  const K = spec.tasks;
  const height = K * (PANEL + 8) + 14;
  const nodes = (theme: Theme): SvgNode[] => [
    ...Array.from({ length: K }, (_, k) => {
      const box = { x: 24, y: 4 + k * (PANEL + 8), width: WIDTH - 30, height: PANEL };
      const at = frame({ theme, box, x: [-REACH, REACH], y: limits(2.6, truth) });
      const cloud = Array.from(reading?.cloud[k] ?? [], (y, n) => ({ x: places[k]?.[n], y }));
      return panel({ ...at, numbers: { x: k === K - 1 } }, [
        polyline(curve(truth), at, { stroke: theme.quiet, "stroke-width": 2.6, "stroke-opacity": 0.45 }),
        dotsAt(cloud, at, { stroke: colour(theme), "stroke-width": 1.6, "stroke-opacity": 0.45 }),
        polyline(curve(reading?.curves[k] ?? []), at, { stroke: colour(theme), "stroke-width": 1.4 }),
        label(`task ${k + 1}`, 28, box.y + 8, theme.quiet),
      ]);
    }),
  ];
  const words = `What ${name} predicts along each task's direction, over the true curve in grey. Dots are held-out rows.`;
  const rows = () =>
    Array.from({ length: K * POINTS }, (_, i) => {
      const [k, at] = [Math.floor(i / POINTS), i % POINTS];
      return {
        model: name,
        task: k + 1,
        position: placeAt(at),
        label: truth[at],
        prediction: reading?.curves[k]?.[at] ?? "",
      };
    });
  return { name: `learned-${name}`, words, width: WIDTH, height, nodes, rows };
}

const GATE = 34;
/** From one gate's panel to the next. */
const GATE_STEP = GATE + 15;

/** The weights of the experts along each task's direction, stacked to 1. */
export function gateFigure({ name, spec, reading }: Shown): Figure {
  const [K, E] = [spec.tasks, expertCount(spec)];
  const nodes = (theme: Theme): SvgNode[] =>
    Array.from({ length: K }, (_, k) => {
      const box = { x: 24, y: 11 + k * GATE_STEP, width: WIDTH - 30, height: GATE };
      const at = frame({ theme, box, x: [-REACH, REACH], y: [0, 1], counts: [5, 2] });
      const weights = reading?.gates[k];
      const layers = weights === undefined ? [] : stacked(weights, E);
      const areas = layers.map(({ low, high }, e) =>
        polyline([...curve(high), ...curve(low).toReversed()], at, {
          fill: expertColour(e, E, theme),
          stroke: theme.background,
          "stroke-width": 0.4,
        }),
      );
      return panel({ ...at, numbers: { x: k === K - 1 } }, areas);
    }).concat(Array.from({ length: K }, (_, k) => label(`task ${k + 1}`, 24, 8.5 + k * GATE_STEP, theme.quiet)));
  const words = `The weights that each task's gate of ${name} gives the ${E} experts, along the task's own direction.`;
  const rows = () =>
    (reading?.gates ?? []).flatMap((weights, k) =>
      Array.from(weights, (weight, i) => ({
        model: name,
        task: k + 1,
        position: placeAt(Math.floor(i / E)),
        expert: (i % E) + 1,
        weight,
      })),
    );
  return { name: `gates-${name}`, words, width: WIDTH, height: K * GATE_STEP + 14, nodes, rows };
}

function expertColour(e: number, E: number, { ramp }: Theme): string {
  return ramp[Math.round((e * (ramp.length - 1)) / Math.max(1, E - 1))];
}

/** Lower and upper edges of each expert's band. */
function stacked(weights: Float32Array, E: number): { low: number[]; high: number[] }[] {
  let low = new Array<number>(POINTS).fill(0);
  return Array.from({ length: E }, (_, e) => {
    const high = low.map((value, i) => value + weights[i * E + e]);
    const band = { low, high };
    low = high;
    return band;
  });
}

/** Experts with their units above, the gates' mean weights as lines, towers with their units below. */
export function diagramFigure({ name, spec, colour, reading }: Shown): Figure {
  const [K, E] = [spec.tasks, expertCount(spec)];
  const height = 118;
  const nodes = (theme: Theme): SvgNode[] => {
    const experts = reading?.experts ?? [];
    const deeper = Math.max(0, experts.length - E) / E;
    const { layers } = spec.experts;
    const linear = isReluLayer(spec, layers.length - 1) ? [] : [new Float32Array(layers.at(-1) as number).fill(1)];
    const layersOf = (e: number) => [
      ...experts.slice(e, e + 1),
      ...experts.slice(E + e * deeper, E + (e + 1) * deeper),
      ...linear,
    ];
    const expertX = (e: number) => (WIDTH * (e + 0.5)) / E;
    const towerX = (k: number) => (WIDTH * (k + 0.5)) / K;
    const side = Math.min(44, WIDTH / E - 3);
    const lines = Array.from({ length: E * K }, (_, i) => {
      const [k, e] = [Math.floor(i / E), i % E];
      const weight = meanWeight(spec, reading, k, e);
      return element("path", {
        d: `M${rounded(expertX(e))} 50L${rounded(towerX(k))} 82`,
        stroke: gateCount(spec) === 0 ? colour(theme) : expertColour(e, E, theme),
        "stroke-width": 0.3 + 3.4 * weight,
        "stroke-opacity": weight > 0 ? 0.25 + 0.7 * weight : 0,
      });
    });
    return [
      ...lines,
      ...Array.from({ length: E }, (_, e) =>
        unitsAt(layersOf(e), { x: expertX(e), y: 4, side, height: 44 }, colour(theme), theme),
      ).flat(),
      ...Array.from({ length: K }, (_, k) =>
        unitsAt(
          reading?.towers.slice(
            Math.round((k * reading.towers.length) / K),
            Math.round(((k + 1) * reading.towers.length) / K),
          ) ?? [],
          { x: towerX(k), y: 84, side: Math.min(60, WIDTH / K - 4), height: 16 },
          colour(theme),
          theme,
        ),
      ).flat(),
      ...Array.from({ length: K }, (_, k) => note(`tower ${k + 1}`, towerX(k), 113, theme, "middle")),
    ];
  };
  const words = `${name}: ${E === 1 ? "the bottom" : `${E} experts`} above, the towers below. A unit is the darker the more rows turn it on; an empty one is dead, and a linear one is always on. Lines show how much each task's tower reads of each expert.`;
  return { name: `units-${name}`, words, width: WIDTH, height, nodes };
}

/** How much task k's tower reads of an expert, 0 to 1. */
function meanWeight(spec: ModelSpec, reading: Reading | undefined, k: number, e: number): number {
  const { experts, tasks } = spec;
  const own = e < experts.shared || Math.floor((e - experts.shared) / Math.max(1, experts.perTask)) === k;
  if (gateCount(spec) === 0) return own ? 1 / (experts.shared + experts.perTask) : 0;
  return reading?.quantities[`gateWeight/${Math.min(k, tasks - 1) + 1}/${e + 1}`] ?? 0;
}

interface Place {
  /** Of the middle, and of the top. */
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly height: number;
}

/** Layers of units as small squares in a box; what is on for more rows is more opaque, and what is dead is empty. */
function unitsAt(
  layers: readonly Float32Array[],
  { x, y, side, height }: Place,
  colour: string,
  theme: Theme,
): SvgNode[] {
  const units = layers.flatMap((layer) => [...layer]);
  if (units.length === 0) return [];
  const rowCount = Math.max(1, Math.round(Math.sqrt((units.length * height) / side)));
  const columns = Math.ceil(units.length / rowCount);
  const size = Math.min(side / columns, height / rowCount);
  const bottom = y + height;
  const square = (i: number) => {
    const [left, top] = [
      x + ((i % columns) - columns / 2) * size,
      bottom - (rowCount - Math.floor(i / columns)) * size,
    ];
    const edge = size * 0.84;
    return `M${rounded(left)} ${rounded(top)}h${rounded(edge)}v${rounded(edge)}h-${rounded(edge)}Z`;
  };
  const steps = [0, 1, 2, 3];
  const shade = (share: number) => Math.min(3, Math.floor(share * 4));
  const of = (wanted: (share: number) => boolean) =>
    units.flatMap((share, i) => (wanted(share) ? [square(i)] : [])).join("");
  return [
    element("path", {
      d: of((share) => share < DEAD),
      fill: "none",
      stroke: theme.quiet,
      "stroke-width": 0.4,
      "stroke-opacity": 0.7,
    }),
    ...steps.map((step) =>
      element("path", {
        d: of((share) => share >= DEAD && shade(share) === step),
        fill: colour,
        "fill-opacity": 0.3 + 0.23 * step,
      }),
    ),
  ];
}

/** How many units of the towers are dead, of how many. */
export function deadTowers(reading: Reading): { dead: number; all: number } {
  const shares = reading.towers.flatMap((layer) => [...layer]);
  return { dead: shares.filter((share) => share < DEAD).length, all: shares.length };
}
