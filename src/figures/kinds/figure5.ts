import type { LossSet } from "../../config/losses.ts";
import { runsText } from "../../stats/estimate.ts";
import { centreOf } from "../../stats/interval.ts";
import { cellFacets, chart, type PanelFrame, type Placed } from "../draw/chart.ts";
import { cellAttributes } from "../draw/curves.ts";
import type { OfCell, RungLine } from "../draw/facts.ts";
import { type FigureOptions, lossFactor } from "../draw/figure.ts";
import { BIN_WIDTH, countsBetween, drawnBins, fittedEdges, type Histogram, histogram } from "../draw/histogram.ts";
import { NAMES_END, rungLines, rungNames, rungSentence, rungsDown, type Stretch } from "../draw/rung-marks.ts";
import { linearScale, type Range, type Scale, shortNumber } from "../draw/scale.ts";
import { type Frame, linePath } from "../draw/series.ts";
import type { StyledRows, Theme } from "../draw/style.ts";
import { element, group, rounded, SMALL, type SvgNode, text, textWidth } from "../draw/svg.ts";
import { type FigureData, figure } from "../draw/sweep-figure.ts";
import { cellWords, figureWords, finalHeading, finalLossWords } from "../draw/words.ts";

type BinRow = OfCell & {
  readonly loss: LossSet;
  readonly low: number;
  /** NaN of a last bin that holds all losses from its start on. */
  readonly high: number;
  readonly runs: number;
  /** Of all runs of the cell. */
  readonly statistic: FigureOptions["statistic"];
  readonly value: number;
};

/** A cell's histogram, with the bins that are drawn. */
interface Binned extends StyledRows<BinRow>, Histogram {
  readonly centre: number;
  /** Where the `i`-th bin begins, which is where the one before it ends. */
  readonly edge: (i: number) => number;
}

/** Figure 5: histograms of the runs' final losses, models in rows and correlations in columns. */
export const figure5 = figure<BinRow>({
  name: "figure5",
  about: "histograms of final losses, a panel for each cell",
  supports: ["loss", "statistic", "sum"],
  rows: ({ sweep, cells, finals }, options) => {
    const { loss, statistic, fits } = options;
    const factor = lossFactor(sweep, options);
    const all = cells.map((cell) => ({
      cell,
      losses: finals(cell, loss)
        .map((mean) => factor * mean)
        .sort(),
    }));
    const edges = fits ? fittedEdges(all.flatMap(({ losses }) => [...losses])) : undefined;
    const edge = (i: number) => edges?.[i] ?? i * BIN_WIDTH;
    return all.flatMap(({ cell: { model, correlation }, losses }) => {
      const { counts, open } = edges ? { counts: countsBetween(edges, losses), open: false } : histogram(losses);
      const value = centreOf(losses, statistic);
      return counts.map((runs, i) => {
        const high = open && i === counts.length - 1 ? Number.NaN : edge(i + 1);
        return { model, correlation, loss, low: edge(i), high, runs, statistic, value };
      });
    });
  },
  draw: (given) => {
    const { found, cells, sweep, options, theme } = given;
    if (found.length === 0) return { lacking: "no run is done" };
    const binned = binnedOf(found, options);
    const rungs = options.sum ? [] : rungLines(sweep, options.loss); // which are of one task
    const bins = Math.max(...binned.map(({ counts }) => counts.length));
    const most = Math.max(...binned.flatMap(({ counts }) => counts));
    const ends = [binned[0].edge(0), binned[0].edge(bins)] as const;
    const { of, figure } = figureWords(5, cells);
    const { leftOut, ...panels } = cellFacets(binned);
    return {
      title: `Final losses of all runs${of}${figure}`,
      caption: `${captionStart(binned, given)}${rungSentence(rungs)}${leftOut}`,
      ...chart({
        ...panels,
        heading: "Number of runs",
        theme,
        height: 46,
        left: 20,
        x: (range) => linearScale(...ends, { range, count: 3, label: shortNumber }),
        y: (range) => countScale(most, range),
        marks: (one, place, all) => [
          rungsDown(rungs, place.x, { box: place.box, theme }, namesIn(rungs, one, all)),
          ...bars(one, place),
          centreMark(one, place, options, theme),
        ],
        foot: [finalHeading(options)],
      }),
    };
  },
});

function binnedOf(found: readonly StyledRows<BinRow>[], { fits }: FigureOptions): Binned[] {
  const edges = found[0].rows;
  const edge = (i: number) => (fits ? (edges[i]?.low ?? edges[edges.length - 1].high) : i * BIN_WIDTH);
  const counted = found.map(({ rows }) => {
    return { counts: rows.map(({ runs }) => runs), open: Number.isNaN(rows.at(-1)?.high) };
  });
  const drawn = drawnBins(counted);
  return found.map((one, i) => ({ ...one, ...drawn[i], centre: one.rows[0].value, edge }));
}

/** Room for `most` runs in a bin and a line of text above them. */
function countScale(most: number, [bottom, top]: Range): Scale {
  const whole = (count: number) => (Number.isInteger(count) ? String(count) : "");
  const room = most * (1 + (SMALL + 2) / (bottom - top));
  return linearScale(0, room, { range: [bottom, top], count: 3, label: whole, most });
}

/** Height of a bar of few runs, in points: less could not be seen. */
const LEAST = 0.8;

function bars({ cell, counts, open, edge, style }: Binned, { x, y }: Frame): SvgNode[] {
  return counts.flatMap((count, i) => {
    if (count === 0) return [];
    const isOpen = open && i === counts.length - 1;
    const low = edge(i).toFixed(3);
    const range = isOpen ? `${low} or more` : `${low} to ${edge(i + 1).toFixed(3)}`;
    const [left, right, foot] = [x.at(edge(i)), x.at(edge(i + 1)), y.at(0)];
    const height = Math.max(LEAST, foot - y.at(count));
    const place = { x: left + 0.2, y: foot - height, width: right - left - 0.4, height };
    const fill = style.colour;
    const words = element("title", {}, [`${cellWords(cell)}: ${runsText(count)} at ${range}`]);
    const bar = element("rect", { class: "bar", ...place, fill, ...(isOpen && OPEN) }, [words]);
    return isOpen ? [bar, beyondMark(right, foot, fill)] : [bar];
  });
}

/** The look of the bar of a last bin that has no end. */
const OPEN = { "fill-opacity": 0.45 };

/** An arrow at the foot of such a bar: its losses may be anywhere to the right. */
function beyondMark(right: number, foot: number, fill: string): SvgNode {
  return element("path", { class: "beyond", d: `M${rounded(right)} ${rounded(foot)}v-4l3.5 2z`, fill });
}

/** The names of the rungs, in the panel that has most room for them. */
function namesIn(rungs: readonly RungLine[], one: Binned, all: readonly Placed<Binned>[]) {
  const named = all.map(({ item, place }) => {
    const names = rungNames(rungs, place.x, place.box, takenBy(item, place));
    return { item, names, letters: names.reduce((sum, { words }) => sum + words.length, 0) };
  });
  const [most] = named.toSorted((a, b) => b.letters - a.letters);
  return one === most.item ? most.names : [];
}

/** Where bars and the dashed line are as high as the names of rungs. */
function takenBy({ counts, centre, edge }: Binned, { x, y, box }: PanelFrame): Stretch[] {
  const line = x.at(Math.min(centre, x.domain[1]));
  const bars = counts.flatMap((count, i): Stretch[] =>
    count > 0 && y.at(count) < box.y + NAMES_END ? [[x.at(edge(i)), x.at(edge(i + 1))]] : [],
  );
  return [...bars, [line, line]];
}

/** The cell's mean or median: a line, and its value above the bars. */
function centreMark({ centre, cell }: Binned, { x, y, box }: PanelFrame, { statistic }: FigureOptions, { ink }: Theme) {
  const at = Math.min(centre, x.domain[1]);
  const label = `${statistic} ${centre.toFixed(3)}`;
  const right = box.x + box.width;
  const isFree = x.at(at) < right - textWidth(label, SMALL) - 2;
  const top = isFree ? 1 : 1 - (SMALL + 2) / box.height; // below the label where it would touch it
  const line = [0, y.domain[1] * top].map((count) => ({ x: at, y: count }));
  return group({ class: "centre", ...cellAttributes(cell) }, [
    linePath(line, { x, y }, { colour: ink, dash: "1.5 1" }, { width: 0.8 }),
    text(label, right, box.y + SMALL - 1, { fill: ink, size: SMALL, anchor: "end" }),
  ]);
}

function captionStart(binned: readonly Binned[], { sweep, options }: FigureData<BinRow>): string {
  const open = binned.find((one) => one.open);
  const from = open && shortNumber(Number(open.edge(open.counts.length - 1).toFixed(3)));
  const { edge } = binned[0];
  const bins = options.fits
    ? `bins of width ${shortNumber(Number((edge(1) - edge(0)).toPrecision(3)))}`
    : "the paper's bins of width 1/30";
  const beyond = open ? ` Losses of ${from} and more share the last bin, which is pale and has an arrow.` : "";
  return (
    `${finalLossWords(sweep, options)}, in ${bins}; ` +
    `all panels have the same axes. Dashed line: the ${options.statistic}.${beyond}`
  );
}
