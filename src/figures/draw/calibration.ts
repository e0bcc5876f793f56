import { CALIBRATION_BINS } from "../../stats/classes.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { BinShare } from "../../summary/calibration.ts";
import { listed } from "../../text.ts";
import { type Box, grid, panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { groupsSentence } from "./curve-panels.ts";
import { correlationsOf, modelsOf, type OfCell } from "./facts.ts";
import type { Draw } from "./figure.ts";
import { modelLegend } from "./legend.ts";
import { linearScale, type Scale, shortNumber } from "./scale.ts";
import { bandPath, type Frame, linePath, seriesMarker } from "./series.ts";
import type { SeriesStyle, StyledRows, Theme } from "./style.ts";
import { group, heading, SIZE, SMALL, type SvgNode, shortened, text } from "./svg.ts";
import { correlationWords, leftOutSentence, modelGroups, ofOneModel, runsSentence, someOf } from "./words.ts";

/** The rows of a cell whose probabilities of a task are in a bin, over its runs. */
export type CalibrationRow = OfCell &
  BinShare & {
    /** From 1. */
    readonly task: number;
    readonly label: string;
    /** What a probability is of: a class, or the most likely one. */
    readonly outcome: string;
    /** Those whose predictions were kept. */
    readonly runs: number;
    /** Of all bins: the mean over runs. */
    readonly calibrationError: number;
  };

/** A task at a correlation, of some models. */
interface TaskPanel {
  readonly title: string;
  readonly cells: readonly StyledRows<CalibrationRow>[];
}

/** Most panels, but for those of the first task at one correlation. */
const MOST = 12;
/** Bins of fewer rows are not drawn: their shares are anything. */
const LEAST_ROWS = 5;

/** Reliability diagrams: of each task, the share of rows in which something came true against its probability. */
export const calibration: Draw<CalibrationRow> = ({ rows, found, styles, sweep, theme }) => {
  if (found.length === 0) return { lacking: "no run is done whose predictions were kept" };
  const cells = found.map(({ cell, rows: [row] }) => ({ ...cell, runs: row.runs }));
  const groups = modelGroups(modelsOf(cells));
  const tasks = [...groupBy(rows, ({ task }) => String(task)).values()].map(([first]) => first);
  const shownTasks = tasks.slice(0, Math.max(1, Math.floor(MOST / groups.length)));
  const all = correlationsOf(cells);
  const drawn = someOf(all, Math.max(1, Math.floor(MOST / (shownTasks.length * groups.length))));
  const head = heading("Share that came true against probability; below: rows in each bin", { y: 0, theme });
  let height = head.height;
  const nodes = groups.flatMap((models) => {
    const key = modelLegend(styles, { y: height + 9, theme, sample: "marked", models });
    const panels = shownTasks.flatMap(({ task, label }) =>
      drawn.map((correlation): TaskPanel => {
        const own = found.filter(({ cell }) => models.includes(cell.model) && cell.correlation === correlation);
        const ofTask = own.map((one) => ({ ...one, rows: one.rows.filter((row) => row.task === task) }));
        const at = all.length > 1 ? `, ${correlationWords(correlation)}` : "";
        return { title: `${label}${at}`, cells: ofTask.filter((one) => one.rows.length > 0) };
      }),
    );
    const drawing = panelsOf(panels, height + key.height + 2, theme);
    height = drawing.bottom;
    return [key.node, ...drawing.nodes];
  });
  const cut =
    shownTasks.length < tasks.length
      ? ` Of ${tasks.length} tasks, the first ${shownTasks.length} are drawn; the CSV file has all.`
      : "";
  return {
    title: `Calibration of predicted probabilities${ofOneModel(cells)}`,
    caption: `${captionStart(shownTasks)}${cut}${leftOutSentence(all, drawn)}${groupsSentence(groups)}`,
    runs: runsSentence(cells, sweep),
    height,
    nodes: [...head.nodes, ...nodes],
  };
};

const [LEFT, RIGHT, ACROSS] = [24, 5, 22];
/** Width and height of a single panel; two side by side fill the column. */
const ALONE = 130;
/** The title of a panel, the gap to the counts, their height, and the numbers below. */
const [TITLE, GAP, COUNTS, NUMBERS] = [13, 6, 20, 14];

function panelsOf(panels: readonly TaskPanel[], top: number, theme: Theme): { nodes: SvgNode[]; bottom: number } {
  const columns = Math.min(2, panels.length);
  const side = columns === 1 ? ALONE : (theme.width - LEFT - RIGHT - ACROSS) / 2;
  const below = GAP + COUNTS + NUMBERS;
  const boxes = grid({
    count: panels.length,
    columns,
    width: LEFT + RIGHT + columns * side + (columns - 1) * ACROSS,
    left: LEFT,
    right: RIGHT,
    top: top + TITLE,
    height: side,
    gap: [ACROSS, below + TITLE],
  });
  const nodes = panels.flatMap((one, i) => taskPanel(one, boxes[i], theme, i % columns === 0));
  const { y } = boxes.at(-1) as Box;
  return { nodes, bottom: y + side + below + 2 };
}

/** `named`: whether the vertical axis has numbers. */
function taskPanel({ title, cells }: TaskPanel, box: Box, theme: Theme, named: boolean): SvgNode[] {
  const shares = (range: readonly [number, number]) => linearScale(0, 1, { range, count: 5, label: shortNumber });
  const x = shares([box.x, box.x + box.width]);
  const frame = { x, y: shares([box.y + box.height, box.y]) };
  const under = { ...box, y: box.y + box.height + GAP, height: COUNTS };
  const most = Math.max(1, ...cells.flatMap(({ rows }) => rows.map((row) => row.rows)));
  const counts = { x, y: countScale(most, [under.y + COUNTS, under.y + 1]) };
  const perCell = (draw: (rows: readonly CalibrationRow[], style: SeriesStyle) => SvgNode[], name: string) =>
    cells.map(({ cell, rows, style }) => group({ class: name, ...cellAttributes(cell) }, draw(rows, style)));
  const diagonal = linePath(
    [0, 1].map((end) => ({ x: end, y: end })),
    frame,
    { colour: theme.quiet, dash: undefined },
    { width: 0.6 },
  );
  const marks = [
    diagonal,
    ...perCell((rows, style) => [band(enough(rows), frame, style)], "band"),
    ...perCell((rows, style) => curve(enough(rows), frame, style), "series"),
    ...errorsOf(cells, box, theme),
  ];
  const titled = { title: shortened(title, box.width + RIGHT, SIZE, "SemiBold") };
  return [
    panel({ box, ...frame, theme, numbers: { x: false, y: named }, ...titled }, marks),
    panel(
      { box: under, ...counts, theme, numbers: { x: true, y: true } },
      perCell((rows, { colour, dash }) => [linePath(steps(rows), counts, { colour, dash }, { width: 0.8 })], "counts"),
    ),
  ];
}

/** One number, at the top: that of most rows. */
function countScale(most: number, range: readonly [number, number]): Scale {
  const ticks = [{ value: most, label: most < 9999.5 ? most.toFixed(0) : `${(most / 1000).toFixed(0)}k` }];
  return { ...linearScale(0, most, { range }), ticks };
}

function enough(rows: readonly CalibrationRow[]): CalibrationRow[] {
  return rows.filter((row) => row.rows >= LEAST_ROWS);
}

function band(rows: readonly CalibrationRow[], frame: Frame, { colour }: SeriesStyle): SvgNode {
  const intervals = rows.map(({ predicted, low, high }) => ({ x: predicted, low, high }));
  return bandPath(intervals, frame, colour);
}

function curve(rows: readonly CalibrationRow[], frame: Frame, style: SeriesStyle): SvgNode[] {
  const points = rows.map(({ predicted, observed }) => ({ x: predicted, y: observed }));
  return [
    linePath(points, frame, style),
    ...points.map(({ x, y }) => seriesMarker(style, frame.x.at(x), frame.y.at(y))),
  ];
}

/** The outline of a histogram: no rows in the bins that are not there. */
function steps(rows: readonly CalibrationRow[]) {
  const byBin = new Map(rows.map((row) => [row.bin, row.rows]));
  return Array.from({ length: CALIBRATION_BINS }, (_, b) => {
    const y = byBin.get(b + 1) ?? 0;
    return [b, b + 1].map((end) => ({ x: end / CALIBRATION_BINS, y }));
  }).flat();
}

/** At the upper left, where no line is unless all is wrong: each model's marker and its calibration error. */
function errorsOf(cells: TaskPanel["cells"], { x, y }: Box, { ink }: Theme): SvgNode[] {
  const lines = cells.map(({ cell: { model }, rows, style }, i) => {
    const baseline = y + (i + 2) * (SMALL + 1.5) - 1;
    const value = rows[0].calibrationError.toFixed(3);
    return group({ class: "error", "data-model": model }, [
      seriesMarker(style, x + 6, baseline - SMALL * 0.35),
      text(value, x + 11, baseline, { fill: ink, size: SMALL }),
    ]);
  });
  return [text("ECE", x + 3, y + SMALL, { fill: ink, size: SMALL }), ...lines];
}

function captionStart(tasks: readonly CalibrationRow[]): string {
  const outcomes = listed(tasks.map(({ label, outcome }) => `${outcome} (${label})`));
  return (
    `Reliability on test rows after the last step: rows in ${CALIBRATION_BINS} bins of their predicted probability of ${outcomes}, as the calibration error (ECE) has them. ` +
    `Points: the share of a bin's rows in which it came true against their mean probability, over the rows of all runs; on the diagonal both are the same, below it the probabilities are too high. ` +
    `Bands: Wilson's 95 % intervals for the test rows of one run; they do not cover other runs. Below: one run's rows in each bin, on average. Bins of fewer than ${LEAST_ROWS} such rows have no point. ` +
    `ECE: the mean over runs.`
  );
}
