import { againstCorrelation, placesSentence } from "./against-correlation.ts";
import type { EstimatePoint, EstimateRow } from "./estimate-series.ts";
import { byCell, correlationsOf, type SweepFacts } from "./facts.ts";
import type { FigureOptions, Picture, Unavailable } from "./figure.ts";
import { lossScale } from "./loss-axis.ts";
import { page } from "./page.ts";
import { stylesIn } from "./style.ts";
import { themeFor } from "./theme.ts";
import { areOnOwnRows, capitalised, OWN_ROWS, runsSentence, withIntervals } from "./words.ts";

const NAME = "gate-distance";
/** The axis reaches this at least: equal gates differ by rounding. */
const LEAST = 0.01;

export type GateDistanceRow = EstimateRow & {
  readonly quantity: string;
  readonly statistic: FigureOptions["statistic"];
};

/** How far apart tasks' gates end, against the correlation, with its 95 % interval over runs. */
export function gateDistance(
  rows: readonly GateDistanceRow[],
  sweep: SweepFacts,
  { statistic, ...options }: FigureOptions,
): Picture | Unavailable {
  const points = byCell(rows, sweep).map(({ cell, rows: [row] }): EstimatePoint => {
    return { ...row, cell, x: cell.correlation as number };
  });
  const cells = points.map(({ cell }) => cell);
  if (areOnOwnRows(cells)) return { name: NAME, lacking: OWN_ROWS, never: true };
  if (correlationsOf(cells).length < 2) return { name: NAME, lacking: "runs are done at one correlation only" };
  const theme = themeFor(options);
  const { nodes, height } = againstCorrelation(points, {
    styles: stylesIn(cells, sweep, theme),
    title: `${capitalised(statistic)} distance of two tasks' gates after the last step`,
    scale: (range, shown) => {
      const values = shown.flatMap(({ value, low, high }) => [value, low, high]);
      return lossScale([...values, LEAST], { scale: "linear" }, range);
    },
    theme,
  });
  const caption =
    `${capitalised(statistic)} over runs of the Jensen-Shannon distance of two tasks' gates after the last step, ` +
    `mean over rows and pairs of tasks, ${withIntervals(cells)}: 0 for equal gates, 1 if they have no expert ` +
    `in common.${placesSentence(points)} ${runsSentence(cells, sweep)}`;
  return page({ name: NAME, title: "Distance of the tasks' gates against correlation", caption, height, theme }, nodes);
}
