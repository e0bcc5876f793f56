// The rows behind the figures: for readings, for CSV files, and to draw again.

/** Tables that were read, by their place. @type {Map<number, PageRow[]>} */
const tablesRead = new Map();

/** The rows of a table. */
function rowsOfTable(/** @type {number} */ table) {
  const rows = tablesRead.get(table) ?? readTable(pageData.figures?.tables[table] ?? []);
  tablesRead.set(table, rows);
  return rows;
}

/** @returns {PageRow[]} */
function readTable(/** @type {PageTable} */ columns) {
  const [, first = []] = columns[0] ?? [];
  return first.map((_, i) => Object.fromEntries(columns.map(([name, values]) => [name, values[i] ?? null])));
}

/** The rows of figures that were drawn again. @type {WeakMap<Element, readonly PageRow[]>} */
const rowsDrawn = new WeakMap();

/** The rows that a picture is drawn of. @returns {readonly PageRow[]} */
function rowsOf(/** @type {Element} */ picture) {
  const figure = picture.closest("figure");
  const drawn = figure === null ? undefined : rowsDrawn.get(figure);
  return drawn ?? rowsOfTable(Number(figure?.getAttribute("data-table")));
}
