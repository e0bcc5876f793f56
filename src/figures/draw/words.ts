import { type LossSet, unitText } from "../../config/losses.ts";
import { type Cell, pointText } from "../../identity/cell.ts";
import { LOSS_WORDS } from "../../records/words.ts";
import { type Estimate, estimateText, LEAST_SHOWN, runsText } from "../../stats/estimate.ts";
import { listed } from "../../text.ts";
import { type DrawnCell, modelsOf, type SweepFacts } from "./facts.ts";
import type { FigureOptions } from "./figure.ts";
import { signed } from "./scale.ts";
import { labelIn, PAPER_MODELS, type Theme } from "./style.ts";

export function lossName(loss: LossSet): string {
  return LOSS_WORDS[loss].name;
}

/** Which losses a figure shows. */
type LossChoice = Pick<FigureOptions, "loss" | "statistic" | "unit">;

/** `mean training loss`; `median over runs of the running mean of the loss`. */
export function statisticName({ loss, statistic }: Pick<LossChoice, "loss" | "statistic">): string {
  return loss === "running" ? `${statistic} over runs of the ${lossName(loss)}` : `${statistic} ${lossName(loss)}`;
}

/** Title of an axis of losses; what their unit is a unit of, and over what a mean is, the caption says. */
export function lossHeading({ loss, statistic, unit }: LossChoice): string {
  const name = loss === "running" && statistic === "mean" ? lossName(loss) : `${statistic} ${lossName(loss)}`;
  return `${capitalised(name)}, ${unit.of}`;
}

/** Title of a horizontal axis of final losses. */
export function finalHeading({ loss, unit }: Pick<LossChoice, "loss" | "unit">): string {
  return `final ${lossName(loss)}, ${unit.of}`;
}

/** Title of a horizontal axis of differences between final losses. */
export function differenceHeading({ loss, unit }: Pick<LossChoice, "loss" | "unit">): string {
  const name = loss === "running" ? LOSS_WORDS[loss].short : lossName(loss);
  return `difference of the final ${name}, ${unit.of}`;
}

/** The unit of final losses, and what they are a mean of if their name does not say it, for a caption. */
export function unitsSentence({ loss, unit }: Pick<LossChoice, "loss" | "unit">): string {
  return loss === "running" ? `${unitText(unit)}; ${LOSS_WORDS[loss].atStep}` : unitText(unit);
}

/** What final losses are, at the start of a caption: each run's, or a statistic of each cell. */
export function finalLossWords(
  sweep: SweepFacts,
  { loss, unit }: Pick<LossChoice, "loss" | "unit">,
  name = lossName(loss),
) {
  return `${capitalised(name)} of ${tasksWords(sweep)} after the last step (${unitsSentence({ loss, unit })})`;
}

/** What a figure over correlations lacks. */
export const OWN_ROWS = "its runs are on rows of a file, which have no correlation";

/** Empty for rows of the user's own. */
export function correlationWords(correlation: number | null): string {
  return correlation === null ? "" : `correlation ${signed(String(correlation))}`;
}

/** `MMoE, correlation 0.5`; in a grid `MMoE, correlation 0.5, lr=0.01`; on rows of the user's own `MMoE`. */
export function cellWords({ label, correlation, point }: DrawnCell): string {
  const parts = [label, correlationWords(correlation), signed(pointText(point))];
  return parts.filter((part) => part !== "").join(", ");
}

/** `0.0796 [0.0774, 0.0828]`, for who points at its mark; a page also says of how many runs. */
export function estimateWords(found: Estimate, runs: number, { inPage }: Pick<Theme, "inPage">, digits = 4): string {
  const text = estimateText(found, digits, runs);
  return inPage && runs >= LEAST_SHOWN ? `${text}, ${runsText(runs)}` : text;
}

/** Whether cells have no correlation: they are on rows of the user's own. */
export function areOnOwnRows([first]: readonly Pick<Cell, "correlation">[]): boolean {
  return first?.correlation === null;
}

/** What cells of one of several correlations have in common, as a title; of rows of the user's own the file's name. */
export function correlationTitle(
  correlation: number | null,
  all: readonly (number | null)[],
  { rowsFile }: SweepFacts,
): string {
  return all.length === 1 ? (rowsFile ?? "") : correlationWords(correlation);
}

export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Hyphens before numbers as true minus signs. */
export function withMinus(words: string): string {
  return words.replace(/(?<![\w.])-(?=\d)/g, "−");
}

/** For a caption, what is said of intervals over each of these numbers of runs: too few have none. */
export function intervalWords(counts: readonly number[], words: string, none = "without intervals"): string {
  const few = `fewer than ${LEAST_SHOWN} runs`;
  if (Math.max(...counts) < LEAST_SHOWN) return `${none} (${few})`;
  return Math.min(...counts) < LEAST_SHOWN ? `${words} (none of ${few})` : words;
}

/** `with its 95 % interval over runs`, of a statistic of each cell. */
export function withIntervals(cells: readonly DrawnCell[]): string {
  return intervalWords(runsIn(cells), "with its 95 % interval over runs");
}

/** How many runs of each cell are done. */
/** How much the runs of these cells share, at most. */
export function mostOverlap(cells: readonly DrawnCell[]): number {
  return Math.max(0, ...cells.map(({ overlap = 0 }) => overlap));
}

export function runsIn(cells: readonly DrawnCell[]): number[] {
  return cells.map(({ runs }) => runs);
}

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** The tasks whose mean loss is drawn: `the two tasks`. */
export function tasksWords({ tasks }: SweepFacts): string {
  return `the ${NUMBERS[tasks] ?? tasks} tasks`;
}

/**
 * How many runs are drawn: `n = 200 runs in each cell`, fewer if a sweep still runs, what happened to failed ones, and that the models have
 * memorised their rows.
 */
export function runsSentence(cells: readonly DrawnCell[], sweep: SweepFacts): string {
  const counts = runsIn(cells);
  const ended = Math.max(...cells.map(({ runs, failed }) => runs + failed));
  const asked = ended < sweep.asked ? `, of ${sweep.asked} that were asked for` : "";
  const [correlation = null, ...more] = new Set(cells.map((cell) => cell.correlation));
  const at = [more.length === 0 ? correlationWords(correlation) : "", pointText(sweep.at)].filter(
    (part) => part !== "",
  );
  const where = at.length === 0 ? "" : `, at ${at.join(", ")}`;
  const notes = [sweep.coverage, sweep.memorised].map((note) => note && ` ${capitalised(note)}.`).join("");
  return `n = ${rangeText(counts)} ${Math.max(...counts) === 1 ? "run" : "runs"} in each cell${asked}${where}.${failedSentence(sweep)}${notes}`;
}

/** `3`, or `3 to 40`. */
export function rangeText(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? String(most) : `${least} to ${most}`;
}

/** For a caption of curves: how runs that have ended count, and how many at a curve's end have not; empty if all end there. */
export function endedSentence(
  found: readonly { readonly cell: DrawnCell; readonly rows: readonly { readonly runs: number }[] }[],
): string {
  const ends = found.map(({ rows }) => rows.at(-1)?.runs ?? 0);
  if (found.every(({ cell }, i) => ends[i] === cell.runs)) return "";
  const all = Math.max(...found.map(({ cell }) => cell.runs));
  return ` A run that has ended keeps its last value: at the end of a curve ${rangeText(ends)} of ${runsText(all)} still ${Math.max(...ends) === 1 ? "trains" : "train"}.`;
}

/** At most this many runs of a cell are drawn one by one, the first ones. */
export const MOST_DRAWN = 2000;

/** Says that a figure with one mark per run has only the first of a cell; empty if it has all of them. */
export function sampleSentence(
  shown: readonly { readonly rows: readonly unknown[]; readonly cell: DrawnCell }[],
): string {
  return shown.some(({ rows, cell }) => rows.length === MOST_DRAWN && cell.runs > MOST_DRAWN)
    ? ` Of each cell, the first ${MOST_DRAWN} runs.`
    : "";
}

/** Includes cells in which no run is done. */
function failedSentence({ cells }: SweepFacts): string {
  const failed = cells.filter((cell) => cell.failed > 0);
  if (failed.length === 0) return "";
  return ` Runs that failed are left out: ${failed.map((cell) => `${cell.failed} of ${failedAt(cell)}`).join(", ")}.`;
}

function failedAt({ label, correlation, point }: DrawnCell): string {
  const at = correlation === null ? label : `${label} at ${signed(String(correlation))}`;
  return Object.keys(point).length === 0 ? at : `${at} with ${pointText(point)}`;
}

/** Most models whose lines or points one panel holds. */
const MODELS_A_PANEL = 6;

/** Models in their order, in as few groups of about equal size as panels can hold. */
export function modelGroups(models: readonly string[]): string[][] {
  const count = Math.ceil(models.length / MODELS_A_PANEL);
  const start = (i: number) => Math.ceil((i * models.length) / count);
  return Array.from({ length: count }, (_, i) => models.slice(start(i), start(i + 1)));
}

/** At most `most` of ascending values, of a part of one a whole one, evenly spaced by rank, with the first and the last; of one, the last. */
export function someOf<T>(values: readonly T[], most: number): T[] {
  const count = most < 1 ? Math.ceil(most) : Math.floor(most);
  if (values.length <= count) return [...values];
  const rank = (i: number) => (count === 1 ? values.length - 1 : Math.round((i * (values.length - 1)) / (count - 1)));
  return Array.from({ length: count }, (_, i) => values[rank(i)]);
}

/** For a caption: which of the correlations are drawn, if not all. */
export function leftOutSentence(all: readonly (number | null)[], drawn: readonly (number | null)[]): string {
  if (drawn.length === all.length) return "";
  const words = drawn.map((correlation) => signed(String(correlation)));
  const list = words.length === 1 ? `only ${words[0]} is` : `${listed(words)} are`;
  return ` Of ${all.length} correlations, ${list} drawn; the CSV file has all.`;
}

/** For a title: ` of MMoE`; ` of MMoE and OMoE`; ` of 13 models`. */
function ofModelsWords(cells: readonly DrawnCell[]): string {
  const models = modelsOf(cells);
  if (models.length > 3) return ` of ${models.length} models`;
  return ` of ${listed(models.map((model) => labelIn(cells, model)))}`;
}

/** For a title of results of a single model: ` of shared-bottom-16`. */
export function ofOneModel(cells: readonly DrawnCell[]): string {
  return modelsOf(cells).length === 1 ? ofModelsWords(cells) : "";
}

/** For the title of the paper's figure: its number, unless it has other models or rows, and the models if others. */
export function figureWords(number: 4 | 5, cells: readonly DrawnCell[]): { of: string; figure: string } {
  if (cells.some(({ model }) => !PAPER_MODELS.includes(model))) return { of: ofModelsWords(cells), figure: "" };
  return { of: "", figure: areOnOwnRows(cells) ? "" : ` (Figure ${number})` };
}

/** A row's name in a panel of some correlations: its model and, if there are several, its correlation. */
export function ownLabel({ label, correlation }: DrawnCell, drawn: readonly (number | null)[]): string {
  return drawn.length > 1 ? `${label}, ${signed(String(correlation))}` : label;
}
