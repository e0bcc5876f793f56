// Runs on a table with categories that are read as learned vectors.
import { cellsOf, NO_TEXT } from "../../src/data/table-cells.ts";
import type { InputEncoding } from "../../src/data/table-inputs.ts";
import { joinedLists } from "../../src/data/table-lists.ts";
import type { Run } from "../../src/engines/engine.ts";
import type { Dimensions, ModelSpec } from "../../src/models/spec.ts";
import { someRows, tableOf, tableRun } from "./tables.ts";

const ROWS = 240;
/** A shop of 30, a number, an article of 7 that some rows lack, up to three of 9 tags. */
const COLUMNS: readonly InputEncoding[] = [
  { values: 30, gaps: false, embedding: 5 },
  { values: 0, gaps: false },
  { values: 7, gaps: true, embedding: 18 },
  { values: 9, gaps: false, embedding: 6, slots: 3 },
];
/** The number, then the vectors of the shop, of the article, and of three tags, each with one for others. */
export const DIMENSIONS: Dimensions = {
  inputs: 6,
  tasks: 2,
  embeddings: [
    { rows: 31, size: 5 },
    { rows: 9, size: 18 },
    { rows: 10, size: 6, slots: 3 },
  ],
};

/** The shop of row n: the last one is in a single row, so that other rows never train its vector. */
const shopOf = (n: number): number => (n === 17 ? 29 : (n * n) % 29);
const articleOf = (n: number): number => (n % 11 === 4 ? Number.NaN : (n * 5) % 7);

/** Different lists of tags: the last, with a tag of its own, is in a single row. */
const LISTS = [[0], [1, 2], [3, 4, 5], [6, 6], [7, 0, 7], [], [8, 1]];
/** The place of the list of row n, which some rows lack. */
const tagsOf = (n: number): number => (n === 17 ? 6 : n % 13 === 5 ? Number.NaN : (n * n) % 6);
const SLOTS = LISTS.map((list) => [...list, NO_TEXT, NO_TEXT, NO_TEXT].slice(0, 3));

function embeddedTable() {
  const rows = someRows(ROWS).map(([a = 0, , , y = 0, z = 0], n) => {
    const ofTags = LISTS[tagsOf(n)]?.reduce((sum, tag) => sum + Math.cos(tag), 0) ?? 0;
    const effect = 6 * Math.sin(shopOf(n)) + (Number.isNaN(articleOf(n)) ? 2 : articleOf(n) / 3) + ofTags;
    return [shopOf(n), a, articleOf(n), tagsOf(n), y + effect, z - effect];
  });
  const lists = joinedLists([{ lists: Int32Array.from(SLOTS.flat()), slots: 3 }]);
  const cells = cellsOf(Float64Array.from(rows.flat()), 6, COLUMNS);
  return tableOf(ROWS, { inputs: 6, columns: COLUMNS, values: { cells, lists } });
}

/** A run of 180 training rows and 60 held-out rows of this table. */
export function embeddedRun(model: ModelSpec, training: Parameters<typeof tableRun>[1] = {}, index = 1): Run {
  const run = tableRun({ index, model, data: embeddedTable() }, { trainRows: 180, heldoutRows: 60, ...training });
  return { ...run, id: `${model.name}/00${index}` };
}
