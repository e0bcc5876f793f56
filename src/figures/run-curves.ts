import { unitText } from "../config/loss-unit.ts";
import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, type LossSet, lossCurve, type RunRecord } from "../records/record.ts";
import type { GridDrawing } from "./cell-grid.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { framed, heading } from "./loss-axis.ts";
import { page } from "./page.ts";
import { rungLines, rungSentence, rungsAcross } from "./rung-marks.ts";
import { bandPath, type Frame, linePath } from "./series.ts";
import { ofOneModel } from "./shown.ts";
import { type Spread, spreads } from "./spreads.ts";
import { stepCells } from "./step-cells.ts";
import { modelStyles } from "./style.ts";
import { group, type SvgNode } from "./svg.ts";
import { modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { type Theme, themeOf } from "./theme.ts";
import { capitalised, lossName, runsSentence, tasksWords, unitsSentence } from "./words.ts";

const NAME = "runs";
/** In a cell with more runs, this many are drawn one by one. */
const SINGLE = 12;

interface CellRuns {
  readonly cell: SweepCell;
  readonly spreads: readonly Spread[];
  /** Runs that are drawn one by one. */
  readonly single: readonly RunRecord[];
}

/** The runs of each cell: their loss against steps, models in rows and correlations in columns. */
export function runCurves(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  const shown = cells.map((cell) => ({
    cell,
    spreads: spreads(cell, options.loss),
    single: byRank(cell, options.loss),
  }));
  const theme = themeOf(options.theme);
  const rungs = rungLines(results, options.loss);
  const { nodes, leftOut, ...size } = drawing(shown, rungs, options, theme);
  const caption = `${captionStart(options, cells)}${rungSentence(rungs, ", with j at the right")}${leftOut} ${runsSentence(cells, results)}`;
  const data = shown.flatMap((one) => rowsOf(one, options));
  return page(
    {
      name: NAME,
      title: `Loss of single runs${ofOneModel(modelsOf(cells))} against training steps`,
      caption,
      ...size,
      theme,
      data,
    },
    nodes,
  );
}

/** All runs if they are few; otherwise those at evenly spaced ranks of the final loss, with the best and the worst. */
function byRank({ runs }: SweepCell, set: LossSet): RunRecord[] {
  if (runs.length <= SINGLE) return [...runs];
  const ordered = runs.map((run) => ({ run, loss: finalLosses(run, set)?.mean ?? 0 })).sort((a, b) => a.loss - b.loss);
  const rank = (i: number) => Math.round((i * (ordered.length - 1)) / (SINGLE - 1));
  return Array.from({ length: SINGLE }, (_, i) => (ordered[rank(i)] as { run: RunRecord }).run);
}

function drawing(
  shown: readonly CellRuns[],
  rungs: ReturnType<typeof rungLines>,
  options: FigureOptions,
  theme: Theme,
): GridDrawing {
  const cells = shown.map(({ cell }) => cell);
  const head = heading(`${capitalised(lossName(options.loss))}: ${unitText(options.unit)}`, { y: 0, theme });
  const values = shown.flatMap((one) => framed(one.spreads, options.scale).flatMap(({ min, max }) => [min, max]));
  const styles = modelStyles(modelsOf(cells), theme);
  const place = { top: head.height, values, scale: options.scale, theme };
  const { nodes, ...size } = stepCells(cells, place, (cell, frame, { box, edges }) => [
    ...runMarks(
      shown[cells.indexOf(cell)] as CellRuns,
      frame,
      styles.get(cell.model)?.colour as string,
      options,
      theme,
    ),
    rungsAcross(rungs, frame.y, { box, theme, named: edges.right }),
  ]);
  return { nodes: [...head.nodes, ...nodes], ...size };
}

function runMarks(
  { spreads, single }: CellRuns,
  frame: Frame,
  colour: string,
  { loss }: FigureOptions,
  { ink }: Theme,
): SvgNode[] {
  const between = (low: "q05" | "q25", high: "q95" | "q75") =>
    bandPath(
      spreads.map((spread) => ({ x: spread.step, low: spread[low], high: spread[high] })),
      frame,
      colour,
    );
  const median = spreads.map(({ step, median }) => ({ x: step, y: median }));
  return [
    group({ class: "band" }, [between("q05", "q95"), between("q25", "q75")]),
    ...single.map((record) => runLine(record, loss, frame, colour)),
    linePath(median, frame, { colour: ink, dash: "3 1.2" }, { width: 1 }),
  ];
}

function runLine(record: RunRecord, loss: LossSet, frame: Frame, colour: string): SvgNode {
  const losses = lossCurve(record, loss);
  const points = record.curve.steps.map((step, i) => ({ x: step, y: losses[i] as number }));
  return group({ class: "run", "data-run": record.run }, [
    linePath(points, frame, { colour, dash: undefined }, { width: 0.4, digits: 1 }),
  ]);
}

function captionStart({ loss, scale, unit }: FigureOptions, cells: readonly SweepCell[]): string {
  const all = cells.every(({ runs }) => runs.length <= SINGLE);
  const single = all
    ? "Thin lines: all runs"
    : `Thin lines: ${SINGLE} runs of each cell, evenly spaced by rank of the final loss from the best to the worst (all, where they are fewer)`;
  return (
    `${capitalised(lossName(loss))} of ${tasksWords(cells)} against training steps (${unitsSentence({ loss, unit })}). ${single}. ` +
    `Bands, over all runs: the middle half and the middle 90 % at each step; dashed: the median.` +
    `${scale === "linear" ? " The first steps may lie above the frame." : ""}`
  );
}

function rowsOf(
  { cell: { model, correlation, runs }, spreads }: CellRuns,
  { loss }: FigureOptions,
): Record<string, CsvValue>[] {
  return spreads.map((spread) => ({ model, correlation, loss, runs: runs.length, ...spread }));
}
