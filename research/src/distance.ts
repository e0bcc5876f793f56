import type { LossSet } from "../../src/config/losses.ts";
import { publishedFigure3, publishedFigure4 } from "../../src/figures/published.ts";
import { cellKey, NO_CHOICE } from "../../src/identity/cell.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import type { CurvePoint } from "./curves.ts";

/** Where curves are compared: on the axis of the paper's figures, log-spaced. Figure 4 shows nothing before 500. */
export const AXES = {
  3: [100, 200, 300, 500, 700, 1000, 1400, 2000, 2800, 4000, 5600, 8000, 9900],
  4: [500, 700, 1000, 1400, 2000, 2800, 4000, 5600, 8000, 9900],
} as const;
const END = 9900;

export type PaperFigure = keyof typeof AXES;

/** The figure of the paper that shows a model. */
export function figureOf(model: string): PaperFigure {
  return model === "shared-bottom-16" ? 3 : 4;
}

/** Steps that one unit of the axis may stand for. */
const UNITS = Array.from({ length: 61 }, (_, i) => 10 ** (i / 20));

/** Units at the end of the axis. */
export const AXIS_END = 10_000;
/** Steps of a unit if the axis is taken at its word: "number of steps (k)". */
export const LITERAL_UNIT = 1000;
export const LITERAL_END = AXIS_END * LITERAL_UNIT;
/** The point that curves must reach. */
const LITERAL_REACH = 1000;

/** Relative error of a mean that no number of runs goes below: the setting is only near the paper's. */
const FLOOR = 0.05;

/** How far a setting's curves are from the paper's. */
export interface Distance {
  /** Steps of a unit of the axis: the best one. */
  readonly unit: number;
  /** Root mean square of the log ratios of ours to the paper's, over cells and points. */
  readonly rms: number;
  /** The same in units of the standard error of our mean, with a floor of 5 %. */
  readonly z: number;
  readonly cells: readonly CellDistance[];
}

interface CellDistance {
  readonly cell: string;
  readonly rms: number;
  /** Ours at the end of the axis, and the paper's. */
  readonly end: number;
  readonly paper: number;
  /** The learning rate that the cell shows. */
  readonly lr: string;
}

/** A distance on the axis at its word, over the points that the curves reach. */
export interface LiteralDistance extends Distance {
  /** The last point that all cells reach. */
  readonly upTo: number;
}

/** A curve on a log scale: ascending log steps, log losses, relative errors. */
interface LogCurve {
  readonly steps: readonly number[];
  readonly losses: readonly number[];
  readonly errors: readonly number[];
}

/** The curves of one cell with each learning rate that it was trained with. */
type CellCurves = ReadonlyMap<string, LogCurve>;

/** The curves of the cells that the paper's figures have, `factor` times as high. */
export function logCurves(points: readonly CurvePoint[], set: LossSet, factor: number): Map<string, CellCurves> {
  const all = groupBy(points, (point) => cellKey({ ...point, point: NO_CHOICE }));
  const cells = [...all].filter(([cell]) => paperCurves.has(cell));
  return new Map(
    cells.map(([cell, own]) => [
      cell,
      new Map([...groupBy(own, ({ lr }) => String(lr))].map(([lr, all]) => [lr, logCurve(all, set, factor)])),
    ]),
  );
}

function logCurve(points: readonly CurvePoint[], set: LossSet, factor: number): LogCurve {
  const sorted = [...points].sort((a, b) => a.step - b.step);
  return {
    steps: sorted.map(({ step }) => Math.log(step)),
    losses: sorted.map(({ losses }) => Math.log(factor * losses[set].mean)),
    errors: sorted.map(({ losses }) => losses[set].error / losses[set].mean),
  };
}

/** Which learning rate each cell shows, given the curves' values at the end of the axis. */
export type Choose = (cells: ReadonlyMap<string, CellCurves>, end: number) => ReadonlyMap<string, string>;

/**
 * The distance at the best of `units` of the axis; undefined where no curve is long enough. Cells that were not trained are
 * left out.
 */
export function distance(
  cells: ReadonlyMap<string, CellCurves>,
  choose: Choose,
  units: readonly number[] = UNITS,
): Distance | undefined {
  const last = Math.min(
    ...[...cells.values()].flatMap((lrs) => [...lrs.values()].map(({ steps }) => steps.at(-1) as number)),
  );
  const all = units
    .filter((unit) => Math.log(END * unit) <= last + 1e-9)
    .map((unit) => distanceAt(cells, choose, unit));
  return all.reduce<Distance | undefined>((best, one) => (best && best.rms <= one.rms ? best : one), undefined);
}

/** The distance on the axis at its word; undefined if a cell is too short. */
export function literalDistance(cells: ReadonlyMap<string, CellCurves>, choose: Choose): LiteralDistance | undefined {
  const reached = [...cells].map(([cell, lrs]) =>
    Math.min(...[...lrs.values()].map((curve) => pointsOf(cell, curve, LITERAL_UNIT).at(-1) ?? 0)),
  );
  const upTo = Math.min(...reached);
  return upTo < LITERAL_REACH ? undefined : { ...distanceAt(cells, choose, LITERAL_UNIT), upTo };
}

function distanceAt(cells: ReadonlyMap<string, CellCurves>, choose: Choose, unit: number): Distance {
  const chosen = choose(cells, Math.log(END * unit));
  const each = [...cells].map(([cell, lrs]) => {
    const lr = chosen.get(cell) as string;
    return { ...cellDistance(cell, lrs.get(lr) as LogCurve, unit), lr };
  });
  const root = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value, 0) / values.length);
  return { unit, rms: root(each.map(({ rms }) => rms ** 2)), z: root(each.map(({ z }) => z ** 2)), cells: each };
}

/** Where a cell is compared, as far as the curve goes. */
function pointsOf(cell: string, { steps }: LogCurve, unit: number): number[] {
  const last = steps.at(-1) as number;
  return AXES[figureOf(cell.split(" ")[0])].filter((axis) => Math.log(axis * unit) <= last + 1e-9);
}

function cellDistance(cell: string, curve: LogCurve, unit: number): Omit<CellDistance, "lr"> & { readonly z: number } {
  const paper = paperCurves.get(cell) as LogCurve;
  const points = pointsOf(cell, curve, unit);
  let [squares, zs] = [0, 0];
  for (const axis of points) {
    const step = Math.log(axis * unit);
    const off = interpolated(curve.steps, curve.losses, step) - interpolated(paper.steps, paper.losses, Math.log(axis));
    squares += off ** 2;
    zs += off ** 2 / (interpolated(curve.steps, curve.errors, step) ** 2 + FLOOR ** 2);
  }
  return {
    cell,
    rms: Math.sqrt(squares / points.length),
    z: Math.sqrt(zs / points.length),
    end: Math.exp(interpolated(curve.steps, curve.losses, Math.log(END * unit))),
    paper: Math.exp(interpolated(paper.steps, paper.losses, Math.log(END))),
  };
}

const published = [...publishedFigure3(), ...publishedFigure4()].filter(({ step }) => step > 0);
const paperCurves = new Map(
  [...groupBy(published, cellKey)].map(([cell, points]) => {
    const steps = points.map(({ step }) => Math.log(step));
    return [cell, { steps, losses: points.map(({ loss }) => Math.log(loss)), errors: [] } satisfies LogCurve];
  }),
);

/** The loss of a cell of the paper's figures between two points of the axis: what makes up its running means there. */
export function paperLoss(cell: string, from: number, to: number): number {
  const { steps, losses } = paperCurves.get(cell) as LogCurve;
  const sum = (axis: number) => axis * Math.exp(interpolated(steps, losses, Math.log(axis)));
  return (sum(to) - sum(from)) / (to - from);
}

/** A value between two of an ascending `xs`, by a line; beyond its ends those of the ends. */
export function interpolated(xs: readonly number[], ys: readonly number[], x: number): number {
  const after = xs.findIndex((one) => one >= x);
  if (after === -1) return ys.at(-1) as number;
  if (after === 0) return ys[0];
  const [from, to] = [xs[after - 1], xs[after]];
  const share = (x - from) / (to - from);
  return (1 - share) * ys[after - 1] + share * ys[after];
}

/** Every cell with the one rate. */
export const one =
  (lr: string): Choose =>
  (cells) =>
    new Map([...cells.keys()].map((cell) => [cell, lr]));

/** The paper's way: each cell, or each model over its correlations, with the rate that ends lowest. */
export const lowest =
  (by: "cell" | "model"): Choose =>
  (cells, end) => {
    const groupOf = (cell: string) => (by === "cell" ? cell : cell.split(" ")[0]);
    const ends = new Map<string, Map<string, number>>();
    for (const [cell, lrs] of cells) {
      const sums = ends.get(groupOf(cell)) ?? new Map<string, number>();
      for (const [lr, curve] of lrs)
        sums.set(lr, (sums.get(lr) ?? 0) + Math.exp(interpolated(curve.steps, curve.losses, end)));
      ends.set(groupOf(cell), sums);
    }
    const best = (sums: ReadonlyMap<string, number>) => [...sums].reduce((a, b) => (b[1] < a[1] ? b : a))[0];
    return new Map([...cells.keys()].map((cell) => [cell, best(ends.get(groupOf(cell)) as Map<string, number>)]));
  };
