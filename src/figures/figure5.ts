import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { type Box, panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { cellGrid, type GridDrawing } from "./cell-grid.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { BIN, drawnBins, type Histogram, histogram } from "./histogram.ts";
import { centreOf } from "./interval.ts";
import { heading } from "./loss-axis.ts";
import { page } from "./page.ts";
import { NAMES_END, rungLines, rungNames, rungSentence, rungsDown, type Stretch } from "./rung-marks.ts";
import { linearScale, shortNumber } from "./scale.ts";
import { type Frame, linePath } from "./series.ts";
import { figureWords } from "./shown.ts";
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
  /** The bins that are drawn. */
  readonly drawn: Histogram;
  readonly centre: number;
}

/** Figure 5: histograms of the runs' final losses, models in rows and correlations in columns. */
export function figure5(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  const binned = binnedOf(cells, options);
  const theme = themeOf(options.theme);
  const rungs = rungLines(results, options.loss);
  const { nodes, leftOut, ...size } = drawing(binned, rungs, options, theme);
  const { of, figure } = figureWords(5, cells);
  return page(
    {
      name: NAME,
      title: `Final losses of all runs${of}${figure}`,
      caption: `${captionStart(binned, options)}${rungSentence(rungs)}${leftOut} ${runsSentence(cells, results)}`,
      ...size,
      theme,
      data: binned.flatMap((one) => rowsOf(one, options)),
    },
    nodes,
  );
}

function binnedOf(cells: readonly SweepCell[], { loss, statistic }: FigureOptions): Binned[] {
  const sorted = cells.map((cell) => finalMeans(cell, loss).toSorted());
  const bins = sorted.map(histogram);
  const drawn = drawnBins(bins);
  return cells.map((cell, i) => {
    const centre = centreOf(sorted[i] as Float64Array, statistic);
    return { cell, bins: bins[i] as Histogram, drawn: drawn[i] as Histogram, centre };
  });
}

const HEIGHT = 46;

function drawing(
  binned: readonly Binned[],
  rungs: ReturnType<typeof rungLines>,
  options: FigureOptions,
  theme: Theme,
): GridDrawing {
  const cells = binned.map(({ cell }) => cell);
  const head = heading("Number of runs", { y: 0, theme });
  const layout = cellGrid(cells, { top: head.height, height: HEIGHT, left: 20, theme });
  const bins = Math.max(...binned.map(({ drawn }) => drawn.counts.length));
  const most = Math.max(...binned.flatMap(({ drawn }) => drawn.counts));
  const styles = modelStyles(modelsOf(cells), theme);
  const placed = binned.flatMap((one) => {
    const place = layout.place(one.cell);
    if (place === undefined) return [];
    const frame = frameOf(place.box, bins, most);
    return [{ one, place, frame, names: rungNames(rungs, frame.x, place.box, takenBy(one, frame, place.box)) }];
  });
  const mostNamed = placed.toSorted((a, b) => lettersIn(b) - lettersIn(a))[0];
  const panels = placed.map((panelled) => {
    const { one, place, frame } = panelled;
    const names = panelled === mostNamed ? panelled.names : [];
    const marks = [
      rungsDown(rungs, frame.x, { box: place.box, theme, names }),
      ...bars(one, frame, styles.get(one.cell.model)?.colour as string),
      centreMark(one, frame, place.box, options, theme),
    ];
    return panel({ ...place, ...frame, theme, attributes: cellAttributes(one.cell) }, marks);
  });
  const { leftOut, width, bottom: height } = layout;
  const foot = text(finalHeading(options), width / 2, height - 4, { fill: theme.ink, anchor: "middle" });
  return { nodes: [...head.nodes, ...layout.titles, ...panels, foot], leftOut, width, height };
}

/** Room for `most` runs in a bin and a line of text above them. */
function frameOf({ x, y, width, height }: Box, bins: number, most: number): Frame {
  const whole = (count: number) => (Number.isInteger(count) ? String(count) : "");
  const room = most * (1 + (SMALL + 2) / height);
  return {
    x: linearScale(0, bins * BIN, { range: [x, x + width], count: 3, label: shortNumber }),
    y: linearScale(0, room, { range: [y + height, y], count: 3, label: whole, most }),
  };
}

/** Height of a bar of few runs, in points: less could not be seen. */
const LEAST = 0.8;

function bars({ cell, drawn }: Binned, { x, y }: Frame, fill: string): SvgNode[] {
  return drawn.counts.flatMap((count, i) => {
    if (count === 0) return [];
    const words = `${cellWords(cell)}: ${count} runs at ${rangeWords(drawn, i)}`;
    const [left, right] = [x.at(i * BIN), x.at((i + 1) * BIN)];
    const height = Math.max(LEAST, y.at(0) - y.at(count));
    const place = { x: left + 0.2, y: y.at(0) - height, width: right - left - 0.4, height };
    return [element("rect", { class: "bar", ...place, fill }, [element("title", {}, [words])])];
  });
}

/** The panel with the most of them has the names of the rungs. */
function lettersIn({ names }: { names: ReturnType<typeof rungNames> }): number {
  return names.reduce((sum, { words }) => sum + words.length, 0);
}

/** Where bars and the dashed line are as high as the names of rungs. */
function takenBy({ drawn, centre }: Binned, { x, y }: Frame, box: Box): Stretch[] {
  const line = x.at(Math.min(centre, x.domain[1]));
  const bars = drawn.counts.flatMap((count, i): Stretch[] =>
    count > 0 && y.at(count) < box.y + NAMES_END ? [[x.at(i * BIN), x.at((i + 1) * BIN)]] : [],
  );
  return [...bars, [line, line]];
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
  const line = [0, y.domain[1] * (1 - SMALL / box.height)].map((count) => ({ x: at, y: count }));
  const label = `${options.statistic} ${centre.toFixed(3)}`;
  return group({ class: "centre", ...cellAttributes(cell) }, [
    linePath(line, { x, y }, { colour: theme.ink, dash: "1.5 1" }, { width: 0.8 }),
    text(label, box.x + box.width, box.y + SMALL - 1, { fill: theme.ink, size: SMALL, anchor: "end" }),
  ]);
}

function captionStart(binned: readonly Binned[], { loss, statistic, unit }: FigureOptions): string {
  const open = binned.find(({ drawn }) => drawn.open)?.drawn;
  const from = open && shortNumber(Number(((open.counts.length - 1) * BIN).toFixed(3)));
  const beyond = open ? ` Losses of ${from} and more share the last bin.` : "";
  return (
    `${capitalised(lossName(loss))} of ${tasksWords(binned.map(({ cell }) => cell))} after the last step (${unitsSentence({ loss, unit })}), in the paper's bins of width 1/30; ` +
    `all panels have the same axes. Dashed line: the ${statistic}.${beyond}`
  );
}

function rowsOf({ cell, bins }: Binned, { loss }: FigureOptions): Record<string, CsvValue>[] {
  const { model, correlation } = cell;
  return bins.counts.map((runs, i) => {
    const high = bins.open && i === bins.counts.length - 1 ? Number.NaN : (i + 1) * BIN;
    return { model, correlation, loss, low: i * BIN, high, runs };
  });
}
