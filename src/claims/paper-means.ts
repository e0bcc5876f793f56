import type { Cell } from "../identity/cell.ts";
import type { CellSample } from "./claim.ts";

/** Mean losses at the end of a figure's curves (9,900 on its axis), by model and correlation: read off. */
const ENDS: ReadonlyMap<string, { readonly from: string; readonly means: Readonly<Record<number, number>> }> = new Map([
  ["shared-bottom", { from: "Figure 4", means: { 0.5: 0.2551, 0.9: 0.2211, 1: 0.2009 } }],
  ["omoe", { from: "Figure 4", means: { 0.5: 0.1458, 0.9: 0.1182, 1: 0.0784 } }],
  ["mmoe", { from: "Figure 4", means: { 0.5: 0.0827, 0.9: 0.0812, 1: 0.0703 } }],
  ["shared-bottom-16", { from: "Figure 3", means: { 0.5: 0.3967, 0.9: 0.3527, 1: 0.2832 } }],
]);

/** The paper's mean losses of some cells, as samples of one; undefined if one can't be read off. */
export function publishedMeans(cells: readonly Cell[]): { from: string; samples: CellSample[] } | undefined {
  const from = ENDS.get(cells[0]?.model ?? "")?.from;
  const means = cells.map(({ model, correlation }) => ENDS.get(model)?.means[correlation ?? Number.NaN]);
  if (from === undefined || !means.every((mean) => mean !== undefined)) return undefined;
  return { from, samples: means.map((mean) => ({ mean, ascending: Float64Array.of(mean) })) };
}
