import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { type Cell, NO_CHOICE } from "../records/cell.ts";

/** A point of the paper's Figure 2: cosine of the task weight vectors, mean label correlation, two standard deviations. */
export interface PublishedCorrelation {
  readonly correlation: number;
  readonly labelCorrelation: number;
  readonly twoSd: number;
}

/** A point of a curve of the paper's Figure 3 or 4. */
export interface PublishedLoss extends Cell {
  /** On the figure's axis, whose unit the paper leaves open; it ends at `AXIS_END`. */
  readonly step: number;
  readonly loss: number;
}

/** The axis of Figures 3 and 4 goes from 0 to here. */
export const AXIS_END = 10_000;

const MODELS: Readonly<Record<string, string>> = { SB: "shared-bottom", OMoE: "omoe", MMoE: "mmoe" };

/** The model of Figure 3, which Figure 4 does not have. */
export const SMALL_BOTTOM = "shared-bottom-16";

export const publishedFigure2 = once((): readonly PublishedCorrelation[] =>
  rows("fig2.csv").map((row) => ({
    correlation: Number(row.weight_cosine),
    labelCorrelation: Number(row.label_pearson_mean),
    twoSd: Number(row.two_sd),
  })),
);

export const publishedFigure4 = once((): readonly PublishedLoss[] =>
  rows("fig4.csv").map((row) => ({
    model: MODELS[row.model as string] as string,
    correlation: Number(row.correlation),
    point: NO_CHOICE,
    step: Number(row.step_axis_value),
    loss: Number(row.loss),
  })),
);

export const publishedFigure3 = once((): readonly PublishedLoss[] =>
  rows("fig3.csv").map((row) => ({
    model: row.model as string,
    correlation: Number(row.correlation),
    point: NO_CHOICE,
    step: Number(row.axis_step),
    loss: Number(row.loss),
  })),
);

/** The paper's figure that points of its curves are from; undefined of none. */
export function paperFigure(points: readonly Cell[]): string | undefined {
  const small = points.map(({ model }) => model === SMALL_BOTTOM);
  if (small.length === 0) return undefined;
  if (small.every(Boolean)) return "Figure 3";
  return small.some(Boolean) ? "Figures 3 and 4" : "Figure 4";
}

/** A function that reads at its first call. */
function once<T>(read: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= read();
    return value;
  };
}

function rows(file: string): Record<string, string>[] {
  return parse(readFileSync(new URL(`../../results/published/${file}`, import.meta.url)), { columns: true });
}
