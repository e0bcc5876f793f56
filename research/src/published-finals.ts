import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { cellKey, NO_CHOICE } from "../../src/identity/cell.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import type { Bin } from "./earth-mover.ts";

/** Histograms of a model's final losses in the paper's Figure 5 by cell, read off. */
function readFinals(model: "shared-bottom" | "omoe"): ReadonlyMap<string, readonly Bin[]> {
  const rows: Record<string, string>[] = parse(readFileSync(`results/published/fig5-${model}.csv`), { columns: true });
  const cells = groupBy(rows, ({ correlation }) =>
    cellKey({ model, correlation: Number(correlation), point: NO_CHOICE }),
  );
  const binOf = ({ bin_lo, bin_hi, count_of_200 }: Record<string, string>): Bin => {
    return { low: Number(bin_lo), high: Number(bin_hi), count: Number(count_of_200) };
  };
  return new Map([...cells].map(([cell, rows]) => [cell, rows.map(binOf)]));
}

/** Those of Shared-Bottom, by which settings are ranked. */
export const publishedFinals = readFinals("shared-bottom");

export const publishedFinalsOfOmoe = readFinals("omoe");
