import type { Results } from "../records/read-results.ts";
import { pairedDifferences } from "./differences.ts";
import { distributions } from "./distributions.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { figure3 } from "./figure3.ts";
import { figure4 } from "./figure4.ts";
import { figure5 } from "./figure5.ts";
import { finalLoss } from "./final-loss.ts";
import { runCurves } from "./runs.ts";

/** A kind of figure that a sweep's records may be drawn as. */
export interface SweepFigure {
  /** As in `--only`, and its files' name. */
  readonly name: string;
  readonly about: string;
  readonly draw: (results: Results, options: FigureOptions) => Figure | Lacking;
}

/** In the order in which they are shown. */
export const SWEEP_FIGURES: readonly SweepFigure[] = [
  { name: "figure3", about: "loss of the small Shared-Bottom against steps", draw: figure3 },
  { name: "figure4", about: "loss of each model against steps, a panel a correlation", draw: figure4 },
  { name: "figure5", about: "histograms of final losses, a panel a cell", draw: figure5 },
  { name: "final-loss", about: "final loss against correlation", draw: finalLoss },
  { name: "differences", about: "differences between models, paired by run", draw: pairedDifferences },
  { name: "distributions", about: "spread of the final losses, a box a cell", draw: distributions },
  { name: "runs", about: "single runs' loss against steps, a panel a cell", draw: runCurves },
];
