import { endsOf } from "../../stats/estimate.ts";
import { chart, correlationColumns } from "../draw/chart.ts";
import { type EstimatePoint, estimateSeries, finalRow, pointsOf } from "../draw/estimates.ts";
import { correlationsOf, doneCells, modelsOf } from "../draw/facts.ts";
import { modelKey } from "../draw/legend.ts";
import { linearScale, logScale, lossScale, type Range, type Scale, shortNumber, withRoom } from "../draw/scale.ts";
import { labelIn } from "../draw/style.ts";
import { SMALL, textWidth } from "../draw/svg.ts";
import { type FigureData, figure } from "../draw/sweep-figure.ts";
import { finalLossWords, lossHeading, statisticName, withIntervals } from "../draw/words.ts";

/** Final loss of each model against the FLOP that it takes to train it on one row: a panel for each correlation. */
export const cost = figure({
  name: "cost",
  about: "final loss against FLOP of training, a panel for each correlation",
  supports: ["loss", "statistic", "scale"],
  rows: (recorded, options) =>
    recorded.cells.flatMap((cell) => {
      const { parameters, flopPerRow } = recorded.cost(cell);
      return flopPerRow === undefined ? [] : [finalRow(recorded, cell, options, { parameters, flopPerRow })];
    }),
  draw: (given) => {
    const { found, cells, styles, sweep, options, theme } = given;
    if (doneCells(sweep).length === 0) return { lacking: "no run is done" };
    if (modelsOf(cells).length < 2) return { lacking: "runs of two models with known FLOP are needed" };
    const points = pointsOf(found, (_, { flopPerRow }) => flopPerRow);
    const flop = points.map(({ x }) => x);
    if (Math.max(...flop) < (1 + ALIKE) * Math.min(...flop))
      return { lacking: `the models' FLOP differ by less than ${100 * ALIKE} %`, never: true };
    const { drawn, columns, leftOut } = correlationColumns(correlationsOf(cells), 1);
    return {
      title: "Final loss against cost",
      caption: `${captionOf(given)}${leftOut}`,
      ...chart<readonly EstimatePoint[]>({
        heading: lossHeading(options),
        key: modelKey(styles, { sample: "marker" }), // no line joins them
        theme,
        rows: [{}],
        columns,
        item: (_, column) => points.filter(({ cell }) => cell.correlation === drawn[column]),
        height: 78,
        x: (range) => flopScale(flop, range),
        y: (range) => lossScale(endsOf(points), options, range),
        marks: (here, frame) => here.map((point) => estimateSeries([point], frame, theme)),
        foot: ["training FLOP per row, in thousands"],
      }),
    };
  },
});

/** Costs that differ by a smaller share tell nothing: a figure would make much of it. */
const ALIKE = 0.1;
/** Room in a panel beside its outermost values. */
const SIDE = 9;
/** Costs are drawn on a logarithmic axis if the largest is this many times the least. */
const WIDE = 4;
/** Fewer numbers on the axis would not tell the models' costs. */
const LEAST_NUMBERS = 3;

function flopScale(flop: readonly number[], [left, right]: Range): Scale {
  const [low, high] = [Math.min(...flop), Math.max(...flop)];
  const label = (value: number) => shortNumber(value / 1000);
  const options = { range: [left + SIDE, right - SIDE], label } as const;
  if (high / low < WIDE) {
    const [few, more, many] = [3, 4, 5].map((count) => linearScale(low, high, { ...options, count }));
    return [few, more].find(hasRoom) ?? many;
  }
  const scale = logScale(low, high, options);
  if (numbersOf(scale).length >= LEAST_NUMBERS) return scale;
  return { ...scale, ticks: scale.ticks.map(({ value }) => ({ value, label: label(value) })) };
}

function numbersOf({ ticks }: Scale) {
  return ticks.filter(({ label }) => label !== "");
}

/** Whether enough numbers can stand below the axis, and none touches another. */
function hasRoom(scale: Scale): boolean {
  const spans = numbersOf(scale).map(({ value, label }) => {
    return { middle: scale.at(value), half: textWidth(label, SMALL) / 2 };
  });
  return spans.length >= LEAST_NUMBERS && withRoom(spans, 2).every((shown) => shown);
}

function captionOf({ cells: drawn, sweep, options }: FigureData<unknown>): string {
  const cells = doneCells(sweep);
  const unknown = modelsOf(cells).filter((model) => !modelsOf(drawn).includes(model));
  const names = unknown.map((model) => labelIn(cells, model)).join(", ");
  return (
    `${finalLossWords(sweep, options, statisticName(options))}, ${withIntervals(drawn)}, against the cost of training on one row: ` +
    "multiplications and additions of the dense layers and of pairs of factors, forward and backward. The lower left is better." +
    `${names && ` Models in code, whose FLOP are unknown, are left out: ${names}.`}`
  );
}
