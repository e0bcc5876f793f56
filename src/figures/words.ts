import type { Results } from "../records/read-results.ts";
import type { LossSet } from "../records/record.ts";
import type { SweepCell } from "./cells.ts";
import type { FigureOptions } from "./figure.ts";
import { modelLabel } from "./style.ts";

export const UNITS = "mean squared error, in units of label variance";

export function lossName(loss: LossSet): string {
  return loss === "train" ? "training loss" : "held-out loss";
}

/** What an axis of losses shows. */
export function lossHeading({ loss, statistic }: Pick<FigureOptions, "loss" | "statistic">): string {
  return `${capitalised(statistic)} ${lossName(loss)}: ${UNITS}`;
}

export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How many runs are drawn: `n = 200 runs in each cell`, less where a sweep still runs, and what became of failed ones. */
export function runsSentence(cells: readonly SweepCell[], { config }: Pick<Results, "config">): string {
  const counts = cells.map(({ runs }) => runs.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const n = least === most ? String(most) : `${least} to ${most}`;
  const ended = Math.max(...cells.map(({ runs, failed }) => runs.length + failed));
  const asked = ended < config.runs ? `, of ${config.runs} that were asked for` : "";
  return `n = ${n} ${most === 1 ? "run" : "runs"} in each cell${asked}.${failedSentence(cells)}`;
}

function failedSentence(cells: readonly SweepCell[]): string {
  const failing = cells.filter(({ failed }) => failed > 0);
  if (failing.length === 0) return "";
  const where = failing.map(({ model, correlation, failed }) => `${failed} of ${modelLabel(model)} at ${correlation}`);
  return ` Runs that failed are left out: ${where.join(", ")}.`;
}
