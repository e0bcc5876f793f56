import { type LossSet, unitText } from "../../config/losses.ts";
import { type GridDrawing, stepCells } from "./cell-grid.ts";
import type { OfCell, RunCurve, RungLine, Sweep } from "./facts.ts";
import type { Draw, FigureOptions, Given } from "./figure.ts";
import { rungLines, rungSentence, rungsAcross } from "./rung-marks.ts";
import { framed } from "./scale.ts";
import { bandPath, type Frame, linePath } from "./series.ts";
import type { StyledRows, Theme } from "./style.ts";
import { group, heading, type SvgNode } from "./svg.ts";
import { capitalised, endedSentence, lossName, ofOneModel, tasksWords, unitsSentence } from "./words.ts";

/** In a cell with more runs, this many are drawn one by one, beside the best and the worst. */
const SINGLE = 12;

/** Quantiles of values: ends, middle 90 %, middle half, median. */
export type Quantiles = Readonly<Record<"min" | "q05" | "q25" | "median" | "q75" | "q95" | "max", number>>;

/** Quantiles of the losses of a cell's runs at a step. */
export type SpreadRow = OfCell & Quantiles & { readonly loss: LossSet; readonly runs: number; readonly step: number };

interface CellRuns extends StyledRows<SpreadRow> {
  /** Number of runs whose curves are known: a page may hold only those of the first runs. */
  readonly known: number;
  /** Runs that are drawn one by one. */
  readonly single: readonly RunCurve[];
}

/** The runs of each cell: their loss against steps, models in rows and correlations in columns. */
export const runCurves: Draw<SpreadRow> = (given) => {
  const { found, cells, sweep, options } = given;
  const shown = found.map((one): CellRuns => {
    const curves = sweep.curvesOf(one.cell, options.loss);
    return { ...one, known: curves.length, single: sampleOf(curves) };
  });
  if (shown.length === 0) return { lacking: "no run is done" };
  const rungs = rungLines(sweep, options.loss);
  return {
    title: `Loss of single runs${ofOneModel(cells)} against training steps`,
    caption: `${captionStart(shown, sweep, options)}${endedSentence(shown)}${rungSentence(rungs, ", with j at the right")}`,
    ...drawing(shown, rungs, given),
  };
};

/**
 * All runs if they are few; otherwise the first dozen by their numbers, which are a random sample since runs are
 * independent, and the best and the worst.
 */
function sampleOf(runs: readonly RunCurve[]): readonly RunCurve[] {
  if (runs.length <= SINGLE) return runs;
  const ordered = runs.toSorted((a, b) => a.final - b.final);
  const ends = [ordered[0], ordered.at(-1)] as RunCurve[];
  return [...new Set([...runs.toSorted((a, b) => a.run - b.run).slice(0, SINGLE), ...ends])];
}

function drawing(
  shown: readonly CellRuns[],
  rungs: readonly RungLine[],
  { options, theme }: Given<SpreadRow>,
): GridDrawing {
  const above = heading(`${capitalised(lossName(options.loss))}: ${unitText(options.unit)}`, { y: 0, theme });
  const values = shown.flatMap(({ rows }) => framed(rows, options.scale).flatMap(({ min, max }) => [min, max]));
  return stepCells(shown, { above, values, options, theme }, (one, frame, { box, edges }) => [
    ...runMarks(one, frame, one.style.colour, theme),
    rungsAcross(rungs, frame.y, { box, theme }, edges.right),
  ]);
}

function runMarks({ rows: spreads, single }: CellRuns, frame: Frame, colour: string, { ink }: Theme): SvgNode[] {
  const between = (low: "q05" | "q25", high: "q95" | "q75") =>
    bandPath(
      spreads.map((spread) => ({ x: spread.step, low: spread[low], high: spread[high] })),
      frame,
      colour,
    );
  const median = spreads.map(({ step, median }) => ({ x: step, y: median }));
  return [
    group({ class: "band" }, [between("q05", "q95"), between("q25", "q75")]),
    ...single.map((run) => runLine(run, frame, colour)),
    linePath(median, frame, { colour: ink, dash: "3 1.2" }, { width: 1 }),
  ];
}

function runLine({ run, steps, losses }: RunCurve, frame: Frame, colour: string): SvgNode {
  const points = steps.map((step, i) => ({ x: step, y: losses[i] }));
  return group({ class: "run", "data-run": run }, [
    linePath(points, frame, { colour, dash: undefined }, { width: 0.4, digits: 1 }),
  ]);
}

function captionStart(shown: readonly CellRuns[], sweep: Sweep, { loss, scale, unit }: FigureOptions): string {
  return (
    `${capitalised(lossName(loss))} of ${tasksWords(sweep)} against training steps (${unitsSentence({ loss, unit })}). ${singleSentence(shown)} ` +
    `Bands, over all runs: the middle half and the middle 90 % at each step; dashed: the median.` +
    `${scale === "linear" ? " The first steps may lie above the frame." : ""}`
  );
}

/** Which runs are drawn one by one. */
function singleSentence(shown: readonly CellRuns[]): string {
  const known = Math.max(...shown.map((one) => one.known));
  const first = shown.some((one) => one.known < one.cell.runs) ? `the first ${known} ` : "";
  if (known <= SINGLE) return `Thin lines: ${first || "all "}runs.`;
  return (
    `Thin lines: the first ${SINGLE} runs of each cell, a random sample, and the best and the worst ${first && `of ${first}`}by final loss ` +
    "(all, where they are fewer)."
  );
}
