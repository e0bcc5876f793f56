import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { type Box, panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { cellGrid } from "./cell-grid.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { BIN, type Histogram, histogram, LARGEST } from "./histogram.ts";
import { centreOf } from "./interval.ts";
import { heading } from "./loss-axis.ts";
import { type Drawing, page } from "./page.ts";
import { rungLines, rungSentence, rungsDown } from "./rung-marks.ts";
import { linearScale, shortNumber } from "./scale.ts";
import { type Frame, linePath } from "./series.ts";
import { modelStyles } from "./style.ts";
import { element, group, type SvgNode } from "./svg.ts";
import { finalMeans, modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { SMALL, text } from "./text.ts";
import { type Theme, themeOf } from "./theme.ts";
import { capitalised, cellWords, finalHeading, lossName, runsSentence, tasksWords, unitsSentence } from "./words.ts";

const NAME = "figure5";

interface Binned {
  readonly cell: SweepCell;
  readonly bins: Histogram;
  readonly centre: number;
}

/** Figure 5: histograms of the runs' final losses, models in rows and correlations in columns. */
export function figure5(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  const binned = cells.map((cell) => {
    const losses = finalMeans(cell, options.loss).toSorted();
    return { cell, bins: histogram(losses), centre: centreOf(losses, options.statistic) };
  });
  const theme = themeOf(options.theme);
  const rungs = rungLines(results, options.loss);
  const { nodes, ...size } = drawing(binned, rungs, options, theme);
  return page(
    {
      name: NAME,
      title: "Final losses of all runs (Figure 5)",
      caption: `${captionStart(binned, options)}${rungSentence(rungs)} ${runsSentence(cells, results)}`,
      ...size,
      theme,
      data: binned.flatMap((one) => rowsOf(one, options)),
    },
    nodes,
  );
}

const HEIGHT = 46;

function drawing(
  binned: readonly Binned[],
  rungs: ReturnType<typeof rungLines>,
  options: FigureOptions,
  theme: Theme,
): Drawing {
  const cells = binned.map(({ cell }) => cell);
  const head = heading("Number of runs", { y: 0, theme });
  const layout = cellGrid(cells, { top: head.height, height: HEIGHT, left: 20, theme });
  const bins = Math.max(...binned.map((one) => one.bins.counts.length));
  const styles = modelStyles(modelsOf(cells), theme);
  const panels = binned.map((one) => {
    const { box, first } = layout.place(one.cell);
    const row = binned.filter(({ cell }) => cell.model === one.cell.model);
    const frame = frameOf(box, bins, Math.max(...row.flatMap((other) => other.bins.counts)));
    return panel({ box, ...frame, theme, numbers: { y: first }, attributes: cellAttributes(one.cell) }, [
      rungsDown(rungs, frame.x, { box, theme, named: first }),
      ...bars(one, frame, styles.get(one.cell.model)?.colour as string),
      centreMark(one, frame, box, options, theme),
    ]);
  });
  const words = finalHeading(options);
  const foot = text(words, layout.width / 2, layout.bottom - 4, { fill: theme.ink, anchor: "middle" });
  return { nodes: [...head.nodes, ...layout.titles, ...panels, foot], width: layout.width, height: layout.bottom };
}

/** Room for `most` runs in a bin and a line of text above them. */
function frameOf({ x, y, width }: Box, bins: number, most: number): Frame {
  const whole = (count: number) => (Number.isInteger(count) ? String(count) : "");
  return {
    x: linearScale(0, bins * BIN, { range: [x, x + width], count: 3, label: shortNumber }),
    y: linearScale(0, most * 1.25, { range: [y + HEIGHT, y], count: 3, label: whole, most }),
  };
}

function bars({ cell, bins }: Binned, { x, y }: Frame, fill: string): SvgNode[] {
  return bins.counts.flatMap((count, i) => {
    if (count === 0) return [];
    const words = `${cellWords(cell)}: ${count} runs at ${rangeWords(bins, i)}`;
    const [left, right] = [x.at(i * BIN), x.at((i + 1) * BIN)];
    const place = { x: left + 0.2, y: y.at(count), width: right - left - 0.4, height: y.at(0) - y.at(count) };
    return [element("rect", { class: "bar", ...place, fill }, [element("title", {}, [words])])];
  });
}

function rangeWords({ counts, open }: Histogram, i: number): string {
  const low = (i * BIN).toFixed(3);
  return open && i === counts.length - 1 ? `${low} or more` : `${low} to ${((i + 1) * BIN).toFixed(3)}`;
}

/** The cell's mean or median: a line, and its value above the bars. */
function centreMark(
  { centre, cell }: Binned,
  { x, y }: Frame,
  box: Box,
  options: FigureOptions,
  theme: Theme,
): SvgNode {
  const at = Math.min(centre, x.domain[1]);
  const line = [0, y.domain[1] * 0.86].map((count) => ({ x: at, y: count }));
  const label = `${options.statistic} ${centre.toFixed(3)}`;
  return group({ class: "centre", ...cellAttributes(cell) }, [
    linePath(line, { x, y }, { colour: theme.ink, dash: "1.5 1" }, { width: 0.8 }),
    text(label, box.x + box.width, box.y + SMALL - 1, { fill: theme.ink, size: SMALL, anchor: "end" }),
  ]);
}

function captionStart(binned: readonly Binned[], { loss, statistic, unit }: FigureOptions): string {
  const open = binned.some(({ bins }) => bins.open) ? ` Losses of ${LARGEST} and more share the last bin.` : "";
  return (
    `${capitalised(lossName(loss))} of ${tasksWords(binned.map(({ cell }) => cell))} after the last step (${unitsSentence({ loss, unit })}), in the paper's bins of width 1/30; ` +
    `each model has a vertical axis of its own. Dashed line: the ${statistic}.${open}`
  );
}

function rowsOf({ cell, bins }: Binned, { loss }: FigureOptions): Record<string, CsvValue>[] {
  const { model, correlation } = cell;
  return bins.counts.map((runs, i) => {
    const high = bins.open && i === bins.counts.length - 1 ? Number.NaN : (i + 1) * BIN;
    return { model, correlation, loss, low: i * BIN, high, runs };
  });
}
