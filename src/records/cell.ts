import type { Config } from "../config/config.ts";
import type { CrossIndex } from "../config/cross.ts";
import { type GridPoint, gridPoints, pointText } from "../config/grid.ts";

export { pointText } from "../config/grid.ts";

/** The grid point of a sweep without a list. */
export const NO_CHOICE: GridPoint = {};

/** A model at a correlation and a grid point: its runs are repeats of each other. */
export interface Cell {
  readonly model: string;
  readonly correlation: number;
  /** Its choice of the settings that the sweep lists; empty for a sweep without a list. */
  readonly point: GridPoint;
}

/** Every cell of a sweep: by correlation, then model, then grid point, as its config has them. */
export function cellsOf(config: Config): (Cell & { readonly model: Config["models"][number] })[] {
  const points = gridPoints(config);
  return config.correlations.flatMap((correlation) =>
    config.models.flatMap((model) => points.map((point) => ({ model, correlation, point }))),
  );
}

/** A key that tells a cell from others. */
export function cellKey({ model, correlation, point }: Cell): string {
  return `${model} ${correlation} ${pointText(point)}`;
}

/** Model, correlation and grid point alone, of a value that may have more. */
export function cellOf({ model, correlation, point }: Cell): Cell {
  return { model, correlation, point };
}

/** A cell in a sentence: `mmoe at 0.50`, in a grid `mmoe at 0.50, lr=0.01`. */
export function cellText({ model, correlation, point }: Cell): string {
  return [`${model} at ${correlationText(correlation)}`, ...parts(point)].join(", ");
}

/**
 * A run's id, made of model, correlation, grid point and number: `mmoe/p=0.50/017`, `mmoe/p=0.50/lr=0.01/017`; of a crossed
 * run `mmoe/p=0.50/d03/i17`.
 */
export function runId({ model, correlation, point }: Cell, index: number | CrossIndex): string {
  const padded = (number: number, digits: number) => String(number).padStart(digits, "0");
  const name = typeof index === "number" ? padded(index, 3) : `d${padded(index.data, 2)}/i${padded(index.initial, 2)}`;
  return [model, `p=${correlationText(correlation)}`, ...parts(point, "/"), name].join("/");
}

function parts(point: GridPoint, between?: string): string[] {
  const text = pointText(point, between);
  return text === "" ? [] : [text];
}

/** Two decimals, or as many as the number needs. */
export function correlationText(correlation: number): string {
  const short = correlation.toFixed(2);
  return Number(short) === correlation ? short : String(correlation);
}
