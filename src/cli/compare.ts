import { sweepOverlap } from "../config/cells.ts";
import { coverageText } from "../config/rows.ts";
import { configDifferences } from "../config/same-sweep.ts";
import { listedKeys } from "../config/schema.ts";
import { arithmeticOf } from "../engines/arithmetic.ts";
import { UsageError } from "../errors.ts";
import { severalPoints } from "../records/at-point.ts";
import type { Results } from "../records/read-results.ts";
import { LOSS_WORDS } from "../records/words.ts";
import { estimateText, leastDeciding } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { POWER } from "../stats/power.ts";
import { type Change, changeBetween, changeCsv } from "../summary/folder-change.ts";
import { foldersOnRows } from "../summary/row-pairs.ts";
import { type Command, type Context, type Define, EXIT, examples, type OptionsOf } from "./command.ts";
import { AT_OPTION, folderText, LOSS_OPTION, readEnded, readWithLoss } from "./loss-commands.ts";
import { FORMAT_OPTION, formatOption, numberOption, writeAs } from "./options.ts";
import type { Block } from "./text/blocks.ts";
import { cellHeads, cellNames, fewNote } from "./text/cell-names.ts";
import { type Paint, PLAIN, paintFor, verdictText } from "./text/paint.ts";
import { NEEDED, neededText, rowPairBlocks } from "./text/summary-text.ts";
import { withoutColumns } from "./text/table.ts";

const HELP = `
Runs are paired by their id. A cell of B is worse if the lower end of the
interval of the mean change, B minus A, is above the tolerance. It is better if
the upper end is below minus the tolerance, and the same if both ends are
within. Otherwise, or with fewer than 20 pairs, it is undecided. These intervals
are wider than the 95 % intervals shown, so that they hold for all cells
together (Bonferroni).

Exits with 4 if B is worse in some cell, or if a run that is done in A failed
in B.
${examples("mmoe compare results/paper results/tfjs --tolerance 0.005")}`;

const withOptions = (command: Command) =>
  command
    .argument("<a>", "a results folder")
    .argument("<b>", "a second one, from another engine, version or setting")
    .option(LOSS_OPTION[0], LOSS_OPTION[1].replace("the config", "A's config"))
    .option(...AT_OPTION)
    .option("--tolerance <loss>", "largest accepted rise of B's mean loss, in the unit of the losses", "0")
    .option(...FORMAT_OPTION)
    .option("--csv", "as --format csv: a row for each cell")
    .option("--json", "as --format json: all cells and runs")
    .addHelpText("after", HELP);

type CompareOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((a, b, options) => run((context) => compare(a, b, options, context)));

async function compare(a: string, b: string, options: CompareOptions, context: Context): Promise<number> {
  const format = formatOption(options);
  const tolerance = numberOption("--tolerance", options.tolerance, 0);
  const { results: before, loss } = await readWithLoss(a, options, context);
  const after = await readEnded(b, options.at, context);
  const change = changeBetween(before, after, { loss, tolerance });
  if (change.cells.every(({ pairs }) => pairs === 0) && change.failedInB.length === 0) {
    throw new UsageError(`${a} and ${b} have no finished run in common; ${wayOut(before, after)}`);
  }
  const settings = configDifferences(before.config, after.config, ["in A", "in B"]);
  const { stdout } = context.effects;
  const paint = format === "table" ? paintFor(stdout, context.effects.env) : PLAIN;
  const onRows = () => foldersOnRows(before, after);
  writeAs(stdout, format, {
    csv: () => changeCsv(change),
    json: () => ({ a, b, settings, coverage: coverageText(before.config.rows), ...change, onRows: onRows() }),
    blocks: () => [
      ...blocksOf(before, after, settings, change, paint),
      ...rowPairBlocks(onRows(), "on the same test rows, B minus A:"),
    ],
  });
  return change.worse ? EXIT.checkFailed : EXIT.done;
}

/** Why two folders may have no run in common, and what to do: one may be a grid where the other has one value. */
function wayOut(before: Results, after: Results): string {
  const apart = listedKeys(before.config).length !== listedKeys(after.config).length;
  const several = severalPoints(before) ?? severalPoints(after);
  return apart && several !== undefined ? `one is a grid: ${several.text}` : "nothing to compare";
}

function blocksOf(a: Results, b: Results, settings: readonly string[], change: Change, paint: Paint): Block[] {
  const head = [
    `A: ${folderText(a)} (${enginesOf(a)})`,
    `B: ${folderText(b)} (${enginesOf(b)})`,
    ...(settings.length > 0 ? [`settings that differ: ${settings.join("; ")}`] : []),
    `${LOSS_WORDS[change.loss].atEnd}, B minus A by run`,
  ];
  const few = fewNote(
    change.cells.map(({ pairs }) => pairs),
    "pairs of runs",
  );
  const isNeeded = change.cells.some(({ needed }) => !Number.isNaN(needed));
  const needed = isNeeded ? [NEEDED_NOTE] : [];
  const notes = [
    ...few,
    ...[coverageText(a.config.rows)].filter((text) => text !== ""),
    ...undecidedNote(change, [a, b]),
    ...needed,
    ...apartLines(change),
  ];
  const after = [...notes, conclusion(change)].join("\n");
  const rows = changeRows(change, paint);
  const shown = isNeeded ? rows : withoutColumns(rows, [NEEDED]);
  return [{ before: head.join("\n") }, { rows: shown, lean: ["equal", "A", "pairs"], after }];
}

const NEEDED_NOTE = `${NEEDED}: to decide a change of this size with a probability of ${POWER}, if changes scatter as so far`;

/** The engines that trained a sweep, each with its devices, e.g. `cpu, avx512, wasm`. */
function enginesOf({ records }: Results): string {
  const byArithmetic = [...groupBy(records, arithmeticOf).values()];
  return byArithmetic
    .map((group) => [...new Set(group.flatMap(({ engine, device }) => [engine, device]))].join(", "))
    .join("; ");
}

function changeRows({ cells }: Change, paint: Paint): string[][] {
  const rows = cells.map((cell) => [
    ...cellNames(cell),
    String(cell.pairs),
    String(cell.equal),
    Number.isNaN(cell.mean) ? "-" : cell.mean.toFixed(4),
    estimateText(cell.change, 4, cell.pairs),
    verdictText(paint, cell.verdict),
    neededText(cell.needed),
  ]);
  return [[...cellHeads(cells), "pairs", "equal", "A", "B - A [95 %]", "verdict", NEEDED], ...rows];
}

/** Why a cell is undecided though its interval may lie to one side. */
function undecidedNote({ cells }: Change, both: readonly Results[]): string[] {
  const least = leastDeciding(Math.max(...both.map(({ config }) => sweepOverlap(config))));
  const isShort = cells.some(({ pairs, verdict }) => verdict === "undecided" && pairs < least);
  return isShort ? [`undecided: fewer than ${least} pairs decide nothing`] : [];
}

/** Most ids of one kind that are named; JSON has all. */
const NAMED = 3;

function apartLines({ onlyInA, onlyInB, failedInA, failedInB }: Change): string[] {
  const kinds: [string, readonly string[]][] = [
    ["done in A only", onlyInA],
    ["done in B only", onlyInB],
    ["done in B, failed in A", failedInA],
    ["done in A, failed in B", failedInB],
  ];
  return kinds
    .filter(([, ids]) => ids.length > 0)
    .map(([kind, ids]) => {
      const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : "";
      return `${kind}: ${ids.slice(0, NAMED).join(", ")}${more}`;
    });
}

function conclusion({ cells, tolerance, failedInB, worse }: Change): string {
  const of = (wanted: string) => cells.filter(({ verdict }) => verdict === wanted).length;
  const counts = `${of("same")} the same, ${of("better")} better, ${of("worse")} worse by more than ${tolerance}, ${of("undecided")} undecided`;
  const failing = failedInB.length > 0 ? `; runs that fail in B only: ${failedInB.length}` : "";
  return `B is ${worse ? "worse" : "not found worse"}; cells: ${counts}${failing}`;
}
