import type { LossSet } from "../../config/losses.ts";
import { runsText } from "../../stats/estimate.ts";
import { type Box, panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { cellGrid, type GridDrawing, gridDrawing } from "./cell-grid.ts";
import type { OfCell, RungLine, SweepFacts } from "./facts.ts";
import type { Draw, FigureOptions, Given } from "./figure.ts";
import { BIN_WIDTH, drawnBins, type Histogram } from "./histogram.ts";
import { NAMES_END, rungLines, rungNames, rungSentence, rungsDown, type Stretch } from "./rung-marks.ts";
import { linearScale, shortNumber } from "./scale.ts";
import { type Frame, linePath } from "./series.ts";
import type { StyledRows, Theme } from "./style.ts";
import { brokenLines, element, group, heading, rounded, SIZE, SMALL, type SvgNode, text, textWidth } from "./svg.ts";
import { cellWords, figureWords, finalHeading, finalLossWords } from "./words.ts";

/** A bin of a cell's histogram. */
export type BinRow = OfCell & {
  readonly loss: LossSet;
  readonly low: number;
  /** NaN of a last bin that holds all losses from its start on. */
  readonly high: number;
  /** Number of runs in the bin. */
  readonly runs: number;
  /** Of all runs of the cell. */
  readonly statistic: FigureOptions["statistic"];
  readonly value: number;
};

interface Binned extends StyledRows<BinRow> {
  /** The bins that are drawn. */
  readonly drawn: Histogram;
  readonly centre: number;
  readonly edge: EdgeOf;
}

/** Where the `i`-th bin begins, which is where the one before it ends. */
type EdgeOf = (i: number) => number;

/** Figure 5: histograms of the runs' final losses, models in rows and correlations in columns. */
export const figure5: Draw<BinRow> = (given) => {
  const { found, cells, sweep, options } = given;
  if (found.length === 0) return { lacking: "no run is done" };
  const binned = binnedOf(found, options);
  const rungs = options.sum ? [] : rungLines(sweep, options.loss); // which are of one task
  const { of, figure } = figureWords(5, cells);
  return {
    title: `Final losses of all runs${of}${figure}`,
    caption: `${captionStart(binned, sweep, options)}${rungSentence(rungs)}`,
    ...drawing(binned, rungs, given),
  };
};

function binnedOf(found: readonly StyledRows<BinRow>[], { fits }: FigureOptions): Binned[] {
  const edges = found[0]?.rows ?? [];
  const edge = (i: number) => (fits ? (edges[i]?.low ?? (edges.at(-1) as BinRow).high) : i * BIN_WIDTH);
  const drawn = drawnBins(
    found.map(({ rows: bins }) => ({
      counts: bins.map(({ runs }) => runs),
      open: Number.isNaN(bins.at(-1)?.high),
    })),
  );
  return found.map((one, i) => ({ ...one, drawn: drawn[i], centre: one.rows[0].value, edge }));
}

const HEIGHT = 46;

function drawing(
  binned: readonly Binned[],
  rungs: readonly RungLine[],
  { cells, options, theme }: Given<BinRow>,
): GridDrawing {
  const above = heading("Number of runs", { y: 0, theme });
  const layout = cellGrid(cells, { above, height: HEIGHT, left: 20, theme });
  const bins = Math.max(...binned.map(({ drawn }) => drawn.counts.length));
  const most = Math.max(...binned.flatMap(({ drawn }) => drawn.counts));
  const placed = binned.flatMap((one) => {
    const place = layout.place(one.cell);
    if (place === undefined) return [];
    const frame = frameOf(place.box, [one.edge(0), one.edge(bins)], most);
    return [{ one, place, frame, names: rungNames(rungs, frame.x, place.box, takenBy(one, frame, place.box)) }];
  });
  const mostNamed = placed.toSorted((a, b) => lettersIn(b) - lettersIn(a))[0];
  const panels = placed.map((panelled) => {
    const { one, place, frame } = panelled;
    const names = panelled === mostNamed ? panelled.names : [];
    const marks = [
      rungsDown(rungs, frame.x, { box: place.box, theme }, names),
      ...bars(one, frame, one.style.colour),
      centreMark(one, frame, place.box, options, theme),
    ];
    return panel({ ...place, ...frame, theme, attributes: cellAttributes(one.cell) }, marks);
  });
  const foot = brokenLines(finalHeading(options), theme.width, SIZE);
  return gridDrawing(layout, panels, foot);
}

/** Room for `most` runs in a bin and a line of text above them. */
function frameOf({ x, y, width, height }: Box, ends: readonly [number, number], most: number): Frame {
  const whole = (count: number) => (Number.isInteger(count) ? String(count) : "");
  const room = most * (1 + (SMALL + 2) / height);
  return {
    x: linearScale(...ends, { range: [x, x + width], count: 3, label: shortNumber }),
    y: linearScale(0, room, { range: [y + height, y], count: 3, label: whole, most }),
  };
}

/** Height of a bar of few runs, in points: less could not be seen. */
const LEAST = 0.8;

function bars({ cell, drawn, edge }: Binned, { x, y }: Frame, fill: string): SvgNode[] {
  return drawn.counts.flatMap((count, i) => {
    if (count === 0) return [];
    const words = `${cellWords(cell)}: ${runsText(count)} at ${rangeWords(drawn, edge, i)}`;
    const [left, right] = [x.at(edge(i)), x.at(edge(i + 1))];
    const height = Math.max(LEAST, y.at(0) - y.at(count));
    const place = { x: left + 0.2, y: y.at(0) - height, width: right - left - 0.4, height };
    const isOpen = drawn.open && i === drawn.counts.length - 1;
    const bar = element("rect", { class: "bar", ...place, fill, ...(isOpen && OPEN) }, [element("title", {}, [words])]);
    return isOpen ? [bar, beyondMark(right, y.at(0), fill)] : [bar];
  });
}

/** The look of the bar of a last bin that has no end. */
const OPEN = { "fill-opacity": 0.45 };

/** An arrow at the foot of such a bar: its losses may be anywhere to the right. */
function beyondMark(right: number, foot: number, fill: string): SvgNode {
  return element("path", { class: "beyond", d: `M${rounded(right)} ${rounded(foot)}v-4l3.5 2z`, fill });
}

/** The panel with the most of them has the names of the rungs. */
function lettersIn({ names }: { names: ReturnType<typeof rungNames> }): number {
  return names.reduce((sum, { words }) => sum + words.length, 0);
}

/** Where bars and the dashed line are as high as the names of rungs. */
function takenBy({ drawn, centre, edge }: Binned, { x, y }: Frame, box: Box): Stretch[] {
  const line = x.at(Math.min(centre, x.domain[1]));
  const bars = drawn.counts.flatMap((count, i): Stretch[] =>
    count > 0 && y.at(count) < box.y + NAMES_END ? [[x.at(edge(i)), x.at(edge(i + 1))]] : [],
  );
  return [...bars, [line, line]];
}

function rangeWords({ counts, open }: Histogram, edge: EdgeOf, i: number): string {
  const low = edge(i).toFixed(3);
  return open && i === counts.length - 1 ? `${low} or more` : `${low} to ${edge(i + 1).toFixed(3)}`;
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
  const lineTo = (share: number) => [0, y.domain[1] * share].map((count) => ({ x: at, y: count }));
  const label = `${options.statistic} ${centre.toFixed(3)}`;
  const free = box.x + box.width - textWidth(label, SMALL) - 2;
  const top = x.at(at) < free ? 1 : 1 - (SMALL + 2) / box.height; // below the label where it would touch it
  return group({ class: "centre", ...cellAttributes(cell) }, [
    linePath(lineTo(top), { x, y }, { colour: theme.ink, dash: "1.5 1" }, { width: 0.8 }),
    text(label, box.x + box.width, box.y + SMALL - 1, { fill: theme.ink, size: SMALL, anchor: "end" }),
  ]);
}

function captionStart(binned: readonly Binned[], sweep: SweepFacts, options: FigureOptions): string {
  const { statistic, fits } = options;
  const open = binned.find(({ drawn }) => drawn.open);
  const from = open && shortNumber(Number(open.edge(open.drawn.counts.length - 1).toFixed(3)));
  const { edge } = binned[0];
  const bins = fits
    ? `bins of width ${shortNumber(Number((edge(1) - edge(0)).toPrecision(3)))}`
    : "the paper's bins of width 1/30";
  const beyond = open ? ` Losses of ${from} and more share the last bin, which is pale and has an arrow.` : "";
  return (
    `${finalLossWords(sweep, options)}, in ${bins}; ` +
    `all panels have the same axes. Dashed line: the ${statistic}.${beyond}`
  );
}
