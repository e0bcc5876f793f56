// The paper's own results, as read off its figures.
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { NO_CHOICE } from "../identity/cell.ts";
import { correlationIn, lossIn, type PublishedCorrelation, type PublishedLoss } from "./draw/paper-points.ts";

export const publishedFigure2 = once((): readonly PublishedCorrelation[] => rows("fig2.csv").map(correlationIn));

export const publishedFigure4 = once((): readonly PublishedLoss[] => rows("fig4.csv").map(lossIn));

export const publishedFigure3 = once((): readonly PublishedLoss[] =>
  rows("fig3.csv").map((row) => ({
    model: row.model,
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
