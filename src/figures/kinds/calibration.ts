import { CALIBRATION_BINS } from "../../stats/classes.ts";
import { groupBy } from "../../stats/group-by.ts";
import { mean } from "../../stats/moments.ts";
import type { BinShare } from "../../summary/calibration.ts";
import { listed } from "../../text.ts";
import { type Box, panel } from "../draw/axes.ts";
import { facets, headed, keyed, type PanelFrame, type Part, spaced, stacked } from "../draw/chart.ts";
import { cellAttributes, groupsSentence } from "../draw/curves.ts";
import { correlationsOf, modelsOf, type OfCell } from "../draw/facts.ts";
import { modelKey } from "../draw/legend.ts";
import { linearScale, type Range, type Scale, shortNumber } from "../draw/scale.ts";
import { bandPath, linePath, seriesMarker } from "../draw/series.ts";
import type { StyledRows, Theme } from "../draw/style.ts";
import { group, SIZE, SMALL, type SvgNode, shortened, text } from "../draw/svg.ts";
import { figure } from "../draw/sweep-figure.ts";
import { correlationWords, leftOutSentence, modelGroups, ofOneModel, runsSentence, someOf } from "../draw/words.ts";

/** The rows of a cell whose probabilities of a task are in a bin, over its runs. */
type CalibrationRow = OfCell &
  BinShare & {
    /** From 1. */
    readonly task: number;
    readonly label: string;
    /** What a probability is of: a class, or the most likely one. */
    readonly outcome: string;
    /** Runs whose predictions were kept. */
    readonly runs: number;
    /** Of all bins: the mean over runs. */
    readonly calibrationError: number;
  };

/** A task at a correlation, of some models. */
interface TaskPanel {
  readonly title: string;
  readonly cells: readonly StyledRows<CalibrationRow>[];
}

const NOT_KEPT =
  "its runs' predictions were not kept (train them again in another folder, or with --overwrite: mmoe sweep --keep-predictions)";

/** Most panels, but for those of the first task at one correlation. */
const MOST = 12;
/** Bins of fewer rows are not drawn: their shares are anything. */
const LEAST_ROWS = 5;
/** Of fewer test rows the picture says so: chance makes much of their calibration error. */
const FEW_ROWS = 20 * CALIBRATION_BINS;

/** Reliability diagrams: of each task, the share of rows in which something came true against its probability. */
export const calibration = figure<CalibrationRow>({
  name: "calibration",
  about: "share that came true against predicted probability, a panel for each task (--keep-predictions)",
  of: "predictions",
  supports: [],
  rows: ({ cells, calibrations }) => {
    if (cells.length === 0) return { lacking: "no run is done" };
    const rows = calibrations().flatMap(({ cell: { model, correlation }, tasks }) =>
      tasks.flatMap(({ task: { k, label, outcome }, runs, error, bins }) =>
        bins.map((bin) => ({
          ...{ model, correlation, task: k + 1, label, outcome, runs },
          ...bin,
          calibrationError: error,
        })),
      ),
    );
    return rows.length > 0 ? rows : { lacking: NOT_KEPT };
  },
  draw: ({ rows, found, styles, sweep, theme }) => {
    if (found.length === 0) return { lacking: "no run is done whose predictions were kept" };
    const cells = found.map(({ cell, rows: [row] }) => ({ ...cell, runs: row.runs }));
    const groups = modelGroups(modelsOf(cells));
    const tasks = [...groupBy(rows, ({ task }) => String(task)).values()].map(([first]) => first);
    const shownTasks = tasks.slice(0, Math.max(1, Math.floor(MOST / groups.length)));
    const all = correlationsOf(cells);
    const drawn = someOf(all, MOST / (shownTasks.length * groups.length));
    const parts = groups.flatMap((models) => {
      const panels = shownTasks.flatMap(({ task, label }) =>
        drawn.map((correlation): TaskPanel => {
          const own = found.filter(({ cell }) => models.includes(cell.model) && cell.correlation === correlation);
          const ofTask = own.map((one) => ({ ...one, rows: one.rows.filter((row) => row.task === task) }));
          const at = all.length > 1 ? `, ${correlationWords(correlation)}` : "";
          return { title: `${label}${at}`, cells: ofTask.filter((one) => one.rows.length > 0) };
        }),
      );
      const key = modelKey(styles, { sample: "marked", models });
      return [keyed(key, theme, { below: 2 }), taskPanels(panels, theme)];
    });
    const cut =
      shownTasks.length < tasks.length
        ? ` Of ${tasks.length} tasks, the first ${shownTasks.length} are drawn; the CSV file has all.`
        : "";
    return {
      title: `Calibration of predicted probabilities${ofOneModel(cells)}`,
      caption: `${captionStart(shownTasks)}${cut}${leftOutSentence(all, drawn)}${groupsSentence(groups)}`,
      runs: runsSentence(cells, sweep),
      ...stacked([headed("Share that came true against probability; below: rows in each bin", theme), ...parts]),
    };
  },
});

const [LEFT, RIGHT, ACROSS] = [24, 5, 22];
/** Width and height of a single panel; two side by side fill the column. */
const ALONE = 130;
/** The gap from a panel to its counts, their height, and the numbers below. */
const [GAP, COUNTS, NUMBERS] = [6, 20, 14];
const UNDER = GAP + COUNTS + NUMBERS;

/** Squares with the counts of rows below each. */
function taskPanels(panels: readonly TaskPanel[], theme: Theme): Part {
  const alone = panels.length === 1;
  const side = alone ? ALONE : (theme.width - LEFT - RIGHT - ACROSS) / 2;
  const shares = (range: Range) => linearScale(0, 1, { range, count: 5, label: shortNumber });
  const columns = panels.map(({ title }) => ({ title: shortened(title, side + RIGHT, SIZE, "SemiBold") }));
  const squares = facets(
    {
      ...{ rows: [{}], columns, most: 2, left: LEFT, across: ACROSS, below: UNDER, numbers: false },
      right: alone ? theme.width - LEFT - ALONE : RIGHT,
      item: (_, column) => panels[column],
      x: shares,
      y: shares,
      marks: (one, place) => shareMarks(one, place, theme),
      beside: (one, place) => [countsPanel(one, place, theme)],
    },
    theme,
  );
  return spaced(squares, { below: UNDER + 2 });
}

function ofCells(cells: TaskPanel["cells"], name: string, draw: (one: StyledRows<CalibrationRow>) => SvgNode[]) {
  return cells.map((one) => group({ class: name, ...cellAttributes(one.cell) }, draw(one)));
}

function shareMarks({ cells }: TaskPanel, { box, ...frame }: PanelFrame, theme: Theme): SvgNode[] {
  const diagonal = [0, 1].map((end) => ({ x: end, y: end }));
  const enough = (rows: readonly CalibrationRow[]) => rows.filter((row) => row.rows >= LEAST_ROWS);
  const bands = ofCells(cells, "band", ({ rows, style }) => {
    const intervals = enough(rows).map(({ predicted, low, high }) => ({ x: predicted, low, high }));
    return [bandPath(intervals, frame, style.colour)];
  });
  const lines = ofCells(cells, "series", ({ rows, style }) => {
    const points = enough(rows).map(({ predicted, observed }) => ({ x: predicted, y: observed }));
    const markers = points.map(({ x, y }) => seriesMarker(style, frame.x.at(x), frame.y.at(y)));
    return [linePath(points, frame, style), ...markers];
  });
  return [
    linePath(diagonal, frame, { colour: theme.quiet, dash: undefined }, { width: 0.6 }),
    ...bands,
    ...lines,
    ...errors(cells, box, theme),
  ];
}

/** Below a panel: the rows of one run in each bin. */
function countsPanel({ cells }: TaskPanel, { box, x }: PanelFrame, theme: Theme): SvgNode {
  const under = { ...box, y: box.y + box.height + GAP, height: COUNTS };
  const most = Math.max(1, ...cells.flatMap(({ rows }) => rows.map((row) => row.rows)));
  const frame = { x, y: countScale(most, [under.y + COUNTS, under.y + 1]) };
  const lines = ofCells(cells, "counts", ({ rows, style: { colour, dash } }) => [
    linePath(outline(rows), frame, { colour, dash }, { width: 0.8 }),
  ]);
  return panel({ box: under, ...frame, theme, numbers: { x: true, y: true } }, lines);
}

/** One number, at the top: that of most rows. */
function countScale(most: number, range: Range): Scale {
  const ticks = [{ value: most, label: most < 9999.5 ? most.toFixed(0) : `${(most / 1000).toFixed(0)}k` }];
  return { ...linearScale(0, most, { range }), ticks };
}

/** The outline of a histogram: no rows in the bins that are not there. */
function outline(rows: readonly CalibrationRow[]) {
  const byBin = new Map(rows.map((row) => [row.bin, row.rows]));
  return Array.from({ length: CALIBRATION_BINS }, (_, b) => {
    const y = byBin.get(b + 1) ?? 0;
    return [b, b + 1].map((end) => ({ x: end / CALIBRATION_BINS, y }));
  }).flat();
}

/** At the upper left, where no line is unless all is wrong: each model's marker and its calibration error. */
function errors(cells: TaskPanel["cells"], { x, y }: Box, { ink }: Theme): SvgNode[] {
  const lines = cells.map(({ cell: { model }, rows, style }, i) => {
    const baseline = y + (i + 2) * (SMALL + 1.5) - 1;
    const value = rows[0].calibrationError.toFixed(3);
    return group({ class: "error", "data-model": model }, [
      seriesMarker(style, x + 6, baseline - SMALL * 0.35),
      text(value, x + 11, baseline, { fill: ink, size: SMALL }),
    ]);
  });
  const rows = Math.round(mean(cells.map((cell) => cell.rows.reduce((sum, bin) => sum + bin.rows, 0))));
  const head = rows < FEW_ROWS ? `ECE of few rows: ${rows}` : "ECE";
  return [text(head, x + 3, y + SMALL, { fill: ink, size: SMALL }), ...lines];
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
