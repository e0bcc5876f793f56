import type { LossSet } from "../../config/losses.ts";
import { PAPER_TASKS } from "../../records/words.ts";
import type { Box } from "./axes.ts";
import { cellPanels, type GridDrawing } from "./cell-grid.ts";
import { dotKey, dotRow, ROW } from "./distributions.ts";
import { correlationsOf, type DrawnCell, modelsOf, type OfCell, type SweepFacts } from "./facts.ts";
import type { Draw, FigureOptions, Given, TitledDrawing } from "./figure.ts";
import { BIN_WIDTH, drawnBins, histogram } from "./histogram.ts";
import { type RowGroup, rowChart } from "./row-chart.ts";
import { rungLines, rungSentence, rungsAcross, rungsDown } from "./rung-marks.ts";
import { fittedScale, linearScale, lossScale, shortNumber, signed } from "./scale.ts";
import { type Frame, linePath } from "./series.ts";
import type { Theme } from "./style.ts";
import { element, group, heading, rounded, SMALL, type SvgNode, text } from "./svg.ts";
import {
  capitalised,
  finalHeading,
  leftOutSentence,
  lossName,
  ofOneModel,
  sampleSentence,
  someOf,
  unitsSentence,
} from "./words.ts";

/** Final loss of task 2 against that of task 1: a panel for each cell, a dot for each run. Of more tasks, of each. */
export const taskLosses: Draw<TaskLossRow> = (given) => {
  const { found, cells, sweep, options } = given;
  if (found.length === 0) return { lacking: "no run is done" };
  if (sweep.tasks > PAPER_TASKS) return taskSpreads(given);
  const { cut, ...contents } = drawing(given);
  return {
    title: `Final loss of ${sweep.taskNames[1]} against ${sweep.taskNames[0]}${ofOneModel(cells)}`,
    caption: `${captionStart(sweep, sampleSentence(found), options)}${cut}`,
    ...contents,
  };
};

const HEIGHT = 63;
/** Room above the dots, for the count of runs. */
const STRIP = SMALL + 1;

interface Drawn extends GridDrawing {
  /** For the caption: that some dots lie beyond the frame. */
  readonly cut: string;
}

function drawing({ found, sweep, options, theme }: Given<TaskLossRow>): Drawn {
  const { badLoss } = sweep;
  const [firstTask, secondTask] = sweep.taskNames as [string, string];
  const upTask = sweep.rowsFile === null ? capitalised(secondTask) : secondTask;
  const above = heading(`${upTask}: final ${lossName(options.loss)}, ${options.unit.of}`, { y: 0, theme });
  const rungs = rungLines(sweep, options.loss);
  const values = found.map(({ rows }) => Float64Array.from(rows.flatMap(({ task1, task2 }) => [task1, task2])).sort());
  const ends = options.fits ? fittedEnds(values) : ([0, endOf(values)] as const);
  const high = ends[1];
  const foot = [`${firstTask}: final ${lossName(options.loss)}`];
  const panels = cellPanels(found, { above, height: HEIGHT, left: 24, foot, theme }, (one, place) => {
    const box = squareIn(place.box);
    const scale = (from: number, to: number) =>
      linearScale(...ends, { range: [from, to], count: 3, label: shortNumber });
    const frame = { x: scale(box.x, box.x + box.width - STRIP), y: scale(box.y + box.height, box.y + STRIP) };
    const marks = [
      rungsDown(rungs, frame.x, { box, theme }),
      rungsAcross(rungs, frame.y, { box, theme }, place.edges.right),
      ...guides(frame, badLoss, theme),
      dots(placesOf(one.rows, frame), one.style.colour),
      ...(badLoss === null ? [] : [count(one.rows, badLoss, box, theme)]),
    ];
    return { box, ...frame, marks };
  });
  const cut = values.some((ascending) => (ascending.at(-1) as number) > high)
    ? ` Losses above ${shortNumber(Number(high.toFixed(3)))} are drawn at the edge.`
    : "";
  return { ...panels, cut };
}

/** In the middle of a box: on a square both tasks have the same scale. */
function squareIn({ x, y, width, height }: Box): Box {
  const side = Math.min(width, height);
  return { x: x + (width - side) / 2, y, width: side, height: side };
}

/** One axis for both tasks and all cells. It ends where the bins of Figure 5 do: a few runs may be far away. */
function endOf(values: readonly Float64Array[]): number {
  const bins = drawnBins(values.map(histogram));
  const most = BIN_WIDTH * Math.max(...bins.map(({ counts }) => counts.length));
  const largest = Math.max(0, ...values.map((ascending) => ascending.at(-1) as number));
  return Math.min(most, ROOM * largest) || 1;
}

/** From the least to the largest loss, with a little room. */
function fittedEnds(values: readonly Float64Array[]): readonly [number, number] {
  const all = values.flatMap((ascending) => [ascending[0], ascending.at(-1) as number]);
  return fittedScale(all, { range: [0, 1] }).domain;
}

/** Of losses that are far below a bin: how far the axis goes beyond the largest. */
const ROOM = 1.05;

/** The diagonal, on which both tasks have the same loss, and where a bad minimum begins, if that is known. */
function guides(frame: Frame, bad: number | null, { quiet, ink }: Theme): SvgNode[] {
  const [low, high] = frame.x.domain;
  const line = (from: number[], to: number[], dash?: string) =>
    linePath(
      [from, to].map(([x, y]) => ({ x: x, y: y })),
      frame,
      { colour: dash ? ink : quiet, dash },
      { width: 0.6 },
    );
  const edges =
    bad !== null && bad > low && bad < high
      ? [line([bad, low], [bad, high], "1.5 1"), line([low, bad], [high, bad], "1.5 1")]
      : [];
  return [line([low, low], [high, high]), ...edges];
}

function placesOf(rows: readonly TaskLossRow[], { x, y }: Frame): (readonly [number, number])[] {
  const inside = (loss: number) => Math.min(loss, x.domain[1]);
  return rows.map(({ task1, task2 }) => [x.at(inside(task1)), y.at(inside(task2))] as const);
}

/** How many runs have one of the two tasks in a bad minimum, and not the other. */
function badInOne(rows: readonly TaskLossRow[], bad: number): number {
  return rows.filter(({ task1, task2 }) => task1 > bad !== task2 > bad).length;
}

function count(rows: readonly TaskLossRow[], bad: number, { x, y, width }: Box, { ink }: Theme): SvgNode {
  const words = `${badInOne(rows, bad)} of ${rows.length}`;
  return text(words, x + width, y + SMALL - 1, { fill: ink, size: SMALL, anchor: "end" });
}

function captionStart(sweep: SweepFacts, sample: string, { loss, unit }: FigureOptions): string {
  const { badLoss } = sweep;
  const [one, two] = sweep.taskNames;
  const bad =
    badLoss === null
      ? ""
      : ` Beyond a dashed line, at ${badLoss.toFixed(3)}, a task is in a bad minimum; at the top: k of n runs have one task there, and the other not.`;
  return (
    `${capitalised(lossName(loss))} of ${two} against that of ${one} after the last step (${unitsSentence({ loss, unit })}), a dot for each run, ` +
    `both axes alike.${sample} On the diagonal both tasks have the same loss.${bad}${rungSentence(rungLines(sweep, loss), ", with j at the right")}`
  );
}

/** A place on the page, in points. */
type Place = readonly [x: number, y: number];

/** Dots of one path do not add up where they overlap; those of this many paths do. */
const LAYERS = 4;
/** So few dots are larger. */
const FEW = 20;

/** Half-transparent dots, in few bytes: lines without length, whose ends are round. */
export function dots(places: readonly Place[], colour: string): SvgNode {
  const layers = Array.from({ length: LAYERS }, (_, layer) => places.filter((_, i) => i % LAYERS === layer));
  const style = {
    fill: "none",
    stroke: colour,
    "stroke-width": places.length > FEW ? 2 : 3,
    "stroke-linecap": "round",
    "stroke-opacity": 0.5,
  };
  const paths = layers
    .filter((layer) => layer.length > 0)
    .map((layer) => element("path", { d: layer.map(dot).join(""), ...style }));
  return group(
    { class: "dots" },
    paths.map((path) => group({}, [path])), // a page would join paths that follow each other
  );
}

function dot([x, y]: Place): string {
  const at = `${rounded(x)},${rounded(y)}`;
  return `M${at}L${at}`;
}

/** A run's final losses; `task3` and more too, of more tasks. */
export type TaskLossRow = OfCell & {
  readonly run: number;
  readonly loss: LossSet;
  readonly task1: number;
  readonly task2: number;
};

/** Most rows of the chart. */
const ROWS = 36;

/** The final loss of each of more than two tasks: a panel for each task, a row for each cell, a dot for each run. */
function taskSpreads({ found, cells, sweep, options, theme }: Given<TaskLossRow>): TitledDrawing {
  const all = correlationsOf(cells);
  const drawn = someOf(all, Math.max(1, Math.floor(ROWS / (modelsOf(cells).length * sweep.tasks))));
  const shown = found.filter(({ cell }) => drawn.includes(cell.correlation));
  const groups = sweep.taskNames.map((title, k): RowGroup => {
    const lossesOf = (rows: readonly TaskLossRow[]) => Float64Array.from(rows, (row) => lossIn(row, k)).sort();
    return {
      title,
      values: shown.flatMap(({ rows }) => [...lossesOf(rows)]),
      rows: shown.map(({ cell, style, rows }) => ({
        ...dotRow({ cell, losses: lossesOf(rows) }, style, theme),
        label: ownLabel(cell, drawn),
      })),
    };
  });
  const contents = rowChart(groups, {
    top: 0,
    row: ROW,
    key: dotKey(theme),
    theme,
    ownAxes: true,
    foot: finalHeading(options),
    scale: (range, values) => lossScale(values, { ...options, scale: "linear" }, range),
  });
  const title = `Final loss of each task${ofOneModel(cells)}`;
  const caption =
    `${capitalised(lossName(options.loss))} of each task after the last step (${unitsSentence(options)}), a panel for each task with its own axis. ` +
    `A dot for each run.${sampleSentence(found)}${leftOutSentence(all, drawn)}`;
  return { title, caption, ...contents };
}

function lossIn(row: TaskLossRow, k: number): number {
  return (row as unknown as Readonly<Record<string, number>>)[`task${k + 1}`];
}

/** A row's name in a panel of some correlations: its model and, if there are several, its correlation. */
export function ownLabel({ label, correlation }: DrawnCell, drawn: readonly (number | null)[]): string {
  return drawn.length > 1 ? `${label}, ${signed(String(correlation))}` : label;
}
