import { type Cell, pointTitle } from "../../identity/cell.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { Block } from "./blocks.ts";
import type { Rows } from "./columns.ts";

/** A table for each correlation and grid point; their titles, in the corner, make the first columns of all equally wide. `lean` as of a block. */
export function cellTables<C extends Cell>(
  cells: readonly C[],
  rowsOf: (title: string, cells: readonly C[]) => Rows,
  lean: readonly string[] = [],
): Block[] {
  const groups = [...groupBy(cells, pointTitle)];
  const width = Math.max(...groups.map(([title]) => title.length), ...cells.map(({ model }) => model.length));
  return groups.map(([title, group]) => ({ rows: rowsOf(title.padEnd(width), group), lean }));
}
