import { MMOE } from "../called-as.ts";
import type { Claim } from "../claims/claim.ts";
import { claimsCsv, claimsOf, coveringCommands, shortRuns } from "../claims/claims.ts";
import { boundText, oursText, paperText } from "../claims/judge.ts";
import { cellLosses } from "../records/cell-losses.ts";
import { listed, shellQuoted } from "../text.ts";
import { type Command, type Context, type Define, EXIT, examples, type OptionsOf } from "./command.ts";
import { AT_OPTION, gapsIn, gapsOf, headOf, LOSS_OPTION, RESULTS, readWithLoss } from "./loss-commands.ts";
import { blocksAs, FORMAT_OPTION, formatOption, jsonText } from "./options.ts";
import { type Block, blocksText, type Room, roomOf } from "./text/blocks.ts";
import { fewNote } from "./text/cell-names.ts";
import { type Paint, PLAIN, paintFor, verdictText } from "./text/paint.ts";
import { wrapped } from "./text/table.ts";

const HELP = `
A claim holds if the 95 % interval of each of its parts lies in the range that
the claim expects. It does not hold if one interval, widened for the number of
parts, lies outside. Otherwise it is undecided.

Exits with 4 if a claim does not hold.
${examples("mmoe claims results/paper", "mmoe claims results/paper --loss heldout --parts", "mmoe claims results/rates --at lr=0.01")}`;

const withOptions = (command: Command) =>
  command
    .argument(...RESULTS)
    .option(...LOSS_OPTION)
    .option(...AT_OPTION)
    .option("--parts", "show the parts of each claim, with intervals and the paper's values")
    .option(...FORMAT_OPTION)
    .option("--csv", "as --format csv: a row for each part")
    .option("--json", "as --format json: every part, and how it was tested")
    .addHelpText("after", HELP);

type ClaimsOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((folder, options) => run((context) => claims(folder, options, context)));

async function claims(folder: string, options: ClaimsOptions, context: Context): Promise<number> {
  const format = formatOption(options);
  const { results, loss } = await readWithLoss(folder, options, context, gapsIn(format));
  const found = claimsOf(results, loss);
  const { stdout } = context.effects;
  const of = {
    head: headOf(results, loss, ...shortRuns(results.config)),
    gaps: gapsOf(results, cellLosses(results, loss)),
    parts: options.parts === true,
  };
  const paint = paintFor(stdout, context.effects.env);
  if (format === "json") stdout.write(jsonText({ folder, at: results.at, loss, claims: found }));
  else if (format === "csv") stdout.write(claimsCsv(found));
  else if (format === "table") stdout.write(text(found, of, roomOf(stdout), paint));
  else stdout.write(blocksAs(format, blocksOf(found, of), stdout));
  return found.some(({ verdict }) => verdict === "does not hold") ? EXIT.checkFailed : EXIT.done;
}

/** What is shown beside the claims. */
interface ClaimsView {
  readonly head: Block;
  readonly gaps: readonly Block[];
  readonly parts: boolean;
}

function text(claims: readonly Claim[], { head, gaps, parts }: ClaimsView, room: Room, paint: Paint): string {
  const texts = claims.map((claim) => {
    const details = parts ? partsOf(claim, paint) : [];
    return [claimText(claim, room, paint), ...details.map((block) => blocksText([block], room))].join("\n");
  });
  const end = blocksText([...commandBlocks(claims), { before: countText(claims) }, ...gaps], room);
  return [blocksText([head], room), ...texts, end].join("\n");
}

/** The claims as a table, for formats that have no colours. */
function blocksOf(claims: readonly Claim[], { head, gaps, parts }: ClaimsView): Block[] {
  const rows = claims.map(({ id, verdict, says, because }) => [id, verdict, says, because]);
  const table = { rows: [["claim", "verdict", "says", "because"], ...rows] };
  const details = parts ? claims.flatMap((claim) => partsOf(claim).map((part) => ({ ...part, before: claim.id }))) : [];
  return [head, table, ...details, ...commandBlocks(claims), { before: countText(claims) }, ...gaps];
}

/** Columns to the left of a claim's text. */
const INDENT = 22;

function claimText({ id, verdict, says, because }: Claim, { words }: Room, paint: Paint): string {
  const lines = [says, because].map((line) => wrapped(line, words, INDENT));
  const margin = `${id.padEnd(7)}${verdictText(paint, verdict, verdict.padEnd(INDENT - 7))}`;
  return lines.map((line, i) => `${i === 0 ? margin : " ".repeat(INDENT)}${line}\n`).join("");
}

/** What trains the cells that claims lack: each command once. */
function commandBlocks(claims: readonly Claim[]): Block[] {
  return coveringCommands(claims).map(({ ids, command }) => ({
    before: `train what ${listed(ids)} ${ids.length === 1 ? "lacks" : "lack"} with:`,
    command: [MMOE, ...command.slice(1).map(shellQuoted)].join(" "),
  }));
}

function partsOf({ parts, margins }: Claim, paint = PLAIN): Block[] {
  if (parts.length === 0) return [];
  const rows = parts.map((part) => [
    part.about,
    oursText(part),
    boundText(part),
    paperText(part),
    String(part.runs),
    verdictText(paint, part.verdict),
  ]);
  const few = fewNote(parts.map(({ runs }) => runs));
  const header = ["part", "ours [95 %]", "expected", "paper", "runs", "verdict"];
  const sources = new Set(parts.flatMap(({ paper }) => (paper ? [`paper: ${paper.mark} ${paper.from}`] : [])));
  return [{ rows: [header, ...rows], after: [...sources, ...few, `margins (assumed): ${margins}`].join("\n") }];
}

function countText(claims: readonly Claim[]): string {
  const count = (verdict: Claim["verdict"]) => claims.filter((claim) => claim.verdict === verdict).length;
  const verdicts = ["holds", "does not hold", "undecided", "not covered"] as const;
  return verdicts.map((verdict) => `${verdict}: ${count(verdict)}`).join(", ");
}
