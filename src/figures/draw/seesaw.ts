import type { LossSet } from "../../config/losses.ts";
import { pairsOf } from "../../stats/pairs.ts";
import { type Box, panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { cellGrid, type GridDrawing, gridDrawing, noRun, type Place, panelGrid } from "./cell-grid.ts";
import { type CellRows, correlationsOf, type DrawnCell, modelsOf, type OfCell, type SweepFacts } from "./facts.ts";
import type { Draw, FigureOptions } from "./figure.ts";
import { logScale, shortNumber } from "./scale.ts";
import { across, down, type Frame, markerAt } from "./series.ts";
import { labelIn, type SeriesStyle, type StyledRows, type Theme } from "./style.ts";
import { group, heading, SMALL, type SvgNode, text } from "./svg.ts";
import { capitalised, lossName, runsSentence, sampleSentence, unitsSentence } from "./words.ts";

/** At most this many models are drawn, the first ones: more rows would not fit on a page. */
const MOST_MODELS = 8;

/** Of more than two tasks, at most this many pairs of tasks and models are drawn, but one model at least. */
const MOST_ROWS = 12;

/** A run's gain of each task, `gain3` and more too: how much lower its loss is, as a share of the other model's. */
export type SeesawRow = OfCell & {
  readonly run: number;
  readonly loss: LossSet;
  /** The model that shares nothing. */
  readonly against: string;
  readonly gain1: number;
  readonly gain2: number;
};

/** Two tasks, from 0 on: the first is drawn from left to right, the second upwards. */
type TaskPair = readonly [number, number];

/** Gains of two tasks over a model that shares nothing: a panel for each cell and pair of tasks, a point for each run. */
export const seesaw: Draw<SeesawRow> = ({ rows, found, sweep, options, theme }) => {
  const against = rows[0]?.against;
  if (against === undefined || found.length === 0)
    return { lacking: "no run is done both of a model that shares nothing and of another one" };
  const cells = found.map(({ cell, rows }) => ({ ...cell, runs: rows.length }));
  const label = labelIn(sweep.cells, against);
  const models = modelsOf(cells);
  const all = pairsOf([...sweep.taskNames.keys()]);
  const pairs = all.slice(0, MOST_ROWS);
  const most = pairs.length === 1 ? MOST_MODELS : Math.max(1, Math.floor(MOST_ROWS / pairs.length));
  const shown = found.filter(({ cell }) => models.indexOf(cell.model) < most);
  const cut = `${cutPairs(all, pairs)}${cutSentence(cells, most)}`;
  const caption = `${captionStart(sweep, options, label)}${sampleSentence(found)}${cut}`;
  const contents = drawing(shown, sweep, label, { options, theme, pairs });
  return { title: "Gains of the tasks by sharing", caption, ...contents, runs: runsSentence(cells, sweep) };
};

const HEIGHT = 55;
/** Room above and below the points, for the shares. */
const STRIP = SMALL;

function drawing(
  shown: readonly StyledRows<SeesawRow>[],
  sweep: SweepFacts,
  against: string,
  { options: { loss, fits }, theme, pairs }: { options: FigureOptions; theme: Theme; pairs: readonly TaskPair[] },
): GridDrawing {
  const cells = shown.map(({ cell }) => cell);
  const [right, up] = pairs.length === 1 ? sweep.taskNames : ["task named second", "task named first"];
  const above = heading(capitalised(ratioWords(up, loss, against)), { y: 0, theme });
  const layout = pairGrid(cells, sweep, { pairs, above, theme });
  const ratios = (rows: readonly SeesawRow[]) => rows.flatMap((row) => pairs.flatMap((pair) => ratiosOf(row, pair)));
  const farthest = Math.max(fits ? LEAST : 2, ...shown.flatMap(({ rows }) => ratios(rows).map(farness)));
  const most = fits ? farthest ** 1.15 : farthest * 1.15;
  const panels = shown
    .flatMap((one) => pairs.map((pair) => ({ ...one, pair })))
    .flatMap((one) => {
      const place = layout.place(one.cell, one.pair);
      if (place === undefined) return [];
      const { box } = place;
      const scale = (from: number, to: number) => ratioScale(most, [from, to]);
      const y = scale(box.y + box.height - STRIP, box.y + STRIP);
      const frame = { x: scale(box.x, box.x + box.width), y };
      const marks = [
        across(box.x, box.x + box.width, frame.y.at(1), theme.quiet, 0.8),
        down(frame.x.at(1), box.y, box.y + box.height, theme.quiet, 0.8),
        ...points(one, frame, one.style),
        corners(one, box, theme),
      ];
      return [panel({ ...place, ...frame, theme, attributes: cellAttributes(one.cell) }, marks)];
    });
  return gridDrawing(layout, panels, [ratioWords(right, loss, against)]);
}

interface PairGrid extends Omit<ReturnType<typeof cellGrid>, "place"> {
  /** Undefined for a cell that is left out. */
  readonly place: (cell: OfCell, pair: TaskPair) => Place | undefined;
}

/** A panel for each cell; of several pairs of tasks, a row for each model and pair, which its title names. */
function pairGrid(
  cells: readonly DrawnCell[],
  { taskNames }: SweepFacts,
  { pairs, ...page }: { pairs: readonly TaskPair[]; above: ReturnType<typeof heading>; theme: Theme },
): PairGrid {
  const options = { ...page, height: HEIGHT, left: 24 };
  if (pairs.length === 1) return cellGrid(cells, options);
  const models = modelsOf(cells);
  const rows = models.flatMap((model) =>
    pairs.map(([right, up]) => {
      const title = `${labelIn(cells, model)}: ${taskNames[up]} against ${taskNames[right]}`;
      return { title, attributes: { "data-model": model } };
    }),
  );
  const grid = panelGrid(rows, correlationsOf(cells), options);
  const place = ({ model, correlation }: OfCell, pair: TaskPair) =>
    grid.place(models.indexOf(model) * pairs.length + pairs.indexOf(pair), correlation);
  const lacking = models
    .flatMap((model) => grid.drawn.map((correlation) => ({ model, correlation })))
    .filter((cell) => !cells.some(({ model, correlation }) => model === cell.model && correlation === cell.correlation))
    .flatMap((cell) => pairs.map((pair) => noRun(place(cell, pair) as Place, cellAttributes(cell), options)));
  return { ...grid, titles: [...grid.titles, ...lacking], place };
}

function ratioWords(task: string, loss: LossSet, against: string): string {
  return `${lossName(loss)}, ${task}: ${against}'s / model's`;
}

/** The other model's loss of each of two tasks divided by its own. */
function ratiosOf(row: SeesawRow, pair: TaskPair): [number, number] {
  const [right, up] = gainsOf(row, pair);
  return [1 / (1 - right), 1 / (1 - up)];
}

function gainsOf(row: SeesawRow, pair: TaskPair): [number, number] {
  return pair.map((k) => (row as unknown as Record<string, number>)[`gain${k + 1}`]) as [number, number];
}

/** Runs of a cell, of which two tasks are drawn. */
interface OfPair extends Pick<CellRows<SeesawRow>, "rows"> {
  readonly pair: TaskPair;
}

/** How many times apart two losses are, whichever is higher. */
function farness(ratio: number): number {
  return Math.max(ratio, 1 / ratio);
}

/** The axis of losses that are closer than this would make much of nothing. */
const LEAST = 1.02;

/**
 * From 1 / most to most, so that 1, no gain, is in the middle; a number at each power of ten, at 1/2, 1 and 2, or at round numbers
 * between.
 */
function ratioScale(most: number, range: readonly [number, number]) {
  const scale = logScale(1 / most, most, { range });
  if (most < 2) return scale;
  const values = most >= 10 ? [0.01, 0.1, 1, 10, 100] : [0.2, 0.5, 1, 2, 5];
  const inside = values.filter((value) => farness(value) <= most);
  return { ...scale, ticks: inside.map((value) => ({ value, label: shortNumber(value) })) };
}

function points({ rows, pair }: OfPair, { x, y }: Frame, { colour, marker }: SeriesStyle): SvgNode[] {
  return rows.map((row) => {
    const [first, second] = ratiosOf(row, pair);
    return group({ class: "run", "data-run": row.run }, [
      markerAt(marker, x.at(first), y.at(second), { fill: colour, area: 3 }),
    ]);
  });
}

/** In each corner the share of the runs that lie there: both tasks gain or lose, or one gains and the other loses. */
function corners({ rows, pair }: OfPair, { x, y, width, height }: Box, { ink }: Theme): SvgNode {
  const share = (side: 1 | -1, height: 1 | -1) => {
    const count = rows.filter((row) => {
      const [right, up] = gainsOf(row, pair);
      return right * side > 0 && up * height > 0;
    }).length;
    return `${((100 * count) / rows.length).toFixed(0)}%`;
  };
  const [left, right, top, bottom] = [x + 2, x + width - 1, y + SMALL - 1, y + height - 2];
  const style = { fill: ink, size: SMALL } as const;
  return group({ class: "corners" }, [
    text(share(-1, 1), left, top, style),
    text(share(1, 1), right, top, { ...style, anchor: "end" }),
    text(share(-1, -1), left, bottom, style),
    text(share(1, -1), right, bottom, { ...style, anchor: "end" }),
  ]);
}

function captionStart(sweep: SweepFacts, { loss, unit }: FigureOptions, against: string): string {
  const which =
    sweep.tasks === 2
      ? `${sweep.taskNames[1]} against ${sweep.taskNames[0]}, a point`
      : "a panel for each pair of tasks, the first-named one upwards, a point";
  return (
    `The ${lossName(loss)} of ${against} after the last step divided by that of the model (${unitsSentence({ loss, unit })}), ` +
    `${which} for each run that both have done: above 1 the task gains by sharing. ` +
    "Each corner has the share of the runs in it: at the upper right both tasks gain, at the lower left both lose; in the other two one gains while the other loses, together the seesaws."
  );
}

function cutSentence(cells: readonly DrawnCell[], most: number): string {
  const models = modelsOf(cells);
  if (models.length <= most) return "";
  const cut = models.slice(most).map((model) => labelIn(cells, model));
  const drawn = most === 1 ? "one is" : `${most} are`;
  return ` Of ${models.length} models the first ${drawn} drawn; the numbers are of all, also of ${cut.join(", ")}.`;
}

function cutPairs(all: readonly TaskPair[], drawn: readonly TaskPair[]): string {
  return drawn.length < all.length ? ` Of ${all.length} pairs of tasks the first ${drawn.length} are drawn.` : "";
}
