import type { LossSet } from "../../config/losses.ts";
import { PAPER_TASKS } from "../../records/words.ts";
import type { Box } from "../draw/axes.ts";
import { cellFacets, chart } from "../draw/chart.ts";
import { dotChart } from "../draw/dots.ts";
import { correlationsOf, modelsOf, type OfCell } from "../draw/facts.ts";
import { BIN_WIDTH, drawnBins, histogram } from "../draw/histogram.ts";
import { rungLines, rungSentence, rungsAcross, rungsDown } from "../draw/rung-marks.ts";
import { fittedScale, linearScale, shortNumber } from "../draw/scale.ts";
import { type Frame, linePath } from "../draw/series.ts";
import type { Theme } from "../draw/style.ts";
import { element, group, rounded, SMALL, type SvgNode, text } from "../draw/svg.ts";
import { type FigureData, figure, type TitledDrawing } from "../draw/sweep-figure.ts";
import * as words from "../draw/words.ts";

/** A run's final losses: of task 1, 2 and so on. */
type TaskLossRow = OfCell & { readonly run: number; readonly loss: LossSet } & Readonly<
    Record<`task${number}`, number>
  >;

/** Final loss of task 2 against that of task 1: a panel for each cell, a dot for each run. Of more tasks, of each. */
export const taskLosses = figure<TaskLossRow>({
  name: "task-losses",
  about: "final loss of task 2 against that of task 1, a panel for each cell; of more tasks, a panel for each",
  supports: ["loss"],
  rows: ({ sweep, cells, taskFinals }, { loss }) => {
    if (sweep.tasks < PAPER_TASKS) return { lacking: "runs of two tasks are needed", never: true };
    return cells.flatMap((cell) => {
      const { model, correlation, runs } = cell;
      const finals = taskFinals(cell, loss);
      return runs.slice(0, words.MOST_DRAWN).map(({ run }, i) => {
        const columns = Object.fromEntries(finals[i].map((value, k) => [`task${k + 1}`, value]));
        return { model, correlation, run, loss, ...columns };
      });
    });
  },
  draw: (given) => {
    if (given.found.length === 0) return { lacking: "no run is done" };
    return given.sweep.tasks > PAPER_TASKS ? eachTask(given) : twoTasks(given);
  },
});

const HEIGHT = 63;
/** Room above the dots, for the count of runs. */
const STRIP = SMALL + 1;

function twoTasks(given: FigureData<TaskLossRow>): TitledDrawing {
  const { found, cells, sweep, options, theme } = given;
  const { loss, fits, unit } = options;
  const { badLoss } = sweep;
  const [one, two] = sweep.taskNames;
  const upTask = sweep.rowsFile === null ? words.capitalised(two) : two;
  const rungs = rungLines(sweep, loss);
  const values = found.map(({ rows }) => Float64Array.from(rows.flatMap(({ task1, task2 }) => [task1, task2])).sort());
  const [low, high] = fits ? fittedEnds(values) : [0, endOf(values)];
  const scale = (from: number, to: number) =>
    linearScale(low, high, { range: [from, to], count: 3, label: shortNumber });
  const { leftOut, ...panels } = cellFacets(found);
  const isCut = values.some((ascending) => ascending[ascending.length - 1] > high);
  const cut = isCut ? ` Losses above ${shortNumber(Number(high.toFixed(3)))} are drawn at the edge.` : "";
  return {
    title: `Final loss of ${two} against ${one}${words.ofOneModel(cells)}`,
    caption: `${captionStart(given)}${cut}${leftOut}`,
    ...chart({
      ...panels,
      heading: `${upTask}: final ${words.lossName(loss)}, ${unit.of}`,
      theme,
      height: HEIGHT,
      square: true,
      x: ([left, right]) => scale(left, right - STRIP),
      y: ([bottom, top]) => scale(bottom, top + STRIP),
      marks: ({ rows, style }, { box, isLast, ...frame }) => [
        rungsDown(rungs, frame.x, { box, theme }),
        rungsAcross(rungs, frame.y, { box, theme }, isLast),
        ...guides(frame, badLoss, theme),
        dots(
          rows.map(({ task1, task2 }) => [frame.x.at(Math.min(task1, high)), frame.y.at(Math.min(task2, high))]),
          style.colour,
        ),
        ...(badLoss === null ? [] : [badCount(rows, badLoss, box, theme)]),
      ],
      foot: [`${one}: final ${words.lossName(loss)}`],
    }),
  };
}

/** One axis for both tasks and all cells. It ends where the bins of Figure 5 do: a few runs may be far away. */
function endOf(values: readonly Float64Array[]): number {
  const bins = drawnBins(values.map(histogram));
  const most = BIN_WIDTH * Math.max(...bins.map(({ counts }) => counts.length));
  const largest = Math.max(0, ...values.map((ascending) => ascending[ascending.length - 1]));
  return Math.min(most, ROOM * largest) || 1;
}

/** From the least to the largest loss, with a little room. */
function fittedEnds(values: readonly Float64Array[]): readonly [number, number] {
  const all = values.flatMap((ascending) => [ascending[0], ascending[ascending.length - 1]]);
  return fittedScale(all, { range: [0, 1] }).domain;
}

/** Of losses that are far below a bin: how far the axis goes beyond the largest. */
const ROOM = 1.05;

/** The diagonal, on which both tasks have the same loss, and where a bad minimum begins, if that is known. */
function guides(frame: Frame, bad: number | null, { quiet, ink }: Theme): SvgNode[] {
  const [low, high] = frame.x.domain;
  const line = (from: readonly [number, number], to: readonly [number, number], dash?: string) =>
    linePath(
      [from, to].map(([x, y]) => ({ x, y })),
      frame,
      { colour: dash ? ink : quiet, dash },
      { width: 0.6 },
    );
  const diagonal = line([low, low], [high, high]);
  if (bad === null || bad <= low || bad >= high) return [diagonal];
  return [diagonal, line([bad, low], [bad, high], "1.5 1"), line([low, bad], [high, bad], "1.5 1")];
}

/** How many runs have one of the two tasks in a bad minimum, and not the other. */
function badCount(rows: readonly TaskLossRow[], bad: number, { x, y, width }: Box, { ink }: Theme): SvgNode {
  const count = rows.filter(({ task1, task2 }) => task1 > bad !== task2 > bad).length;
  return text(`${count} of ${rows.length}`, x + width, y + SMALL - 1, { fill: ink, size: SMALL, anchor: "end" });
}

function captionStart({ found, sweep, options: { loss, unit } }: FigureData<TaskLossRow>): string {
  const { badLoss } = sweep;
  const [one, two] = sweep.taskNames;
  const bad =
    badLoss === null
      ? ""
      : ` Beyond a dashed line, at ${badLoss.toFixed(3)}, a task is in a bad minimum; at the top: k of n runs have one task there, and the other not.`;
  return (
    `${words.capitalised(words.lossName(loss))} of ${two} against that of ${one} after the last step (${words.unitsSentence({ loss, unit })}), a dot for each run, ` +
    `both axes alike.${words.sampleSentence(found)} On the diagonal both tasks have the same loss.${bad}${rungSentence(rungLines(sweep, loss), ", with j at the right")}`
  );
}

/** Dots of one path do not add up where they overlap; those of this many paths do. */
const LAYERS = 4;
/** So few dots are larger. */
const FEW = 20;

/** Half-transparent dots at places in points, in few bytes: lines without length, whose ends are round. */
export function dots(places: readonly (readonly [x: number, y: number])[], stroke: string): SvgNode {
  const width = places.length > FEW ? 2 : 3;
  const style = { fill: "none", stroke, "stroke-width": width, "stroke-linecap": "round", "stroke-opacity": 0.5 };
  const layers = Array.from({ length: LAYERS }, (_, layer) => places.filter((_, i) => i % LAYERS === layer));
  const paths = layers
    .filter((layer) => layer.length > 0)
    .map((layer) => element("path", { d: layer.map(dot).join(""), ...style }));
  return group(
    { class: "dots" },
    paths.map((path) => group({}, [path])), // a page would join paths that follow each other
  );
}

function dot([x, y]: readonly [number, number]): string {
  const at = `${rounded(x)},${rounded(y)}`;
  return `M${at}L${at}`;
}

/** Most rows of the chart. */
const ROWS = 36;

/** The final loss of each of more than two tasks: a panel for each task, a row for each cell, a dot for each run. */
function eachTask({ found, cells, sweep, options, theme }: FigureData<TaskLossRow>): TitledDrawing {
  const all = correlationsOf(cells);
  const drawn = words.someOf(all, ROWS / (modelsOf(cells).length * sweep.tasks));
  const shown = found.filter(({ cell }) => drawn.includes(cell.correlation));
  const groups = sweep.taskNames.map((title, k) => ({
    title,
    rows: shown.map(({ cell, style, rows }) => {
      const losses = rows.map((row) => row[`task${k + 1}`]);
      return { cell, style, losses, label: words.ownLabel(cell, drawn) };
    }),
  }));
  return {
    title: `Final loss of each task${words.ofOneModel(cells)}`,
    caption:
      `${words.capitalised(words.lossName(options.loss))} of each task after the last step (${words.unitsSentence(options)}), a panel for each task with its own axis. ` +
      `A dot for each run.${words.sampleSentence(found)}${words.leftOutSentence(all, drawn)}`,
    ...dotChart(groups, { theme, options: { ...options, scale: "linear" }, ownAxes: true }),
  };
}
