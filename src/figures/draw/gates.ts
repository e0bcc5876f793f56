import { groupBy } from "../../stats/group-by.ts";
import { cellPanels, type GridDrawing } from "./cell-grid.ts";
import { againstCorrelation, type EstimatePoint, type EstimateRow, placesSentence } from "./estimates.ts";
import { correlationsOf, type OfCell } from "./facts.ts";
import type { Draw, FigureOptions } from "./figure.ts";
import { labelled, linearScale, lossScale, type Scale } from "./scale.ts";
import type { StyledRows, Theme } from "./style.ts";
import { element, heading, type SvgNode } from "./svg.ts";
import { areOnOwnRows, capitalised, OWN_ROWS, withIntervals } from "./words.ts";

/** A task's mean weight of an expert, experts of each run in the order of their weight for task 1. */
export type GateWeightRow = OfCell & {
  readonly runs: number;
  readonly quantity: string;
  readonly task: number;
  readonly rank: number;
  readonly value: number;
};

/** A cell's mean weights, [K][E], experts of each run in the order of their weight for task 1. */
interface Weighed extends StyledRows<GateWeightRow> {
  readonly weights: readonly (readonly number[])[];
}

/** How tasks weigh the experts at the end: a square for each task and expert, models in rows and correlations in columns. */
export const gateWeights: Draw<GateWeightRow> = ({ found, theme }) => {
  const weighed = found.map((one): Weighed => {
    const weights = [...groupBy(one.rows, ({ task }) => String(task)).values()].map((some) =>
      some.map(({ value }) => value),
    );
    return { ...one, weights };
  });
  if (weighed.length === 0) return { lacking: "no run is done of a model with gates" };
  const caption =
    `Mean weights of experts by the tasks' gates after the last step: the areas of squares, the largest is ${largestOf(weighed).toPrecision(2)}. Which ` +
    "expert is which is chance, so each run's are in the order of their weight for task 1. Rows of squares that look " +
    "alike are gates that agree.";
  return { title: "Weights of the experts by each task's gate", caption, ...drawing(weighed, theme) };
};

function largestOf(weighed: readonly Weighed[]): number {
  return Math.max(...weighed.flatMap(({ weights }) => weights.flat()));
}

/** Height of a task's row of squares, where there are few panels. */
const ROW = 11;

function drawing(weighed: readonly Weighed[], theme: Theme): GridDrawing {
  const K = Math.max(...weighed.map(({ weights }) => weights.length));
  const E = Math.max(...weighed.map(({ weights }) => weights[0]?.length ?? 1));
  const above = heading("Mean weight by the gate of each task", { y: 0, theme });
  const foot = ["experts, by their weight for task 1"];
  const largest = largestOf(weighed);
  return cellPanels(weighed, { above, height: K * ROW + 4, left: 30, foot, theme }, ({ style, weights }, { box }) => {
    const x = countScale(E, "", [box.x, box.x + box.width]);
    const y = countScale(K, "task ", [box.y, box.y + box.height]);
    const room = Math.min(box.height / K, box.width / E) - 1;
    const side = (weight: number) => room * Math.sqrt(weight / largest);
    const marks = weights.flatMap((row, k) =>
      row.map((weight, e) => square(side(weight), [x.at(e + 1), y.at(k + 1)], style.colour)),
    );
    return { x, y, marks };
  });
}

/** Places for 1 to `count`, with as many labels as have room. */
function countScale(count: number, before: string, range: readonly [number, number]): Scale {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const labels = numbers.map((number) => `${before}${number}`);
  const scale = linearScale(0.5, count + 0.5, { range });
  if (before === "") return labelled(labels, scale, numbers);
  return { ...scale, ticks: numbers.map((value, i) => ({ value, label: labels[i] })) };
}

function square(side: number, [x, y]: readonly [number, number], fill: string): SvgNode {
  return element("rect", { x: x - side / 2, y: y - side / 2, width: side, height: side, fill });
}

/** The axis reaches this at least: equal gates differ by rounding. */
const LEAST = 0.01;

export type GateDistanceRow = EstimateRow & {
  readonly quantity: string;
  readonly statistic: FigureOptions["statistic"];
};

/** How far apart tasks' gates end, against the correlation, with its 95 % interval over runs. */
export const gateDistance: Draw<GateDistanceRow> = ({ found, cells, styles, options: { statistic }, theme }) => {
  const points = found.map(({ cell, rows: [row] }): EstimatePoint => {
    return { ...row, cell, x: cell.correlation as number };
  });
  if (areOnOwnRows(cells)) return { lacking: OWN_ROWS, never: true };
  if (correlationsOf(cells).length < 2) return { lacking: "runs are done at one correlation only" };
  const values = points.flatMap(({ value, low, high }) => [value, low, high]);
  const contents = againstCorrelation(points, {
    styles,
    title: `${capitalised(statistic)} distance of two tasks' gates after the last step`,
    scale: (range) => lossScale([...values, LEAST], { scale: "linear" }, range),
    theme,
  });
  const caption =
    `${capitalised(statistic)} over runs of the Jensen-Shannon distance of two tasks' gates after the last step, ` +
    `mean over rows and pairs of tasks, ${withIntervals(cells)}: 0 for equal gates, 1 if they have no expert ` +
    `in common.${placesSentence(points)}`;
  return { title: "Distance of the tasks' gates against correlation", caption, ...contents };
};
