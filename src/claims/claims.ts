import { basename } from "node:path";
import { areLabelsPlain } from "../config/generated.ts";
import { lossUnitOf } from "../config/loss-unit-of.ts";
import type { LossSet } from "../config/losses.ts";
import { type Settings, valuesOf } from "../config/schema.ts";
import { UsageError } from "../errors.ts";
import { byCorrelation, type Cell, cellKey } from "../identity/cell.ts";
import { memo } from "../memo.ts";
import { severalPoints } from "../records/at-point.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import { type CsvValue, toCsv } from "../records/csv.ts";
import { engineWords } from "../records/provenance.ts";
import type { Results } from "../records/read-results.ts";
import { PAPER_TASKS } from "../records/words.ts";
import { groupBy } from "../stats/group-by.ts";
import { numberOf, thousands } from "../units.ts";
import type { Claim, ClaimPart, ClaimRule, PartRule } from "./claim.ts";
import { because, judge, lackingText, slackOf } from "./judge.ts";
import { claimRules } from "./rules.ts";

/**
 * What the paper claims, tested on a sweep's final losses: a verdict on each of its seven claims. Throws UsageError for
 * results of several grid points, and for those on rows or labels that the claims are not about.
 */
export const claimsOf = memo((results: Results, loss: LossSet): readonly Claim[] => {
  const reason = untestable(results.config);
  if (reason !== undefined) throw new UsageError(`${results.path}: ${reason}; mmoe summary --full compares the models`);
  const several = severalPoints(results);
  if (several !== undefined)
    throw new UsageError(`${results.path}: claims are tested at one grid point, and ${several.text}`);
  const cells = cellLosses(results, loss);
  const byKey = new Map(cells.map((cell) => [cellKey(cell), cell]));
  const find = (cell: Cell) => byKey.get(cellKey(cell));
  const rules = rulesFor(results).map((rule) => {
    const needed = uniqueCells(rule);
    return { rule, needed, lacking: needed.filter((name) => find(name) === undefined) };
  });
  const covered = rules.filter(({ lacking }) => lacking.length === 0).map(({ rule }) => rule);
  const judged = judge(
    covered.flatMap(({ parts }) =>
      parts.map((rule) => {
        return { rule, cells: rule.cells.map((name) => find(name) as CellLosses), parts: parts.length };
      }),
    ),
  );
  const commandFor = covering(
    rules.filter(({ lacking }) => lacking.length > 0),
    results,
  );
  return rules.map(({ rule, needed, lacking }) => {
    const { id, says, statistic, margins, parts } = rule;
    const outcome =
      lacking.length > 0
        ? notCovered(lacking, commandFor({ rule, needed }))
        : together(parts.map((part) => comparable(judged.get(part) as ClaimPart, results)));
    return { id, says, loss, statistic, margins, ...outcome };
  });
});

/** Why the paper's claims are not about results on rows of the user's own, or on other labels than its own; undefined on others. */
export function untestable(config: Results["config"]): string | undefined {
  const { rows, labelKind } = config;
  if (rows !== null)
    return `the paper's claims are about correlations of tasks, which the rows of ${basename(rows.file)} do not have`;
  if (labelKind !== "real")
    return `the paper's claims are about squared errors, and some of these labels are signs (labelKind=${labelKind})`;
  return areLabelsPlain(config)
    ? undefined
    : "the paper's claims are about its own labels, and the config changes these";
}

/** Leaves out the paper's value if the sweep has more tasks than the paper's pairs. */
function comparable(part: ClaimPart, { config }: Results): ClaimPart {
  return config.tasks === PAPER_TASKS ? part : { ...part, paper: null };
}

function rulesFor({ config }: Results): ClaimRule[] {
  const { ofMean } = lossUnitOf(config);
  return claimRules(config.correlations ?? []).map((rule) => ({
    ...rule,
    parts: rule.parts.map((part) => inUnit(part, ofMean as number)),
  }));
}

/** Margins of losses are shares of the loss of predicting the mean. */
function inUnit(part: PartRule, ofMean: number): PartRule {
  const { low, high } = part.bound;
  return part.unit === "ratio" ? part : { ...part, bound: { low: low * ofMean, high: high * ofMean } };
}

function uniqueCells({ parts }: ClaimRule): Cell[] {
  const cells = parts.flatMap((part) => part.cells);
  const unique = new Map(cells.map((cell) => [cellKey(cell), cell])).values();
  return [...unique].sort(byCorrelation);
}

type Outcome = Pick<Claim, "verdict" | "parts" | "deciding" | "because" | "command">;

function notCovered(lacking: readonly Cell[], command: readonly string[]): Outcome {
  return { verdict: "not covered", parts: [], deciding: null, because: lackingText(lacking), command };
}

/** A claim holds only if every part does. */
function together(parts: readonly ClaimPart[]): Outcome {
  const failing = parts.some(({ verdict }) => verdict === "does not hold");
  const verdict = failing ? "does not hold" : parts.every((part) => part.verdict === "holds") ? "holds" : "undecided";
  const deciding = decidingOf(parts, verdict);
  return { verdict, parts, deciding, because: because(parts, deciding), command: null };
}

function decidingOf(parts: readonly ClaimPart[], verdict: ClaimPart["verdict"]): ClaimPart {
  const alike = parts.filter((part) => part.verdict === verdict);
  return alike.reduce((a, b) => (slackOf(b) < slackOf(a) ? b : a));
}

/** A claim and the cells that it is about. */
interface Needing {
  readonly rule: ClaimRule;
  readonly needed: readonly Cell[];
}

/**
 * What gives the command that trains the cells of a claim: more of the same sweep, one command for all of `uncovered`,
 * or the preset if the sweep has none of its models.
 */
function covering(uncovered: readonly Needing[], results: Results): (claim: Needing) => string[] {
  const isOfSweep = ({ needed }: Needing) => needed.some(({ model }) => results.config.models.includes(model));
  const more = moreOf(
    results,
    uncovered.filter(isOfSweep).flatMap(({ needed }) => needed),
  );
  return (claim) => (isOfSweep(claim) ? more : ["mmoe", "sweep", claim.rule.preset ?? "paper"]);
}

/** The command that trains `cells` too in the folder of a sweep. */
function moreOf(results: Results, cells: readonly Cell[]): string[] {
  const { path } = results;
  const models = new Set(cells.map(({ model }) => model));
  const correlations = new Set([...cells].sort(byCorrelation).map(({ correlation }) => correlation));
  const extent = ["--corr", [...correlations].join(","), "--models", [...models].join(",")];
  return ["mmoe", "sweep", `${path}/config.yaml`, ...extent, ...engineWords(results), "--out", path];
}

/** A command that trains what some claims lack. */
export interface CoveringCommand {
  readonly ids: readonly string[];
  readonly command: readonly string[];
}

/** Each command that trains what claims lack, once. */
export function coveringCommands(claims: readonly Claim[]): CoveringCommand[] {
  const lacking = claims.flatMap(({ id, command }) => (command === null ? [] : { id, command }));
  return [...groupBy(lacking, ({ command }) => command.join("\0")).values()].map((some) => {
    return { ids: some.map(({ id }) => id), command: some.flatMap(({ command }, i) => (i === 0 ? command : [])) };
  });
}

/** The axis of the paper's Figures 3 and 4 ends there; its unit, which the paper leaves open, is a step or more. */
const LEAST_STEPS = 10_000;

/** A line for a sweep whose runs, or some of them, are too short for any reading of the paper; none for another. */
export function shortRuns(settings: Settings): string[] {
  const least = Math.min(...valuesOf(settings, "steps").map(Number));
  if (least >= LEAST_STEPS) return [];
  return [
    `runs of ${numberOf(least, "step")} are too short to be compared with the paper's, which have ${thousands(LEAST_STEPS)} or more`,
  ];
}

/** Claims as CSV: a row for each part; one with empty cells for a claim whose cells the sweep lacks. */
export function claimsCsv(claims: readonly Claim[]): string {
  return toCsv(claims.flatMap(claimRows));
}

export function claimRows({ id, says, loss, verdict, parts }: Claim): Record<string, CsvValue>[] {
  const of = { claim: id, loss, verdict, says };
  return parts.length === 0 ? [{ ...of, ...EMPTY }] : parts.map((part) => ({ ...of, ...partColumns(part) }));
}

function partColumns({ about, unit, ours, bound, paper, runs, verdict }: ClaimPart) {
  return {
    part: about,
    unit,
    value: ours.value,
    low: ours.low,
    high: ours.high,
    boundLow: finite(bound.low),
    boundHigh: finite(bound.high),
    paper: paper?.value ?? Number.NaN,
    runs,
    partVerdict: verdict,
  };
}

const EMPTY: Record<keyof ReturnType<typeof partColumns>, ""> = {
  part: "",
  unit: "",
  value: "",
  low: "",
  high: "",
  boundLow: "",
  boundHigh: "",
  paper: "",
  runs: "",
  partVerdict: "",
};

/** NaN, an empty cell, for an end that is infinite. */
function finite(end: number): number {
  return Number.isFinite(end) ? end : Number.NaN;
}
