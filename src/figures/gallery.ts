import type { Results } from "../records/read-results.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { figure4 } from "./figure4.ts";

/** A kind of figure that a sweep's records may be drawn as. */
export interface SweepFigure {
  /** As in `--only`, and its files' name. */
  readonly name: string;
  readonly about: string;
  readonly draw: (results: Results, options: FigureOptions) => Figure | Lacking;
}

/** In the order in which they are shown. */
export const SWEEP_FIGURES: readonly SweepFigure[] = [
  { name: "figure4", about: "loss against steps, a panel a correlation", draw: figure4 },
];
