// Runs on a table with categories that are read as learned vectors.
import { cellsOf } from "../../src/data/table-cells.ts";
import type { InputEncoding } from "../../src/data/table-inputs.ts";
import type { Run } from "../../src/engines/engine.ts";
import type { Dimensions, ModelSpec } from "../../src/models/spec.ts";
import { someRows, tableOf, tableRun } from "./tables.ts";

const ROWS = 240;
/** A shop of 30, a number, an article of 7 that some rows lack. */
const COLUMNS: readonly InputEncoding[] = [
  { values: 30, gaps: false, embedding: 5 },
  { values: 0, gaps: false },
  { values: 7, gaps: true, embedding: 18 },
];
/** The number, then the vectors of the shop and of the article, each with one for others. */
export const DIMENSIONS: Dimensions = {
  inputs: 3,
  tasks: 2,
  embeddings: [
    { rows: 31, size: 5 },
    { rows: 9, size: 18 },
  ],
};

/** The shop of row n: the last one is in a single row, so that other rows never train its vector. */
const shopOf = (n: number): number => (n === 17 ? 29 : (n * n) % 29);
const articleOf = (n: number): number => (n % 11 === 4 ? Number.NaN : (n * 5) % 7);

function embeddedTable() {
  const rows = someRows(ROWS).map(([a = 0, , , y = 0, z = 0], n) => {
    const effect = 6 * Math.sin(shopOf(n)) + (Number.isNaN(articleOf(n)) ? 2 : articleOf(n) / 3);
    return [shopOf(n), a, articleOf(n), y + effect, z - effect];
  });
  return tableOf(ROWS, { columns: COLUMNS, values: { cells: cellsOf(Float64Array.from(rows.flat()), 5, COLUMNS) } });
}

/** A run of 180 training rows and 60 held-out rows of this table. */
export function embeddedRun(model: ModelSpec, training: Parameters<typeof tableRun>[1] = {}, index = 1): Run {
  const run = tableRun({ index, model, data: embeddedTable() }, { trainRows: 180, heldoutRows: 60, ...training });
  return { ...run, id: `${model.name}/00${index}` };
}
