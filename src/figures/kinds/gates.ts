import { estimate } from "../../stats/interval.ts";
import { mean } from "../../stats/moments.ts";
import { cellFacets, chart } from "../draw/chart.ts";
import { ofDiagnosed } from "../draw/diagnosed.ts";
import { againstCorrelation, placesSentence, pointsOf } from "../draw/estimates.ts";
import { correlationsOf, type SweepCell } from "../draw/facts.ts";
import { labelled, linearScale, lossScale, type Range, type Scale } from "../draw/scale.ts";
import type { Theme } from "../draw/style.ts";
import { element, type SvgNode } from "../draw/svg.ts";
import { figure } from "../draw/sweep-figure.ts";
import { areOnOwnRows, capitalised, OWN_ROWS, withIntervals } from "../draw/words.ts";

/** The axis reaches this at least: equal gates differ by rounding. */
const LEAST = 0.01;

/** How far apart tasks' gates end, against the correlation, with its 95 % interval over runs. */
export const gateDistance = figure({
  name: "gate-distance",
  about: "distance of the tasks' gates at the end against correlation (--diagnostics gates)",
  of: "diagnostics",
  supports: ["statistic"],
  rows: (recorded, { statistic }) => {
    const quantity = "gateDistance";
    return ofDiagnosed(recorded, quantity, (cell) => {
      const { model, correlation, runs, overlap } = cell;
      const distances = recorded.measure(cell, quantity).filter((value) => Number.isFinite(value));
      const { value, low, high } = estimate(distances, statistic, overlap);
      return [{ model, correlation, runs: runs.length, quantity, statistic, value, low, high }];
    });
  },
  draw: ({ found, cells, styles, options: { statistic }, theme }) => {
    if (areOnOwnRows(cells)) return { lacking: OWN_ROWS, never: true };
    if (correlationsOf(cells).length < 2) return { lacking: "runs are done at one correlation only" };
    const points = pointsOf(found, ({ correlation }) => correlation ?? 0);
    return {
      title: "Distance of the tasks' gates against correlation",
      caption:
        `${capitalised(statistic)} over runs of the Jensen-Shannon distance of two tasks' gates after the last step, ` +
        `mean over rows and pairs of tasks, ${withIntervals(cells)}: 0 for equal gates, 1 if they have no expert ` +
        `in common.${placesSentence(points)}`,
      ...againstCorrelation(points, {
        styles,
        heading: `${capitalised(statistic)} distance of two tasks' gates after the last step`,
        y: (values, range) => lossScale([...values, LEAST], { scale: "linear" }, range),
        theme,
      }),
    };
  },
});

/** Height of a task's row of squares, where there are few panels. */
const ROW = 11;

/** How tasks weigh the experts at the end: a square for each task and expert, models in rows and correlations in columns. */
export const gateWeights = figure({
  name: "gate-weights",
  about: "each task's weights of the experts at the end, a panel for each cell (--diagnostics gates)",
  of: "diagnostics",
  supports: [],
  rows: (recorded) => {
    const quantity = "gateWeight";
    return ofDiagnosed(recorded, quantity, (cell) => {
      const { model, correlation, runs } = cell;
      return meanWeights(cell, quantity, recorded.sweep.tasks).flatMap((row, k) =>
        row.map((value, e) => ({ model, correlation, runs: runs.length, quantity, task: k + 1, rank: e + 1, value })),
      );
    });
  },
  draw: ({ rows, found, theme }) => {
    if (found.length === 0) return { lacking: "no run is done of a model with gates" };
    const largest = Math.max(...rows.map(({ value }) => value));
    const K = Math.max(...rows.map(({ task }) => task));
    const E = Math.max(...rows.map(({ rank }) => rank));
    const { leftOut, ...panels } = cellFacets(found);
    const room = roomFor(E, found.length, theme);
    const colour = theme.quiet;
    return {
      title: "Weights of the experts by each task's gate",
      caption:
        `Mean weights of experts by the tasks' gates after the last step: the areas of squares, the largest is ${largest.toPrecision(2)}. Which ` +
        "expert is which is chance, so each run's are in the order of their weight for task 1. Rows of squares that look " +
        `alike are gates that agree.${leftOut}`,
      ...chart({
        ...panels,
        heading: "Mean weight by the gate of each task",
        key: [largest, largest / 4].map((weight) => {
          const side = sideOf(weight / largest, room);
          return {
            label: weight.toPrecision(2),
            width: side,
            marks: (x, y) => [square(side, x + side / 2, y, colour)],
          };
        }),
        theme,
        height: K * ROW + 4,
        left: 30,
        x: (range) => countScale(E, "", range),
        y: ([bottom, top]) => countScale(K, "task ", [top, bottom]),
        marks: ({ rows, style }, { x, y }) =>
          rows.map(({ task, rank, value }) =>
            square(sideOf(value / largest, room), x.at(rank), y.at(task), style.colour),
          ),
        foot: ["experts, by their weight for task 1"],
      }),
    };
  },
});

/** The side of the largest square, which every panel has room for: of three beside each other, and lower ones where they are many. */
function roomFor(experts: number, panels: number, { width, stretch }: Theme): number {
  return Math.min(ROW * Math.min(1, stretch) * (panels > 9 ? 0.7 : 1), (width - 55) / 3 / experts) - 1;
}

const sideOf = (share: number, room: number) => room * Math.sqrt(share);

/** Places for 1 to `count`, with as many labels as have room. */
function countScale(count: number, before: string, range: Range): Scale {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const labels = numbers.map((number) => `${before}${number}`);
  const scale = linearScale(0.5, count + 0.5, { range });
  if (before === "") return labelled(labels, scale, numbers);
  return { ...scale, ticks: numbers.map((value, i) => ({ value, label: labels[i] })) };
}

function square(side: number, x: number, y: number, fill: string): SvgNode {
  return element("rect", { x: x - side / 2, y: y - side / 2, width: side, height: side, fill });
}

/** [K][E], experts of each run in the order of their weight for task 1. */
function meanWeights({ runs }: SweepCell, quantity: string, K: number): number[][] {
  const ordered = runs.flatMap(({ measures }) => {
    const weights = measures?.[quantity];
    return Array.isArray(weights) ? [orderedWeights(weights, K)] : [];
  });
  const [first = []] = ordered;
  return first.map((row, k) => row.map((_, e) => mean(ordered.map((one) => one[k]?.[e]))));
}

/** [K * E] → [K][E], by falling weight for task 1, of equals by rising weight for the last. */
function orderedWeights(weights: readonly number[], K: number): number[][] {
  const E = weights.length / K;
  const rows = Array.from({ length: K }, (_, k) => weights.slice(k * E, (k + 1) * E));
  const [first, last] = [rows[0], rows[K - 1]];
  const order = [...first.keys()].sort((a, b) => first[b] - first[a] || last[a] - last[b]);
  return rows.map((row) => order.map((e) => row[e]));
}
