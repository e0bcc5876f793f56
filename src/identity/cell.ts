/** The grid point of a sweep without a list. */
export const NO_CHOICE: GridPoint = {};

/** A model at a correlation and a grid point: its runs are repeats of each other. */
export interface Cell {
  readonly model: string;
  /** Null for rows of the user's own. */
  readonly correlation: number | null;
  /** Its choice of the settings that the sweep lists; empty for a sweep without a list. */
  readonly point: GridPoint;
}

/** Settings of which each value makes a contestant of its own of a model; other settings of training are chosen for it. */
export const OF_CONTESTANT = ["method", "taskWeights"] as const;

/** An order of cells by rising correlation. */
export function byCorrelation(a: Pick<Cell, "correlation">, b: Pick<Cell, "correlation">): number {
  return (a.correlation ?? 0) - (b.correlation ?? 0);
}

export function cellKey({ model, correlation, point }: Cell): string {
  return `${model} ${correlation} ${pointText(point)}`;
}

/** Model, correlation and grid point alone, of a value that may have more. */
export function cellOf({ model, correlation, point }: Cell): Cell {
  return { model, correlation, point };
}

/** A cell in a sentence: `mmoe at 0.50`, in a grid `mmoe at 0.50, lr=0.01`; of rows of the user's own `mmoe`. */
export function cellText({ model, correlation, point }: Cell): string {
  return [modelAt(model, correlation), ...parts(point)].join(", ");
}

/** `p = 0.50, lr=0.01`: what the cells of a table have in common; on rows of the user's own the grid point, or nothing. */
export function pointTitle({ correlation, point }: Pick<Cell, "correlation" | "point">): string {
  const at = correlation === null ? [] : [`p = ${correlationText(correlation)}`];
  return [...at, ...parts(point)].join(", ");
}

/** `mmoe at 0.50`, or the model alone. */
export function modelAt(model: string, correlation: number | null): string {
  return correlation === null ? model : `${model} at ${correlationText(correlation)}`;
}

function parts(point: GridPoint): string[] {
  const text = pointText(point);
  return text === "" ? [] : [text];
}

/** Two decimals, or as many as the number needs. */
export function correlationText(correlation: number): string {
  const short = correlation.toFixed(2);
  return Number(short) === correlation ? short : String(correlation);
}

/**
 * A run's id, made of model, correlation, grid point and number: `mmoe/p=0.50/017`, `mmoe/p=0.50/lr=0.01/017`; of rows of
 * the user's own `mmoe/017`.
 */
export function runId({ model, correlation, point }: Cell, index: number): string {
  const at = correlation === null ? [] : [`p=${correlationText(correlation)}`];
  return [model, ...at, pointText(point, "/"), String(index).padStart(3, "0")].filter((part) => part !== "").join("/");
}

export type GridValue = number | string | boolean;

/** One choice of the settings that are lists, by their names: `{ lr: 0.01 }`. Empty for a sweep without a list. */
export type GridPoint = Readonly<Record<string, GridValue>>;

/** E.g. `lr=0.01, batch=16`; empty for a sweep without a list. */
export function pointText(point: GridPoint, between = ", "): string {
  return Object.entries(point)
    .map(([key, value]) => `${key}=${value}`)
    .join(between);
}

/** The choice of some settings alone. */
export function partOf(point: GridPoint, isPart: (key: string) => boolean): GridPoint {
  return Object.fromEntries(Object.entries(point).filter(([key]) => isPart(key)));
}

/** The choice that contestants have in common: of the settings that make none. */
export function commonPoint(point: GridPoint): GridPoint {
  return partOf(point, (key) => !OF_CONTESTANT.some((own) => own === key));
}

/** An order of points that depends only on their values: numbers rise, and come before words. */
export function comparePoints(a: GridPoint, b: GridPoint): number {
  for (const key of Object.keys(a)) {
    const order = compareValues(a[key] ?? "", b[key] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

export function compareValues(a: GridValue, b: GridValue): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === "number" ? -1 : 1;
}
