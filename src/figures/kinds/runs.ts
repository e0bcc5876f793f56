import { type LossSet, unitText } from "../../config/losses.ts";
import { cellFacets, chart } from "../draw/chart.ts";
import { aboveSentence, stepAxis } from "../draw/curves.ts";
import type { OfCell, Quantiles, RunCurve } from "../draw/facts.ts";
import { rungLines, rungSentence, rungsAcross } from "../draw/rung-marks.ts";
import { framed, lossScale } from "../draw/scale.ts";
import { bandPath, type Frame, linePath } from "../draw/series.ts";
import type { StyledRows, Theme } from "../draw/style.ts";
import { group, type SvgNode } from "../draw/svg.ts";
import { type FigureData, figure } from "../draw/sweep-figure.ts";
import { capitalised, endedSentence, lossName, ofOneModel, tasksWords, unitsSentence } from "../draw/words.ts";

/** Quantiles of the losses of a cell's runs at a step. */
type SpreadRow = OfCell & Quantiles & { readonly loss: LossSet; readonly runs: number; readonly step: number };

interface CellRuns extends StyledRows<SpreadRow> {
  /** Number of runs whose curves are known: a page may hold only those of the first runs. */
  readonly known: number;
  readonly single: readonly RunCurve[];
}

/** The runs of each cell: their loss against steps, models in rows and correlations in columns. */
export const runs = figure<SpreadRow>({
  name: "runs",
  about: "single runs' loss against steps, a panel for each cell",
  supports: ["loss", "scale"],
  rows: ({ cells, curve }, { loss }) =>
    cells.flatMap((cell) => {
      const { model, correlation } = cell;
      return curve(cell, loss).map(({ step, runs, spread }) => ({ model, correlation, loss, step, runs, ...spread }));
    }),
  draw: (given) => {
    const { found, cells, sweep, options, theme } = given;
    const { loss, scale, unit } = options;
    if (found.length === 0) return { lacking: "no run is done" };
    const shown = found.map((one): CellRuns => {
      const curves = sweep.curvesOf(one.cell, loss);
      return { ...one, known: curves.length, single: sampleOf(curves) };
    });
    const rungs = rungLines(sweep, loss);
    const values = found.flatMap(({ rows }) => framed(rows, scale).flatMap(({ min, max }) => [min, max]));
    const { leftOut, ...panels } = cellFacets(shown);
    return {
      title: `Loss of single runs${ofOneModel(cells)} against training steps`,
      caption: `${captionStart(shown, given)}${endedSentence(found)}${rungSentence(rungs, ", with j at the right")}${leftOut}`,
      ...chart({
        ...panels,
        heading: `${capitalised(lossName(loss))}: ${unitText(unit)}`,
        theme,
        ...stepAxis(found, theme),
        y: (range) => lossScale(values, options, range),
        marks: (one, { box, isLast, ...frame }) => [
          ...runMarks(one, frame, theme),
          rungsAcross(rungs, frame.y, { box, theme }, isLast),
        ],
      }),
    };
  },
});

/** In a cell with more runs, this many are drawn one by one, beside the best and the worst. */
const SINGLE = 12;

/**
 * All runs if they are few; otherwise the first dozen by their numbers, which are a random sample since runs are
 * independent, and the best and the worst.
 */
function sampleOf(runs: readonly RunCurve[]): readonly RunCurve[] {
  if (runs.length <= SINGLE) return runs;
  const ordered = runs.toSorted((a, b) => a.final - b.final);
  const first = runs.toSorted((a, b) => a.run - b.run).slice(0, SINGLE);
  return [...new Set([...first, ordered[0], ordered[ordered.length - 1]])];
}

function runMarks({ rows, single, style }: CellRuns, frame: Frame, { ink }: Theme): SvgNode[] {
  const { colour } = style;
  const between = (low: "q05" | "q25", high: "q95" | "q75") =>
    bandPath(
      rows.map((row) => ({ x: row.step, low: row[low], high: row[high] })),
      frame,
      colour,
    );
  const lines = single.map(({ run, steps, losses }) => {
    const points = steps.map((step, i) => ({ x: step, y: losses[i] }));
    const line = linePath(points, frame, { colour, dash: undefined }, { width: 0.4, digits: 1 });
    return group({ class: "run", "data-run": run }, [line]);
  });
  const median = rows.map(({ step, median }) => ({ x: step, y: median }));
  return [
    group({ class: "band" }, [between("q05", "q95"), between("q25", "q75")]),
    ...lines,
    linePath(median, frame, { colour: ink, dash: "3 1.2" }, { width: 1 }),
  ];
}

function captionStart(shown: readonly CellRuns[], { sweep, options }: FigureData<SpreadRow>): string {
  const { loss, scale, unit } = options;
  return (
    `${capitalised(lossName(loss))} of ${tasksWords(sweep)} against training steps (${unitsSentence({ loss, unit })}). ${singleSentence(shown)} ` +
    `Bands, over all runs: the middle half and the middle 90 % at each step; dashed: the median.${aboveSentence(scale)}`
  );
}

function singleSentence(shown: readonly CellRuns[]): string {
  const known = Math.max(...shown.map((one) => one.known));
  const first = shown.some((one) => one.known < one.cell.runs) ? `the first ${known} ` : "";
  if (known <= SINGLE) return `Thin lines: ${first || "all "}runs.`;
  return (
    `Thin lines: the first ${SINGLE} runs of each cell, a random sample, and the best and the worst ${first && `of ${first}`}by final loss ` +
    "(all, where they are fewer)."
  );
}
