import { type Cell, NO_CHOICE } from "../../identity/cell.ts";

/** A point of the paper's Figure 2: cosine of the task weight vectors, mean label correlation, two standard deviations. */
export interface PublishedCorrelation {
  readonly correlation: number;
  readonly labelCorrelation: number;
  readonly twoSd: number;
}

/** A point of a curve of the paper's Figure 3 or 4. */
export interface PublishedLoss extends Cell {
  readonly correlation: number;
  /** On the figure's axis, whose unit the paper leaves open; it ends at `AXIS_END`. */
  readonly step: number;
  readonly loss: number;
}

/** A line of a file in results/published, by its columns. */
type Line = Readonly<Record<string, string>>;

const MODELS: Readonly<Record<string, string>> = { SB: "shared-bottom", OMoE: "omoe", MMoE: "mmoe" };

/** A line of fig2.csv. */
export function correlationIn(line: Line): PublishedCorrelation {
  return {
    correlation: Number(line.weight_cosine),
    labelCorrelation: Number(line.label_pearson_mean),
    twoSd: Number(line.two_sd),
  };
}

/** A line of fig4.csv. */
export function lossIn(line: Line): PublishedLoss {
  return {
    model: MODELS[line.model],
    correlation: Number(line.correlation),
    point: NO_CHOICE,
    step: Number(line.step_axis_value),
    loss: Number(line.loss),
  };
}

/** The axis of Figures 3 and 4 goes from 0 to here. */
export const AXIS_END = 10_000;

/** The model of Figure 3, which Figure 4 does not have. */
export const SMALL_BOTTOM = "shared-bottom-16";

/** The paper's figure that points of its curves are from; undefined of none. */
export function paperFigure(points: readonly Pick<Cell, "model">[]): string | undefined {
  const small = points.map(({ model }) => model === SMALL_BOTTOM);
  if (small.length === 0) return undefined;
  if (small.every(Boolean)) return "Figure 3";
  return small.some(Boolean) ? "Figures 3 and 4" : "Figure 4";
}
