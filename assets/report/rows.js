// The rows behind the figures, as src/report/packed-rows.ts packs them: for CSV files, and for the intervals of curves.

/** @typedef {{ name: string, texts: [string, number][] }} TextColumn */
/** @typedef {{ name: string, digits: number, numbers: string, gaps?: number[] }} NumberColumn */
/** @typedef {TextColumn | NumberColumn} RowColumn */

/** An interval by how far its ends are from its value, and the number of runs behind it. @typedef {{ below: number, above: number, runs: number }} Around */

/** Intervals over fewer runs are not shown (LEAST_SHOWN in src/stats/estimate.ts). */
const LEAST_RUNS = 5;

/** Each column once, and each figure's table as places of columns. @type {{ columns: RowColumn[], tables: number[][] }} */
const packedTables = JSON.parse(
  document.getElementById("figure-rows")?.textContent ?? '{ "columns": [], "tables": [] }',
);

/** By figures that were read: their intervals. @type {WeakMap<Element, Map<string, Around>>} */
const intervalsRead = new WeakMap();

/** The rows of a picture, by columns. */
function rowsOf(/** @type {Element} */ picture) {
  const places = packedTables.tables[Number(picture.closest("figure")?.getAttribute("data-table"))] ?? [];
  return places.flatMap((place) => packedTables.columns[place] ?? []);
}

/** The interval of a curve at a step: that of its figure's row with the same model and correlation. */
function intervalAt(/** @type {Element} */ series, /** @type {number} */ step) {
  const picture = series.closest("svg");
  if (picture === null) return undefined;
  const intervals = intervalsRead.get(picture) ?? intervalsIn(rowsOf(picture));
  intervalsRead.set(picture, intervals);
  const [model, correlation] = ["data-model", "data-correlation"].map((name) => series.getAttribute(name) ?? "");
  return intervals.get([model, correlation, step].join());
}

function intervalsIn(/** @type {RowColumn[]} */ columns) {
  const [models, correlations, steps, values, lows, highs, runs] = [
    ...["model", "correlation", "step", "value", "low", "high", "runs"].map((name) => {
      const column = columns.find((one) => one.name === name);
      return column === undefined ? [] : cellsOf(column);
    }),
  ];
  /** @type {Map<string, Around>} */
  const intervals = new Map();
  for (const [i, step] of (steps ?? []).entries()) {
    const [value, low, high, count] = [values?.[i], lows?.[i], highs?.[i], runs?.[i]].map((text) =>
      Number(text || NaN),
    );
    if (low === undefined || high === undefined || value === undefined || count === undefined) continue;
    const around = { below: value - low, above: high - value, runs: count };
    intervals.set([models?.[i], correlations?.[i], step].join(), around);
  }
  return intervals;
}

/** A column's cells as texts. @returns {string[]} */
function cellsOf(/** @type {RowColumn} */ column) {
  return "texts" in column ? textCells(column) : numberCells(column);
}

function textCells(/** @type {TextColumn} */ { texts }) {
  return texts.flatMap(([text, rows]) => Array(rows).fill(text));
}

function numberCells(/** @type {NumberColumn} */ { digits, numbers, gaps }) {
  const texts = unpacked(numbers, Number.POSITIVE_INFINITY).map((whole) => String(Number(`${whole}e${-digits}`)));
  if (gaps === undefined) return texts;
  let next = 0;
  return gaps.flatMap((rows, i) => Array.from({ length: rows }, () => (i % 2 === 0 ? (texts[next++] ?? "") : "")));
}
