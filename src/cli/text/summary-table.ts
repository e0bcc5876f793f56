import { cellOverlap, cellsOf } from "../../config/cells.ts";
import type { Config } from "../../config/config.ts";
import { lossUnitOf } from "../../config/loss-unit-of.ts";
import { type LossSet, type LossUnit, meanText } from "../../config/losses.ts";
import { sharedRowsText } from "../../config/rows.ts";
import { cellKey, cellOf, correlationText } from "../../identity/cell.ts";
import type { CellLosses } from "../../records/cell-losses.ts";
import { configIn } from "../../records/read-results.ts";
import { finalLosses, type RunRecord } from "../../records/record.ts";
import { LOSS_WORDS } from "../../records/words.ts";
import { estimateText } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import { mean, quantileSorted, standardError } from "../../stats/moments.ts";
import { type Leading, rankingOf } from "../../summary/leading.ts";
import { type CellSummary, memorisedText, summarizeCells } from "../../summary/summary.ts";
import { listed } from "../../text.ts";
import { percentOf } from "../../units.ts";
import type { Output } from "../command.ts";
import { type Block, blocksText, type Room, roomOf } from "./blocks.ts";
import { cellHeads, cellNames, fewNote } from "./cell-names.ts";
import { tableWidth, withoutColumns } from "./table.ts";

/**
 * Models against correlations, in the order of the config: final losses over the runs that are done. What is wider than `room` lacks first the
 * column of failed runs, if there are none, and then medians.
 */
function summaryBlock(
  records: readonly RunRecord[],
  losses: readonly LossSet[],
  config: Config,
  { table: room }: Room,
): Block {
  const header = [...cellHeads(records), "runs", FAILED, ...losses.flatMap((set) => [LOSS_WORDS[set].short, "median"])];
  const byCell = groupBy(records, cellKey);
  const places = new Map(cellsOf(config).map((cell, i) => [cellKey(cell), i]));
  const placeOf = (key: string) => places.get(key) ?? places.size;
  const keys = [...byCell.keys()].sort((a, b) => placeOf(a) - placeOf(b));
  const whole = [header, ...keys.map((key) => cellRow(byCell.get(key) as RunRecord[], losses, config))];
  const lean = records.some(({ status }) => status === "failed") ? whole : withoutColumns(whole, [FAILED]);
  const fitting = [whole, lean].find((rows) => tableWidth(rows) <= room);
  const spread = fitting === undefined ? "mean±standard error" : "mean±standard error, median";
  const after = [
    `loss after the last step: ${spread}`,
    meanText(lossUnitOf(config)),
    sharedRowsText(config),
    memorisedText({ config, records }),
  ];
  const rows = fitting ?? withoutColumns(lean, ["median"]);
  return { rows, after: after.filter((text) => text !== "").join("; ") };
}

const FAILED = "failed";

/** The table of some losses of the sweep in `out`, and where its numbers are. */
export function resultsText(
  out: string,
  records: readonly RunRecord[],
  losses: readonly LossSet[],
  to: Output,
): string {
  const diagnosed = records.some(({ diagnostics }) => diagnostics !== undefined);
  const files = ["runs.csv", "curves.csv", ...(diagnosed ? ["diagnostics.csv"] : [])].map((file) => `${out}/${file}`);
  const room = roomOf(to);
  const table = summaryBlock(records, losses, configIn(out), room);
  return blocksText([table, { before: files.join(", ") }], room);
}

function cellRow(cell: readonly RunRecord[], losses: readonly LossSet[], config: Config): string[] {
  const overlap = cellOverlap(config, cellOf(cell[0]));
  const failed = cell.filter((record) => record.status === "failed").length;
  return [
    ...cellNames(cell[0]),
    String(cell.length - failed),
    String(failed),
    ...losses.flatMap((set) => lossColumns(cell, set, overlap)),
  ];
}

function lossColumns(cell: readonly RunRecord[], set: LossSet, overlap: number): [string, string] {
  const losses = Float64Array.from(cell.flatMap((record) => finalLosses(record, set)?.mean ?? [])).sort();
  if (losses.length === 0) return ["-", "-"];
  const error = losses.length > 1 ? `±${standardError(losses, overlap).toFixed(4).replace(/^0/, "")}` : "";
  return [`${mean(losses).toFixed(4)}${error}`, quantileSorted(losses, 0.5).toFixed(4)];
}

interface CellView {
  /** Runs with a higher loss are in bad minima. */
  readonly bad: number | null;
  readonly unit: LossUnit;
  /** Columns of the terminal: histograms are left out where they have no room. */
  readonly room: number;
}

/**
 * A table for each correlation with a row for each model (in a grid, for each point of each), or one table if there is
 * one model: mean with its interval, median, share of losses above `bad` (null: without it) and a small histogram.
 * `summaries` are those of the same cells.
 */
export function summaryCells(
  cells: readonly CellLosses[],
  summaries: readonly CellSummary[],
  { bad, unit, room }: CellView,
): Block[] {
  const losses = cells.map(({ byRun }) => Float64Array.from(byRun.values()));
  const isTable = cells.every(({ correlation }) => correlation === null);
  const axis = isTable ? fittedAxis(losses) : axisOf(losses);
  const oneModel = cells.every(({ model }) => model === cells[0]?.model);
  const rows = summaries.map((summary, i) => {
    const { correlation } = summary;
    const names = [correlation === null ? "" : `p = ${correlationText(correlation)}`, summary.model];
    const [title = "", name = ""] = oneModel && correlation !== null ? names.toReversed() : names;
    const values = Object.values(summary.point).map(String);
    return {
      title,
      cells: [name, ...values, ...cellColumns(summary, bad !== null), sparkline(losses[i], axis)],
    };
  });
  const width = Math.max(...rows.map(({ title, cells: [name = ""] }) => Math.max(title.length, name.length)));
  const heads = [
    ...Object.keys(cells[0]?.point ?? {}),
    "runs",
    "mean [95 %]",
    "median",
    ...(bad === null ? [] : ["bad"]),
    axisText(axis),
  ];
  const tables = Array.from(
    groupBy(rows, ({ title }) => title),
    ([title, group]) => [[title.padEnd(width), ...heads], ...group.map((row) => row.cells)],
  );
  const hasRoom = tables.every((table) => tableWidth(table) <= room);
  const shown = hasRoom ? tables : tables.map((table) => table.map((row) => row.slice(0, -1)));
  const badText = bad === null ? "" : `bad: share of runs above ${Number(bad.toPrecision(3))}`;
  const bin = axis.of === 30 ? `${axis.width}/30` : String(axis.width / axis.of);
  const bins = hasRoom ? `bins of ${bin}` : "";
  const few = fewNote(summaries.map(({ loss }) => loss.n));
  const after = [meanText(unit), badText, bins, ...few].filter((text) => text !== "").join("; ");
  const last = shown.length - 1;
  return shown.map((rows, i) => (i < last ? { rows } : { rows, after }));
}

/** A metric of a task that results lead with: a row for each cell, and which is the best if the runs tell it apart. */
export function leadingBlock(cells: readonly CellLosses[], { words, isHigherBetter }: Leading, head: string): Block {
  const summaries = summarizeCells(cells, Number.POSITIVE_INFINITY);
  const rows = summaries.map((cell) => [
    cell.model,
    ...Object.values(cell.point).map(String),
    ...cellColumns(cell, false),
  ]);
  const keys = Object.keys(cells[0]?.point ?? {});
  const best = keys.length > 0 ? "mmoe tune chooses by validation rows" : bestText(cells, isHigherBetter);
  const few = fewNote(summaries.map(({ loss }) => loss.n));
  return {
    before: `${head}\n${words} on held-out rows after the last step: on validation rows it chose steps and settings`,
    rows: [["", ...keys, "runs", "mean [95 %]", "median"], ...rows],
    after: [best, ...few].filter((text) => text !== "").join("; "),
  };
}

/** No model is named as the best that chance may have made so. */
function bestText(cells: readonly CellLosses[], isHigherBetter: boolean): string {
  const { ranked, alike } = rankingOf(cells, isHigherBetter);
  const [most, names] = [isHigherBetter ? "highest" : "lowest", ranked.slice(0, alike).map(({ model }) => model)];
  if (ranked.length < 2) return "";
  return alike === 1 ? `${most}: ${names[0]}` : `not told apart as the ${most}: ${listed(names)}`;
}

function cellColumns({ loss, badShare }: CellSummary, hasBad: boolean): string[] {
  const { n, mean, median } = loss;
  const bad = n === 0 ? "-" : `${percentOf(badShare.value).toFixed(0)}%`;
  return [String(n), estimateText(mean, 4, n), n === 0 ? "-" : median.value.toFixed(4), ...(hasBad ? [bad] : [])];
}

/** Bins of a small histogram, one character each. */
const BINS = 18;
/** Bins between two ticks of its axis. */
const TICK = 6;
const LEVELS = "▁▂▃▄▅▆▇█";

/** Bins of a common width for several samples of losses. */
interface Axis {
  /** The width of a bin is `width` / `of`. */
  readonly width: number;
  readonly of: number;
  /** Bins of this width from 0 to the first. */
  readonly first: number;
  /** Some loss is above the last bin, which counts it too. */
  readonly open: boolean;
}

/** Bins of the paper's width, 1/30, or a multiple of it if more than a twentieth of all losses would lie above. */
export function axisOf(losses: readonly Float64Array[]): Axis {
  const sorted = Float64Array.from(losses.flatMap((row) => [...row])).sort();
  const reach = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
  const width = Math.max(1, Math.ceil((reach * 30) / BINS));
  const axis = { width, of: 30, first: 0 };
  return { ...axis, open: binOf(sorted.at(-1) ?? 0, axis) >= BINS };
}

/** The narrowest bins, 1, 2 or 5 of a decimal place wide, from the least loss to the greatest. */
export function fittedAxis(losses: readonly Float64Array[]): Axis {
  const all = losses.flatMap((row) => [...row]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  if (!(high > low)) return axisOf(losses);
  for (let place = 4 - Math.floor(Math.log10(high - low)); ; place--)
    for (const width of [1, 2, 5]) {
      const [scaled, of] = place < 0 ? [width * 10 ** -place, 1] : [width, 10 ** place];
      const first = binOf(low, { width: scaled, of, first: 0 });
      const axis = { width: scaled, of, first };
      if (binOf(high, axis) < BINS) return { ...axis, open: false };
    }
}

/** The axis above the bins: `0     .2    .4 .6+`, with a plus if the last bin is open. */
export function axisText({ width, of, first, open }: Axis): string {
  const tick = (bin: number) => String(Number((((first + bin) * width) / of).toPrecision(4))).replace(/^0\./, ".");
  const end = `${tick(BINS)}${open ? "+" : ""}`;
  const last = tick(2 * TICK);
  const fits = last.length + 1 + end.length <= BINS - 2 * TICK;
  return `${tick(0).padEnd(TICK)}${tick(TICK).padEnd(TICK)}${fits ? last : ""}`.padEnd(BINS - end.length) + end;
}

/** How many losses are in each bin: the largest count is a full block, an empty bin is blank. */
export function sparkline(losses: Float64Array, axis: Axis): string {
  const counts = new Array<number>(BINS).fill(0);
  for (const loss of losses) {
    const bin = Math.min(BINS - 1, binOf(loss, axis));
    counts[bin]++;
  }
  const most = Math.max(...counts);
  const block = (count: number) => (count === 0 ? " " : LEVELS[Math.ceil((count / most) * LEVELS.length) - 1]);
  return counts.map(block).join("");
}

/** As Figure 5 bins losses: the multiple decides, not the quotient by 1/30. */
function binOf(loss: number, { width, of, first }: Omit<Axis, "open">): number {
  return Math.floor((loss * of) / width) - first;
}
