/** A model at a correlation: its runs are repeats of each other. */
export interface Cell {
  readonly model: string;
  readonly correlation: number;
}

/** What tells a cell from others, as text. */
export function cellKey({ model, correlation }: Cell): string {
  return `${model} ${correlation}`;
}

/** That alone of what may have more. */
export function cellOf({ model, correlation }: Cell): Cell {
  return { model, correlation };
}
