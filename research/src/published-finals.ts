import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { cellKey, NO_CHOICE } from "../../src/identity/cell.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import type { Bin } from "./earth-mover.ts";

const FILE = "results/published/fig5-shared-bottom.csv";
const ROWS: Record<string, string>[] = parse(readFileSync(FILE), { columns: true });

/** Histograms of the final losses in the paper's Figure 5 by cell, read off; those of Shared-Bottom alone. */
export const publishedFinals: ReadonlyMap<string, readonly Bin[]> = new Map(
  [
    ...groupBy(ROWS, ({ model, correlation }) =>
      cellKey({ model: model, correlation: Number(correlation), point: NO_CHOICE }),
    ),
  ].map(([cell, rows]) => [
    cell,
    rows.map(({ bin_lo, bin_hi, count_of_200 }) => {
      return { low: Number(bin_lo), high: Number(bin_hi), count: Number(count_of_200) };
    }),
  ]),
);
