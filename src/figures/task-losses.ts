import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, type LossSet, PAPER_TASKS, type TaskLosses } from "../records/record.ts";
import { BAD_LOSS } from "../summary/cell-summary.ts";
import { type Box, panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { cellGrid, type GridDrawing } from "./cell-grid.ts";
import { dots } from "./dots.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { BIN, drawnBins, histogram } from "./histogram.ts";
import { heading } from "./loss-axis.ts";
import { page } from "./page.ts";
import { rungLines, rungSentence, rungsAcross, rungsDown } from "./rung-marks.ts";
import { linearScale, type Scale, shortNumber } from "./scale.ts";
import { type Frame, linePath } from "./series.ts";
import { ofOneModel } from "./shown.ts";
import { modelStyles } from "./style.ts";
import type { SvgNode } from "./svg.ts";
import { modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { SMALL, text } from "./text.ts";
import { type Theme, themeOf } from "./theme.ts";
import { capitalised, lossName, runsSentence, unitsSentence } from "./words.ts";

const NAME = "task-losses";

interface CellTasks {
  readonly cell: SweepCell;
  /** Final losses of each run: of all tasks, in their order. */
  readonly losses: readonly (readonly number[])[];
}

/** Final loss of task 2 against that of task 1: a panel for each cell, a dot for each run. */
export function taskLosses(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  if (results.config.tasks < PAPER_TASKS) return { name: NAME, lacking: "runs of two tasks are needed", never: true };
  const shown = cells.map((cell) => ({ cell, losses: lossesOf(cell, options.loss) }));
  const { nodes, leftOut, cut, ...size } = drawing(shown, results, options);
  return page(
    {
      name: NAME,
      title: `Final loss of task 2 against task 1${ofOneModel(modelsOf(cells))}`,
      caption: `${captionStart(results, options)}${cut}${leftOut} ${runsSentence(cells, results)}`,
      ...size,
      theme: themeOf(options.theme),
      data: shown.flatMap((one) => rowsOf(one, options)),
    },
    nodes,
  );
}

function lossesOf({ runs }: SweepCell, set: LossSet): (readonly number[])[] {
  return runs.map((run) => (finalLosses(run, set) as TaskLosses).tasks);
}

const HEIGHT = 63;
/** Room above the dots, for the count of runs. */
const STRIP = SMALL + 1;

interface Drawn extends GridDrawing {
  /** For the caption: that some dots lie beyond the frame. */
  readonly cut: string;
}

function drawing(shown: readonly CellTasks[], results: Results, options: FigureOptions): Drawn {
  const theme = themeOf(options.theme);
  const cells = shown.map(({ cell }) => cell);
  const head = heading(`Task 2: final ${lossName(options.loss)}, ${options.unit.of}`, { y: 0, theme });
  const layout = cellGrid(cells, { top: head.height, height: HEIGHT, left: 24, theme });
  const styles = modelStyles(modelsOf(cells), theme);
  const rungs = rungLines(results, options.loss);
  const values = shown.map(({ losses }) => losses.flatMap((tasks) => tasks.slice(0, PAPER_TASKS)));
  const panels = shown.flatMap((one) => {
    const place = layout.place(one.cell);
    if (place === undefined) return [];
    const box = squareIn(place.box);
    const scale = (from: number, to: number) => scaleOf(values, [from, to]);
    const frame = { x: scale(box.x, box.x + box.width - STRIP), y: scale(box.y + box.height, box.y + STRIP) };
    const marks = [
      rungsDown(rungs, frame.x, { box, theme, names: [] }),
      rungsAcross(rungs, frame.y, { box, theme, named: place.edges.right }),
      ...guides(frame, theme),
      dots(placesOf(one, frame), styles.get(one.cell.model)?.colour as string),
      count(one, box, theme),
    ];
    return [panel({ box, numbers: place.numbers, ...frame, theme, attributes: cellAttributes(one.cell) }, marks)];
  });
  const foot = text(`task 1: final ${lossName(options.loss)}`, layout.width / 2, layout.bottom - 4, {
    fill: theme.ink,
    anchor: "middle",
  });
  const { leftOut, width, bottom: height } = layout;
  const high = scaleOf(values, [0, 1]).domain[1];
  const cut = values.flat().some((value) => value > high)
    ? ` Losses above ${shortNumber(Number(high.toFixed(3)))} are drawn at the edge.`
    : "";
  return { nodes: [...head.nodes, ...layout.titles, ...panels, foot], leftOut, width, height, cut };
}

/** In the middle of a box: on a square both tasks have the same scale. */
function squareIn({ x, y, width, height }: Box): Box {
  const side = Math.min(width, height);
  return { x: x + (width - side) / 2, y, width: side, height: side };
}

/** One axis for both tasks and all cells. It ends where the bins of Figure 5 do: a few runs may be far away. */
function scaleOf(values: readonly (readonly number[])[], range: readonly [number, number]): Scale {
  const bins = drawnBins(values.map((some) => histogram(Float64Array.from(some).sort())));
  const most = BIN * Math.max(...bins.map(({ counts }) => counts.length));
  const largest = values.flat().reduce((high, value) => Math.max(high, value), 0);
  return linearScale(0, Math.min(most, ROOM * largest) || 1, { range, count: 3, label: shortNumber });
}

/** Of losses that are far below a bin: how far the axis goes beyond the largest. */
const ROOM = 1.05;

/** The diagonal, on which both tasks have the same loss, and where a bad minimum begins. */
function guides(frame: Frame, { quiet, ink }: Theme): SvgNode[] {
  const [low, high] = frame.x.domain;
  const line = (from: number[], to: number[], dash?: string) =>
    linePath(
      [from, to].map(([x, y]) => ({ x: x as number, y: y as number })),
      frame,
      { colour: dash ? ink : quiet, dash },
      { width: 0.6 },
    );
  const bad = BAD_LOSS > low && BAD_LOSS < high;
  const edges = bad
    ? [line([BAD_LOSS, low], [BAD_LOSS, high], "1.5 1"), line([low, BAD_LOSS], [high, BAD_LOSS], "1.5 1")]
    : [];
  return [line([low, low], [high, high]), ...edges];
}

function placesOf({ losses }: CellTasks, { x, y }: Frame): (readonly [number, number])[] {
  const inside = (loss: number) => Math.min(loss, x.domain[1]);
  return losses.map(([first, second]) => [x.at(inside(first as number)), y.at(inside(second as number))] as const);
}

/** How many runs have one of the two tasks in a bad minimum, and not the other. */
function badInOne({ losses }: CellTasks): number {
  return losses.filter(([first, second]) => (first as number) > BAD_LOSS !== (second as number) > BAD_LOSS).length;
}

function count(one: CellTasks, { x, y, width }: Box, { ink }: Theme): SvgNode {
  const words = `${badInOne(one)} of ${one.losses.length}`;
  return text(words, x + width, y + SMALL - 1, { fill: ink, size: SMALL, anchor: "end" });
}

function captionStart(results: Results, { loss, unit }: FigureOptions): string {
  const { tasks } = results.config;
  const first = tasks === PAPER_TASKS ? "" : ` Of the ${tasks} tasks the first two; the CSV file has all.`;
  return (
    `${capitalised(lossName(loss))} of task 2 against that of task 1 after the last step (${unitsSentence({ loss, unit })}), a dot for each run, ` +
    `both axes alike.${first} On the diagonal both tasks have the same loss. Beyond a dashed line, at ${BAD_LOSS.toFixed(3)}, a task is in a bad minimum; ` +
    `at the top: k of n runs have one task there, and the other not.${rungSentence(rungLines(results, loss), ", with j at the right")}`
  );
}

function rowsOf({ cell, losses }: CellTasks, { loss }: FigureOptions): Record<string, CsvValue>[] {
  const { model, correlation, runs } = cell;
  return runs.map(({ run }, i) => {
    const tasks = Object.fromEntries((losses[i] ?? []).map((value, k) => [`task${k + 1}`, value]));
    return { model, correlation, run, loss, ...tasks };
  });
}
