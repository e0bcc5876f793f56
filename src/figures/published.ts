// The paper's own results, as read off its figures.
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { NO_CHOICE } from "../identity/cell.ts";
import type { PublishedCorrelation, PublishedLoss } from "./draw/paper-points.ts";

const MODELS: Readonly<Record<string, string>> = { SB: "shared-bottom", OMoE: "omoe", MMoE: "mmoe" };

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
