import { type Cell, correlationText } from "../../identity/cell.ts";

/**
 * Heads of the columns that name a cell: the model, its correlation if the sweep has any, and each setting that the sweep
 * lists.
 */
export function cellHeads([first]: readonly Cell[]): string[] {
  return ["model", ...(first?.correlation === null ? [] : ["p"]), ...Object.keys(first?.point ?? {})];
}

export function cellNames({ model, correlation, point }: Cell): string[] {
  const at = correlation === null ? [] : [correlationText(correlation)];
  return [model, ...at, ...Object.values(point).map(String)];
}
