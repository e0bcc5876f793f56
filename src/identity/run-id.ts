import { type Cell, correlationText } from "./cell.ts";
import { pointText } from "./grid-point.ts";

/** The two indices of a crossed run: `data` names its rows and their order, `initial` its initial values. */
export interface CrossIndex {
  readonly data: number;
  readonly initial: number;
}

/**
 * A run's id, made of model, correlation, grid point and number: `mmoe/p=0.50/017`, `mmoe/p=0.50/lr=0.01/017`; of rows of
 * the user's own `mmoe/017`; of a crossed run `mmoe/p=0.50/d03/i17`.
 */
export function runId({ model, correlation, point }: Cell, index: number | CrossIndex): string {
  const padded = (number: number, digits: number) => String(number).padStart(digits, "0");
  const name = typeof index === "number" ? padded(index, 3) : `d${padded(index.data, 2)}/i${padded(index.initial, 2)}`;
  const at = correlation === null ? [] : [`p=${correlationText(correlation)}`];
  return [model, ...at, pointText(point, "/"), name].filter((part) => part !== "").join("/");
}
