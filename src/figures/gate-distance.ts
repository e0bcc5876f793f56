import type { Results } from "../records/read-results.ts";
import { againstCorrelation, placesSentence } from "./against-correlation.ts";
import { ofDiagnosed } from "./diagnosed.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { drawnEstimate } from "./interval.ts";
import { lossScale } from "./loss-axis.ts";
import { page } from "./page.ts";
import { cellMeasures, correlationsOf, type SweepCell, stylesIn } from "./sweep-cells.ts";
import { themeOf } from "./theme.ts";
import { areOnOwnRows, capitalised, OWN_ROWS, runsSentence, withIntervals } from "./words.ts";

const NAME = "gate-distance";
const QUANTITY = "gateDistance";
/** The axis reaches this at least: equal gates differ by rounding. */
const LEAST = 0.01;

/** How far apart tasks' gates end, against the correlation, with its 95 % interval over runs. */
export function gateDistance(results: Results, { statistic, ...options }: FigureOptions): Figure | Lacking {
  return ofDiagnosed(results, NAME, QUANTITY, (cells) => {
    if (areOnOwnRows(cells)) return { name: NAME, lacking: OWN_ROWS, never: true };
    if (correlationsOf(cells).length < 2) return { name: NAME, lacking: "runs are done at one correlation only" };
    const points = cells.map((cell) => ({
      cell,
      x: cell.correlation as number,
      ...drawnEstimate(distances(cell), statistic),
    }));
    const theme = themeOf(options.theme);
    const { nodes, height } = againstCorrelation(points, {
      styles: stylesIn(cells, results, theme),
      title: `${capitalised(statistic)} distance of two tasks' gates after the last step`,
      scale: (range, shown) => {
        const values = shown.flatMap(({ value, low, high }) => [value, low, high]);
        return lossScale([...values, LEAST], "linear", range);
      },
      theme,
    });
    const caption =
      `${capitalised(statistic)} over runs of the Jensen-Shannon distance of two tasks' gates after the last step, ` +
      `mean over rows and pairs of tasks, ${withIntervals(cells)}: 0 for equal gates, 1 if they have no expert ` +
      `in common.${placesSentence(points)} ${runsSentence(cells, results)}`;
    const data = points.map(({ cell, value, low, high }) => {
      const { model, correlation, runs } = cell;
      return { model, correlation, runs: runs.length, quantity: QUANTITY, statistic, value, low, high };
    });
    return page(
      { name: NAME, title: "Distance of the tasks' gates against correlation", caption, height, theme, data },
      nodes,
    );
  });
}

/** Of the runs that have one. */
function distances(cell: SweepCell): Float64Array {
  return cellMeasures(cell, QUANTITY).filter((value) => Number.isFinite(value));
}
