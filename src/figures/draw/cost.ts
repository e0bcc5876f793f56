import { type Box, panel } from "./axes.ts";
import { type GridDrawing, gridDrawing, type Place, panelGrid } from "./cell-grid.ts";
import { type EstimatePoint, estimateSeries, type FinalRow } from "./estimates.ts";
import { correlationsOf, type DrawnCell, doneCells, modelsOf } from "./facts.ts";
import type { Draw, Given } from "./figure.ts";
import { modelLegend } from "./legend.ts";
import { linearScale, logScale, lossScale, type Scale, shortNumber, type Tick, withRoom } from "./scale.ts";
import { labelIn, type SeriesStyle } from "./style.ts";
import { heading, SMALL, textWidth } from "./svg.ts";
import { finalLossWords, lossHeading, statisticName, withIntervals } from "./words.ts";

/** A cell's final loss, and its model's cost. */
export type CostRow = FinalRow & {
  readonly parameters: number;
  /** FLOP of training on one row. */
  readonly flopPerRow: number;
};

/** Final loss of each model against the FLOP that it takes to train it on one row: a panel for each correlation. */
export const cost: Draw<CostRow> = (given) => {
  const { found, cells: drawn, sweep } = given;
  const cells = doneCells(sweep);
  if (cells.length === 0) return { lacking: "no run is done" };
  const points = found.map(({ cell, rows: [row] }): EstimatePoint => ({ ...row, cell, x: row.flopPerRow }));
  if (modelsOf(drawn).length < 2) return { lacking: "runs of two models with known FLOP are needed" };
  if (areAlike(points)) return { lacking: `the models' FLOP differ by less than ${100 * ALIKE} %`, never: true };
  const caption = `${captionStart(given)}${unknownSentence(cells, drawn)}`;
  return { title: "Final loss against cost", caption, ...drawing(points, given) };
};

/** Costs that differ by a smaller share tell nothing: a figure would make much of it. */
const ALIKE = 0.1;

function areAlike(points: readonly EstimatePoint[]): boolean {
  const flop = points.map(({ x }) => x);
  return Math.max(...flop) < (1 + ALIKE) * Math.min(...flop);
}

const HEIGHT = 78;
/** Room in a panel beside its outermost values. */
const SIDE = 9;

function drawing(points: readonly EstimatePoint[], { cells, styles, options, theme }: Given<CostRow>): GridDrawing {
  const head = heading(lossHeading(options), { y: 0, theme });
  const names = modelLegend(styles, { y: head.height + 9, theme, sample: "marker" }); // no line joins them
  const above = { nodes: [...head.nodes, names.node], height: head.height + names.height };
  const layout = panelGrid([{ title: "" }], correlationsOf(cells), { above, height: HEIGHT, left: 24, theme });
  const values = points.flatMap(({ value, low, high }) => [value, low, high]);
  const panels = layout.drawn.map((correlation) => {
    const { box, numbers } = layout.place(0, correlation) as Place;
    const frame = { x: flopScale(points, box), y: lossScale(values, options, [box.y + layout.height, box.y]) };
    const here = points.filter(({ cell }) => cell.correlation === correlation);
    const series = here.map((point) =>
      estimateSeries([point], { frame, aside: 0, style: styles.get(point.cell.model) as SeriesStyle, theme }),
    );
    const attributes = { "data-correlation": correlation };
    return panel({ box, ...frame, theme, numbers, attributes }, series);
  });
  return gridDrawing(layout, panels, ["training FLOP per row, in thousands"]);
}

/** Costs are drawn on a logarithmic axis if the largest is this many times the least. */
const WIDE = 4;

/** Fewer numbers on the axis would not tell the models' costs. */
const LEAST_NUMBERS = 3;

function flopScale(points: readonly EstimatePoint[], { x, width }: Box): Scale {
  const flop = points.map((point) => point.x);
  const [low, high] = [Math.min(...flop), Math.max(...flop)];
  const label = (value: number) => shortNumber(value / 1000);
  const options = { range: [x + SIDE, x + width - SIDE], label } as const;
  if (high / low < WIDE) {
    const scales = [3, 4, 5].map((count) => linearScale(low, high, { ...options, count }));
    return scales.find(hasRoom) ?? (scales.at(-1) as Scale);
  }
  const scale = logScale(low, high, options);
  if (numbersOf(scale).length >= LEAST_NUMBERS) return scale;
  return { ...scale, ticks: scale.ticks.map(({ value }) => ({ value, label: label(value) })) };
}

function numbersOf({ ticks }: Scale): Tick[] {
  return ticks.filter(({ label }) => label !== "");
}

/** Whether enough numbers can stand below the axis, and none touches another. */
function hasRoom(scale: Scale): boolean {
  const spans = numbersOf(scale).map(({ value, label }) => ({
    middle: scale.at(value),
    half: textWidth(label, SMALL) / 2,
  }));
  return spans.length >= LEAST_NUMBERS && withRoom(spans, 2).every((shown) => shown);
}

function captionStart({ cells, sweep, options }: Given<CostRow>): string {
  return (
    `${finalLossWords(sweep, options, statisticName(options))}, ${withIntervals(cells)}, against the cost of training on one row: ` +
    "multiplications and additions of the dense layers, forward and backward. The lower left is better."
  );
}

function unknownSentence(cells: readonly DrawnCell[], drawn: readonly DrawnCell[]): string {
  const models = modelsOf(cells).filter((model) => !modelsOf(drawn).includes(model));
  return models.length === 0
    ? ""
    : ` Models in code, whose FLOP are unknown, are left out: ${models.map((model) => labelIn(cells, model)).join(", ")}.`;
}
