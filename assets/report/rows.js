// The rows behind the figures, as src/report/packed-rows.ts packs them: for readings, for CSV files, and to draw again.

/** @typedef {{ name: string, texts: [string, number][] }} TextColumn */
/** @typedef {{ name: string, digits: number, numbers: string, gaps?: number[] }} NumberColumn */
/** @typedef {TextColumn | NumberColumn} RowColumn */
/** A row's texts by column. @typedef {Readonly<Record<string, string>>} TextRow */

/** Each column once, and each table as places of columns. @type {{ columns: RowColumn[], tables: number[][] }} */
const packedTables = JSON.parse(
  document.getElementById("figure-rows")?.textContent ?? '{ "columns": [], "tables": [] }',
);

/** Those that were read, by the place of their table. @type {Map<number, TextRow[]>} */
const tablesRead = new Map();

/** The rows of a table. */
function rowsOfTable(/** @type {number} */ table) {
  const rows = tablesRead.get(table) ?? readTable(table);
  tablesRead.set(table, rows);
  return rows;
}

/** @returns {TextRow[]} */
function readTable(/** @type {number} */ table) {
  const columns = (packedTables.tables[table] ?? []).flatMap((place) => packedTables.columns[place] ?? []);
  const cells = columns.map(cellsOf);
  return (cells[0] ?? []).map((_, i) =>
    Object.fromEntries(columns.map(({ name }, column) => [name, cells[column]?.[i] ?? ""])),
  );
}

/** Those of figures that were drawn again. @type {WeakMap<Element, readonly TextRow[]>} */
const rowsDrawn = new WeakMap();

/** The rows that a picture is drawn of. @returns {readonly TextRow[]} */
function rowsOf(/** @type {Element} */ picture) {
  const figure = picture.closest("figure");
  const drawn = figure === null ? undefined : rowsDrawn.get(figure);
  return drawn ?? rowsOfTable(Number(figure?.getAttribute("data-table")));
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
