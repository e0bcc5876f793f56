import { MMOE } from "../called-as.ts";
import { boundText, oursText, paperText } from "../claims/because.ts";
import type { Claim } from "../claims/claim.ts";
import { claimsOf } from "../claims/claims.ts";
import { cellLosses } from "../records/cell-losses.ts";
import { shellQuoted } from "../shell.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { AT_OPTION, gapsText, headText, LOSS_OPTION, lossOption, readEnded, WIDTH } from "./loss-commands.ts";
import { table, wrapped } from "./text/table.ts";

interface Options {
  readonly loss: string;
  readonly at: readonly string[];
  readonly parts?: boolean;
  readonly json?: boolean;
}

export const define: Define = (command, run) => {
  command
    .argument("<folder>", "a results folder, also of a sweep that still runs")
    .option(...LOSS_OPTION)
    .option(...AT_OPTION)
    .option("--parts", "show the parts of each claim, with intervals and the paper's values")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
A claim holds if the 95 % interval of each of its parts lies where the claim
says. It does not hold if one interval, widened for the number of parts, lies
elsewhere. Otherwise it is undecided.

Exits with 4 if a claim does not hold.
${examples("mmoe claims results/paper", "mmoe claims results/paper --loss heldout --parts", "mmoe claims results/rates --at lr=0.01")}`,
    )
    .action((folder: string, options: Options) => run((context) => claims(folder, options, context)));
};

async function claims(folder: string, options: Options, context: Context): Promise<number> {
  const loss = lossOption(options.loss);
  const results = await readEnded(folder, options.at, context);
  const found = claimsOf(results, loss);
  const { stdout } = context.effects;
  if (options.json) stdout.write(`${JSON.stringify({ folder, at: results.at, loss, claims: found }, null, 2)}\n`);
  else {
    const texts = found.map((claim) => claimText(claim) + (options.parts ? partsText(claim) : ""));
    stdout.write(`${headText(results, loss)}\n${texts.join("\n")}\n${countText(found)}\n`);
    stdout.write(gapsText(folder, cellLosses(results, loss)));
  }
  return found.some(({ verdict }) => verdict === "does not hold") ? EXIT.checkFailed : EXIT.done;
}

/** Columns to the left of a claim's text. */
const INDENT = 22;

function claimText({ id, verdict, says, because, command }: Claim): string {
  const lines = [says, because].map((line) => wrapped(line, WIDTH, INDENT));
  if (command) lines.push([MMOE, ...command.slice(1).map(shellQuoted)].join(" ")); // on one line, to be copied
  const margin = `${id.padEnd(7)}${verdict.padEnd(INDENT - 7)}`;
  return lines.map((line, i) => `${i === 0 ? margin : " ".repeat(INDENT)}${line}\n`).join("");
}

function partsText({ parts, margins }: Claim): string {
  if (parts.length === 0) return "";
  const rows = parts.map((part) => [
    part.about,
    oursText(part),
    boundText(part),
    paperText(part),
    String(part.runs),
    part.verdict,
  ]);
  const header = ["part", "ours [95 %]", "expected", "paper", "runs", "verdict"];
  const sources = new Set(parts.flatMap(({ paper }) => (paper ? [`paper: ${paper.mark} ${paper.from}\n`] : [])));
  const notes = [...sources, `margins (assumed): ${margins}\n`].map((line) => wrapped(line, WIDTH));
  return `\n${table([header, ...rows])}${notes.join("")}`;
}

function countText(claims: readonly Claim[]): string {
  const count = (verdict: Claim["verdict"]) => claims.filter((claim) => claim.verdict === verdict).length;
  const verdicts = ["holds", "does not hold", "undecided", "not covered"] as const;
  return verdicts.map((verdict) => `${verdict}: ${count(verdict)}`).join(", ");
}
