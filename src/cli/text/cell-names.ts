import { type Cell, correlationText } from "../../records/cell.ts";

/** Heads of the columns that name a cell: a column for each setting that the sweep lists. */
export function cellHeads(cells: readonly Cell[]): string[] {
  return ["model", "p", ...Object.keys(cells[0]?.point ?? {})];
}

export function cellNames({ model, correlation, point }: Cell): string[] {
  return [model, correlationText(correlation), ...Object.values(point).map(String)];
}
