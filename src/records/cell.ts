/** A model at a correlation: its runs are repeats of each other. */
export interface Cell {
  readonly model: string;
  readonly correlation: number;
}

/** A key that tells a cell from others. */
export function cellKey({ model, correlation }: Cell): string {
  return `${model} ${correlation}`;
}

/** Model and correlation alone, of a value that may have more. */
export function cellOf({ model, correlation }: Cell): Cell {
  return { model, correlation };
}
