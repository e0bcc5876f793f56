import { cellWords } from "../regimes/regimes.ts";
import { type RegimeResult, resultRows, type Standing } from "../regimes/standings.ts";
import { percentOf } from "../units.ts";
import { DEFAULT_OPTIONS, type Figure, page } from "./draw/figure.ts";
import { type Row, type RowGroup, rowChart } from "./draw/row-chart.ts";
import { linearScale } from "./draw/scale.ts";
import { across, down, markerAt } from "./draw/series.ts";
import { type Theme, themeFor } from "./draw/style.ts";
import { finished } from "./finished.ts";

/** Percents below are of contestants that fail. */
const LEAST = -60;

/** Without contestants of the user's own, these are in colour. */
const COLOURED = ["shared-bottom", "mmoe", "average"];

/** One panel for each regime, a row for each of its cells: gains of the user's contestants over those of all others, in grey. */
export function regimesFigure(given: readonly RegimeResult[]): Figure {
  const theme = themeFor(DEFAULT_OPTIONS);
  const areOwn = given.some(({ own }) => own.length > 0);
  const results = areOwn ? given : given.map(coloured);
  const names = [...new Set(results.flatMap(({ own }) => own.map(({ label }) => label)))];
  const key = names.map((label, i) => ({
    label,
    width: 8,
    marks: (x: number, y: number) => [mark(x + 4, y, i, theme)],
  }));
  const panels = results.map((result) => panelOf(result, names, theme));
  const drawing = rowChart(panels.every(({ rows }) => rows.length === 1) ? [joined(panels)] : panels, {
    key,
    theme,
    scale: (range, values) =>
      linearScale(Math.max(LEAST, Math.min(...values)), Math.max(...values), { range, nice: true }),
    foot: "gain over Single-Task, %",
    behind: (x, { y, height }) => [down(x.at(0), y, y + height, theme.quiet, 0.6)],
  });
  const picture = page({
    name: "regimes",
    title: areOwn ? `${names.join(", ")} in regimes` : "When sharing pays",
    caption:
      "Less loss than Single-Task, in percent: the geometric mean over tasks, with a 95 % interval over pairs of runs. " +
      "Grey: the other contestants. What lies beyond an axis is drawn at its edge.",
    ...drawing,
    theme,
  });
  return finished(picture, resultRows(given), DEFAULT_OPTIONS);
}

function coloured({ committed, ...result }: RegimeResult): RegimeResult {
  const isColoured = ({ name }: Standing) => COLOURED.includes(name);
  return { ...result, own: committed.filter(isColoured), committed: committed.filter((one) => !isColoured(one)) };
}

function panelOf({ regime, own, committed }: RegimeResult, names: readonly string[], theme: Theme): RowGroup {
  const cells = [...((own[0] ?? committed[0])?.cells.keys() ?? [])];
  const values = [...own, ...committed].flatMap(({ cells }) => [...cells.values()].map(({ value }) => 100 * value));
  return { title: regime, values, rows: cells.map((cell) => rowOf(cell, regime, own, committed, names, theme)) };
}

/** Regimes of one cell as the rows of one panel. */
function joined(panels: readonly RowGroup[]): RowGroup {
  const rows = panels.flatMap(({ title, rows }) => rows.map((row) => ({ ...row, label: title ?? row.label })));
  return { values: panels.flatMap(({ values }) => values), rows };
}

function rowOf(
  cell: string,
  regime: string,
  own: readonly Standing[],
  committed: readonly Standing[],
  names: readonly string[],
  theme: Theme,
): Row {
  return {
    label: cellWords(cell),
    attributes: { "data-regime": regime, "data-cell": cell },
    words: own
      .map(({ label, cells }) => `${label}: ${percentOf(cells.get(cell)?.value ?? Number.NaN).toFixed(1)} %`)
      .join("; "),
    marks: (x, y) => {
      const [left, right] = x.domain;
      const at = (share: number) => x.at(Math.min(right, Math.max(left, 100 * share)));
      const grey = committed.flatMap(({ cells }) => {
        const gain = cells.get(cell);
        return gain ? [down(at(gain.value), y - 3, y + 3, theme.quiet, 0.5)] : [];
      });
      const mine = own.flatMap(({ label, cells }) => {
        const gain = cells.get(cell);
        if (gain === undefined) return [];
        const i = names.indexOf(label);
        const { low, value, high } = gain; // one run has no interval
        const interval = Number.isNaN(low) ? [] : [across(at(low), at(high), y, theme.series[i], 1)];
        return [...interval, mark(at(value), y, i, theme)];
      });
      return [...grey, ...mine];
    },
  };
}

function mark(x: number, y: number, i: number, { series }: Theme) {
  return markerAt("diamond", x, y, { fill: series[i % series.length], area: 16 });
}
