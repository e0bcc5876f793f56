import type { LossSet } from "../../config/losses.ts";
import { PAPER_TASKS } from "../../records/words.ts";
import { pairsOf } from "../../stats/pairs.ts";
import { percentOf } from "../../units.ts";
import type { Box } from "../draw/axes.ts";
import { cellFacets, chart, modelRow } from "../draw/chart.ts";
import { correlationsOf, type DrawnCell, modelsOf, type OfCell } from "../draw/facts.ts";
import { logScale, type Range, type Scale, shortNumber } from "../draw/scale.ts";
import { across, down, type Frame, markerAt } from "../draw/series.ts";
import { labelIn, type StyledRows, type Theme } from "../draw/style.ts";
import { group, SIZE, SMALL, type SvgNode, shortened, text } from "../draw/svg.ts";
import { type FigureData, figure } from "../draw/sweep-figure.ts";
import * as words from "../draw/words.ts";

/** A run's gain of each task: how much lower its loss is, as a share of the other model's. */
type SeesawRow = OfCell & {
  readonly run: number;
  readonly loss: LossSet;
  /** The model that shares nothing. */
  readonly against: string;
} & Readonly<Record<`gain${number}`, number>>;

/** Two tasks, from 0 on: the first is drawn from left to right, the second upwards. */
type TaskPair = readonly [number, number];

/** Runs of a cell, of which two tasks are drawn. */
interface CellPair extends StyledRows<SeesawRow> {
  readonly pair: TaskPair;
}

/** At most this many models are drawn, the first ones: more rows would not fit on a page. */
const MOST_MODELS = 8;
/** Of more than two tasks, at most this many pairs of tasks and models are drawn, but one model at least. */
const MOST_ROWS = 12;

/** Gains of two tasks over a model that shares nothing: a panel for each cell and pair of tasks, a point for each run. */
export const seesaw = figure<SeesawRow>({
  name: "seesaw",
  about: "gain of one task against that of another by sharing, a panel for each cell and pair of tasks",
  supports: ["loss"],
  rows: ({ sweep, cells, against, gains }, { loss }) => {
    if (against === undefined)
      return { lacking: "runs of a model that shares nothing are needed, such as single-task", never: true };
    if (sweep.tasks < PAPER_TASKS) return { lacking: "runs of two tasks are needed", never: true };
    const rows = cells.flatMap((cell) => {
      const { model, correlation } = cell;
      const { runs = [], tasks = [] } = gains(cell, loss) ?? {};
      return runs.slice(0, words.MOST_DRAWN).map((run, i) => {
        const columns = Object.fromEntries(tasks.map((task, k) => [`gain${k + 1}`, task[i]]));
        return { model, correlation, run, loss, against, ...columns };
      });
    });
    return rows.length > 0 ? rows : { lacking: `no run is done both of ${against} and of another model` };
  },
  draw: (given) => {
    const { found, sweep, options, theme } = given;
    if (found.length === 0) return { lacking: "no run is done both of a model that shares nothing and of another one" };
    const cells = found.map(({ cell, rows }) => ({ ...cell, runs: rows.length }));
    const models = modelsOf(cells);
    const all = pairsOf([...sweep.taskNames.keys()]);
    const pairs = all.slice(0, MOST_ROWS);
    const isPair = pairs.length === 1;
    const most = isPair ? MOST_MODELS : Math.max(1, Math.floor(MOST_ROWS / pairs.length));
    const shown = found.filter(({ cell }) => models.indexOf(cell.model) < most);
    const { leftOut, ...panels } = pairFacets(shown, pairs, given);
    const [right, up] = isPair ? sweep.taskNames : ["task named second", "task named first"];
    const scale = isPair ? ratioAxis(shown, pairs, options.fits) : fittedAxis(shown, pairs);
    return {
      title: "Gains of the tasks by sharing",
      caption: `${captionStart(given)}${words.sampleSentence(found)}${cutPairs(all, pairs)}${cutSentence(cells, most)}${leftOut}`,
      runs: words.runsSentence(cells, sweep),
      ...chart<CellPair>({
        ...panels,
        heading: words.capitalised(ratioWords(up, given)),
        theme,
        ...(isPair ? { height: 55 } : { square: true }),
        x: ([left, right]) => (isPair ? scale([left, right]) : scale([left + STRIP, right - STRIP])),
        y: ([bottom, top]) => scale([bottom - STRIP, top + STRIP]),
        marks: (one, { box, x, y }) => [
          across(box.x, box.x + box.width, y.at(1), theme.quiet, 0.8),
          down(x.at(1), box.y, box.y + box.height, theme.quiet, 0.8),
          ...points(one, { x, y }),
          corners(one, box, theme),
        ],
        foot: [ratioWords(right, given)],
      }),
    };
  },
});

/** Room above and below the points, for the shares. */
const STRIP = SMALL;

/** Beside two panels, and between them. */
const SIDES = 42;

/** A panel for each cell; of several pairs of tasks, a column for each pair and a row for each cell. */
function pairFacets(
  shown: readonly StyledRows<SeesawRow>[],
  pairs: readonly TaskPair[],
  { sweep, theme }: FigureData<SeesawRow>,
) {
  if (pairs.length === 1) return cellFacets(shown.map((one): CellPair => ({ ...one, pair: pairs[0] })));
  const cells = shown.map(({ cell }) => cell);
  const all = correlationsOf(cells);
  const drawn = words.someOf(all, MOST_ROWS / pairs.length / modelsOf(cells).length);
  const ofRows = shown.filter(({ cell }) => drawn.includes(cell.correlation));
  const rows = ofRows.map(({ cell }) => {
    const more = all.length === 1 ? "" : `, ${words.correlationWords(cell.correlation)}`;
    return modelRow(cells, cell.model, more, cell.correlation);
  });
  const columns = pairs.map(([right, up]) => {
    const title = `${sweep.taskNames[up]} against ${sweep.taskNames[right]}`;
    return { title: shortened(title, (theme.width - SIDES) / 2, SIZE, "SemiBold") };
  });
  const item = (row: number, column: number): CellPair => ({ ...ofRows[row], pair: pairs[column] });
  return { rows, columns, item, most: 2, leftOut: words.leftOutSentence(all, drawn) };
}

function ratioWords(task: string, { rows: [{ against }], sweep, options }: FigureData<SeesawRow>): string {
  return `${words.lossName(options.loss)}, ${task}: ${labelIn(sweep.cells, against)}'s / model's`;
}

/** The other model's loss of each of two tasks divided by its own. */
function ratiosOf(row: SeesawRow, pair: TaskPair): [number, number] {
  const [right, up] = gainsOf(row, pair);
  return [1 / (1 - right), 1 / (1 - up)];
}

function gainsOf(row: SeesawRow, [right, up]: TaskPair): [number, number] {
  return [row[`gain${right + 1}`], row[`gain${up + 1}`]];
}

/** How many times apart two losses are, whichever is higher. */
function farness(ratio: number): number {
  return Math.max(ratio, 1 / ratio);
}

/** The axis of losses that are closer than this would make much of nothing. */
const LEAST = 1.02;

/** From 1 / most to most, so that 1, no gain, is in the middle. */
function ratioAxis(shown: readonly StyledRows<SeesawRow>[], pairs: readonly TaskPair[], fits = false) {
  const ratios = shown.flatMap(({ rows }) => rows.flatMap((row) => pairs.flatMap((pair) => ratiosOf(row, pair))));
  const farthest = ratios.reduce((most, ratio) => Math.max(most, farness(ratio)), fits ? LEAST : 2);
  const most = fits ? farthest ** 1.15 : farthest * 1.15;
  return (range: Range): Scale => {
    const scale = logScale(1 / most, most, { range });
    if (most < 2) return scale; // round numbers
    const values = most >= 10 ? [0.01, 0.1, 1, 10, 100] : [0.2, 0.5, 1, 2, 5];
    const inside = values.filter((value) => farness(value) <= most);
    return { ...scale, ticks: inside.map((value) => ({ value, label: shortNumber(value) })) };
  };
}

/** Of several pairs of tasks: as far as the points, and 1, reach. */
function fittedAxis(shown: readonly StyledRows<SeesawRow>[], pairs: readonly TaskPair[]) {
  const ratios = shown.flatMap(({ rows }) => rows.flatMap((row) => pairs.flatMap((pair) => ratiosOf(row, pair))));
  const low = ratios.reduce((least, ratio) => Math.min(least, ratio), 1 / LEAST);
  const high = ratios.reduce((most, ratio) => Math.max(most, ratio), LEAST);
  const room = (high / low) ** 0.07;
  return (range: Range): Scale => logScale(low / room, high * room, { range });
}

function points({ rows, pair, style: { colour, marker } }: CellPair, { x, y }: Frame): SvgNode[] {
  return rows.map((row) => {
    const [first, second] = ratiosOf(row, pair);
    const mark = markerAt(marker, x.at(first), y.at(second), { fill: colour, area: 3 });
    return group({ class: "run", "data-run": row.run }, [mark]);
  });
}

/** In each corner the share of the runs that lie there: both tasks gain or lose, or one gains and the other loses. */
function corners({ rows, pair }: CellPair, { x, y, width, height }: Box, { ink }: Theme): SvgNode {
  const share = (side: 1 | -1, height: 1 | -1) => {
    const count = rows.filter((row) => {
      const [right, up] = gainsOf(row, pair);
      return right * side > 0 && up * height > 0;
    }).length;
    return `${percentOf(count / rows.length).toFixed(0)}%`;
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

function captionStart({ rows: [{ against }], sweep, options: { loss, unit } }: FigureData<SeesawRow>): string {
  const which =
    sweep.tasks === 2
      ? `${sweep.taskNames[1]} against ${sweep.taskNames[0]}, a point`
      : "a panel for each pair of tasks, the first-named one upwards, a point";
  return (
    `The ${words.lossName(loss)} of ${labelIn(sweep.cells, against)} after the last step divided by that of the model (${words.unitsSentence({ loss, unit })}), ` +
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
