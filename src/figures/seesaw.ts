import { cellKey, NO_CHOICE } from "../records/cell.ts";
import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { type LossSet, PAPER_TASKS } from "../records/record.ts";
import { type CellGains, cellGains, SHARE_NOTHING, sharesNothing } from "../summary/seesaw.ts";
import { type Box, panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { cellGrid, type GridDrawing } from "./cell-grid.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { heading } from "./loss-axis.ts";
import { page } from "./page.ts";
import { logScale, shortNumber } from "./scale.ts";
import { across, down, type Frame, markerAt } from "./series.ts";
import { modelLabel, type SeriesStyle } from "./style.ts";
import { group, type SvgNode } from "./svg.ts";
import { modelsOf, type SweepCell, stylesIn, sweepCells } from "./sweep-cells.ts";
import { SMALL, text } from "./text.ts";
import { type Theme, themeOf } from "./theme.ts";
import { capitalised, lossName, runsSentence, unitsSentence } from "./words.ts";

const NAME = "seesaw";
/** Of a sweep with more models, the first so many are drawn: more rows would leave a page of paper. */
const MOST_MODELS = 8;

/** A cell, and how much lower its losses are: the other model's loss of each task divided by its own, [2][runs]. */
interface Ratios {
  readonly cell: SweepCell;
  readonly gains: CellGains;
  readonly ratios: readonly Float64Array[];
}

/** Gain of task 1 against gain of task 2 over a model that shares nothing: a panel for each cell, a point for each run. */
export function seesaw(results: Results, options: FigureOptions): Figure | Lacking {
  const against = sharesNothing(results);
  if (against === undefined)
    return { name: NAME, lacking: `runs of ${SHARE_NOTHING.join(" or ")} are needed`, never: true };
  if (results.config.tasks < PAPER_TASKS) return { name: NAME, lacking: "runs of two tasks are needed", never: true };
  const drawn = ratiosOf(results, options, against);
  if (drawn.length === 0) return { name: NAME, lacking: `no run is done both of ${against} and of another model` };
  const models = modelsOf(drawn.map(({ cell }) => cell));
  const shown = drawn.filter(({ cell }) => models.indexOf(cell.model) < MOST_MODELS);
  const theme = themeOf(options.theme);
  const { nodes, leftOut, ...size } = drawing(shown, results, options, against);
  const caption = `${captionStart(results, options, against)}${cutSentence(models)}${leftOut} ${runsSentence(pairsOf(drawn), results)}`;
  const data = drawn.flatMap((one) => rowsOf(one, options, against));
  return page({ name: NAME, title: "Gains of the tasks by sharing", caption, ...size, theme, data }, nodes);
}

function ratiosOf(results: Results, { loss }: FigureOptions, against: string): Ratios[] {
  const found = new Map(cellGains(results, loss, against).map((gains) => [cellKey(gains), gains]));
  return sweepCells(results).flatMap((cell) => {
    const gains = found.get(cellKey({ ...cell, point: NO_CHOICE }));
    if (gains === undefined) return [];
    return [{ cell, gains, ratios: gains.tasks.slice(0, PAPER_TASKS).map((task) => task.map((g) => 1 / (1 - g))) }];
  });
}

/** The cells with the runs that have a pair, for what the caption counts. */
function pairsOf(drawn: readonly Ratios[]): SweepCell[] {
  return drawn.map(({ cell, gains }) => ({ ...cell, runs: cell.runs.filter(({ run }) => gains.runs.includes(run)) }));
}

const HEIGHT = 55;
/** Room above and below the points, for the shares. */
const STRIP = SMALL;

function drawing(shown: readonly Ratios[], results: Results, options: FigureOptions, against: string): GridDrawing {
  const { loss } = options;
  const theme = themeOf(options.theme);
  const cells = shown.map(({ cell }) => cell);
  const head = heading(capitalised(ratioWords(2, loss, against)), { y: 0, theme });
  const layout = cellGrid(cells, { top: head.height, height: HEIGHT, left: 24, theme });
  const styles = stylesIn(cells, results, theme);
  const most = Math.max(2, ...shown.flatMap(({ ratios }) => ratios.flatMap((task) => [...task].map(farness))));
  const panels = shown.flatMap((one) => {
    const place = layout.place(one.cell);
    if (place === undefined) return [];
    const { box } = place;
    const scale = (from: number, to: number) => ratioScale(most * 1.15, [from, to]);
    const y = scale(box.y + box.height - STRIP, box.y + STRIP);
    const frame = { x: scale(box.x, box.x + box.width), y };
    const marks = [
      across(box.x, box.x + box.width, frame.y.at(1), theme.quiet, 0.8),
      down(frame.x.at(1), box.y, box.y + box.height, theme.quiet, 0.8),
      ...points(one, frame, styles.get(one.cell.model) as SeriesStyle),
      corners(one, box, theme),
    ];
    return [panel({ ...place, ...frame, theme, attributes: cellAttributes(one.cell) }, marks)];
  });
  const foot = text(ratioWords(1, loss, against), layout.width / 2, layout.bottom - 4, {
    fill: theme.ink,
    anchor: "middle",
  });
  const { leftOut, width, bottom: height } = layout;
  return { nodes: [...head.nodes, ...layout.titles, ...panels, foot], leftOut, width, height };
}

function ratioWords(task: number, loss: LossSet, against: string): string {
  return `${lossName(loss)}, task ${task}: ${against}'s / model's`;
}

/** How many times apart two losses are, whichever is higher. */
function farness(ratio: number): number {
  return Math.max(ratio, 1 / ratio);
}

/** From 1 / most to most, so that 1, no gain, is in the middle; a number at each power of ten, or at 1/2, 1 and 2. */
function ratioScale(most: number, range: readonly [number, number]) {
  const scale = logScale(1 / most, most, { range });
  const values = most >= 10 ? [0.01, 0.1, 1, 10, 100] : [0.2, 0.5, 1, 2, 5];
  const inside = values.filter((value) => farness(value) <= most);
  return { ...scale, ticks: inside.map((value) => ({ value, label: shortNumber(value) })) };
}

function points({ gains, ratios }: Ratios, { x, y }: Frame, { colour, marker }: SeriesStyle): SvgNode[] {
  const [first, second] = ratios as [Float64Array, Float64Array];
  return gains.runs.map((run, i) =>
    group({ class: "run", "data-run": run }, [
      markerAt(marker, x.at(first[i] as number), y.at(second[i] as number), { fill: colour, area: 3 }),
    ]),
  );
}

/** In each corner the share of the runs that lie there: both tasks gain or lose, or one gains and the other loses. */
function corners({ gains }: Ratios, { x, y, width, height }: Box, { ink }: Theme): SvgNode {
  const [first, second] = gains.tasks as [Float64Array, Float64Array];
  const share = (side: 1 | -1, height: 1 | -1) => {
    const count = first.filter((gain, i) => gain * side > 0 && (second[i] as number) * height > 0).length;
    return `${((100 * count) / gains.runs.length).toFixed(0)}%`;
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

function captionStart({ config }: Results, { loss, unit }: FigureOptions, against: string): string {
  const tasks = config.tasks === PAPER_TASKS ? "" : ` Of the ${config.tasks} tasks the first two.`;
  return (
    `The ${lossName(loss)} of ${against} after the last step divided by that of the model (${unitsSentence({ loss, unit })}), ` +
    `task 2 against task 1, a point for each run that both have done: above 1 the task gains by sharing.${tasks} ` +
    "Each corner has the share of the runs in it: at the upper right both tasks gain, at the lower left both lose; in the other two one gains while the other loses, together the seesaws."
  );
}

function cutSentence(models: readonly string[]): string {
  if (models.length <= MOST_MODELS) return "";
  const cut = models.slice(MOST_MODELS).map(modelLabel);
  return ` Of ${models.length} models the first ${MOST_MODELS} are drawn; the numbers are of all, also of ${cut.join(", ")}.`;
}

function rowsOf({ cell, gains }: Ratios, { loss }: FigureOptions, against: string): Record<string, CsvValue>[] {
  const { model, correlation } = cell;
  return gains.runs.map((run, i) => {
    const tasks = Object.fromEntries(gains.tasks.map((task, k) => [`gain${k + 1}`, task[i] as number]));
    return { model, correlation, run, loss, against, ...tasks };
  });
}
