import type { LossSet } from "../../config/loss-sets.ts";
import { PAPER_TASKS } from "../../records/paper-tasks.ts";
import { type Box, panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { cellGrid, type GridDrawing } from "./cell-grid.ts";
import { byCell, type CellRows, modelsOf, type OfCell, type SweepFacts } from "./facts.ts";
import type { FigureOptions, Lacking, Picture } from "./figure.ts";
import { heading } from "./loss-axis.ts";
import { page } from "./page.ts";
import { logScale, shortNumber } from "./scale.ts";
import { across, down, type Frame, markerAt } from "./series.ts";
import { modelLabel, type SeriesStyle, stylesIn } from "./style.ts";
import { group, type SvgNode } from "./svg.ts";
import { SMALL, text } from "./text.ts";
import { type Theme, themeOf } from "./theme.ts";
import { capitalised, lossName, runsSentence, sampleSentence, unitsSentence } from "./words.ts";

const NAME = "seesaw";
/** At most this many models are drawn, the first ones: more rows would not fit on a page. */
const MOST_MODELS = 8;

/** A run's gain of each task: how much lower its loss is, as a share of the other model's. */
export type SeesawRow = OfCell & {
  readonly run: number;
  readonly loss: LossSet;
  /** The model that shares nothing. */
  readonly against: string;
  readonly gain1: number;
  readonly gain2: number;
};

/** Gain of task 1 against gain of task 2 over a model that shares nothing: a panel for each cell, a point for each run. */
export function seesaw(rows: readonly SeesawRow[], sweep: SweepFacts, options: FigureOptions): Picture | Lacking {
  const found = byCell(rows, sweep);
  const against = rows[0]?.against;
  if (against === undefined || found.length === 0)
    return { name: NAME, lacking: "no run is done both of a model that shares nothing and of another one" };
  const cells = found.map(({ cell, rows }) => ({ ...cell, runs: rows.length }));
  const models = modelsOf(cells);
  const shown = found.filter(({ cell }) => models.indexOf(cell.model) < MOST_MODELS);
  const theme = themeOf(options.theme);
  const { nodes, leftOut, ...size } = drawing(shown, sweep, against, { options, theme });
  const caption = `${captionStart(sweep, options, against)}${sampleSentence(found)}${cutSentence(models)}${leftOut} ${runsSentence(cells, sweep)}`;
  return page({ name: NAME, title: "Gains of the tasks by sharing", caption, ...size, theme }, nodes);
}

const HEIGHT = 55;
/** Room above and below the points, for the shares. */
const STRIP = SMALL;

function drawing(
  shown: readonly CellRows<SeesawRow>[],
  sweep: SweepFacts,
  against: string,
  { options: { loss }, theme }: { options: FigureOptions; theme: Theme },
): GridDrawing {
  const cells = shown.map(({ cell }) => cell);
  const head = heading(capitalised(ratioWords(sweep.taskNames[1] as string, loss, against)), { y: 0, theme });
  const layout = cellGrid(cells, { top: head.height, height: HEIGHT, left: 24, theme });
  const styles = stylesIn(cells, sweep, theme);
  const most = Math.max(2, ...shown.flatMap(({ rows }) => rows.flatMap((row) => ratiosOf(row).map(farness))));
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
      ...points(one.rows, frame, styles.get(one.cell.model) as SeriesStyle),
      corners(one.rows, box, theme),
    ];
    return [panel({ ...place, ...frame, theme, attributes: cellAttributes(one.cell) }, marks)];
  });
  const foot = text(ratioWords(sweep.taskNames[0] as string, loss, against), layout.width / 2, layout.bottom - 4, {
    fill: theme.ink,
    anchor: "middle",
  });
  const { leftOut, width, bottom: height } = layout;
  return { nodes: [...head.nodes, ...layout.titles, ...panels, foot], leftOut, width, height };
}

function ratioWords(task: string, loss: LossSet, against: string): string {
  return `${lossName(loss)}, ${task}: ${against}'s / model's`;
}

/** The other model's loss of each task divided by its own. */
function ratiosOf({ gain1, gain2 }: SeesawRow): [number, number] {
  return [1 / (1 - gain1), 1 / (1 - gain2)];
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

function points(rows: readonly SeesawRow[], { x, y }: Frame, { colour, marker }: SeriesStyle): SvgNode[] {
  return rows.map((row) => {
    const [first, second] = ratiosOf(row);
    return group({ class: "run", "data-run": row.run }, [
      markerAt(marker, x.at(first), y.at(second), { fill: colour, area: 3 }),
    ]);
  });
}

/** In each corner the share of the runs that lie there: both tasks gain or lose, or one gains and the other loses. */
function corners(rows: readonly SeesawRow[], { x, y, width, height }: Box, { ink }: Theme): SvgNode {
  const share = (side: 1 | -1, height: 1 | -1) => {
    const count = rows.filter(({ gain1, gain2 }) => gain1 * side > 0 && gain2 * height > 0).length;
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
  const tasks = sweep.tasks === PAPER_TASKS ? "" : ` Of the ${sweep.tasks} tasks the first two.`;
  return (
    `The ${lossName(loss)} of ${against} after the last step divided by that of the model (${unitsSentence({ loss, unit })}), ` +
    `${sweep.taskNames[1]} against ${sweep.taskNames[0]}, a point for each run that both have done: above 1 the task gains by sharing.${tasks} ` +
    "Each corner has the share of the runs in it: at the upper right both tasks gain, at the lower left both lose; in the other two one gains while the other loses, together the seesaws."
  );
}

function cutSentence(models: readonly string[]): string {
  if (models.length <= MOST_MODELS) return "";
  const cut = models.slice(MOST_MODELS).map(modelLabel);
  return ` Of ${models.length} models the first ${MOST_MODELS} are drawn; the numbers are of all, also of ${cut.join(", ")}.`;
}
