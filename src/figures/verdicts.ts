import type { Claim } from "../claims/claim.ts";
import { claimsOf, untestable } from "../claims/claims.ts";
import { claimRows } from "../claims/claims-csv.ts";
import { unitText } from "../config/loss-unit.ts";
import type { Results } from "../records/read-results.ts";
import { claimNodes, HEAD, WIDE } from "./claim-row.ts";
import { doneCells } from "./draw/facts.ts";
import type { Figure, FigureOptions, Unavailable } from "./draw/figure.ts";
import { page } from "./draw/page.ts";
import { type Part, stacked } from "./draw/parts.ts";
import { text } from "./draw/text.ts";
import { type Theme, themeFor } from "./draw/theme.ts";
import { capitalised, intervalWords, lossName, runsSentence, unitsSentence } from "./draw/words.ts";
import { finished } from "./finished.ts";
import { sweepOf } from "./sweep-facts.ts";

const NAME = "verdicts";

/** The paper's claims, a row for each: our interval, the range that the claim expects, and the paper's value. */
export function verdicts(results: Results, options: FigureOptions): Figure | Unavailable {
  const reason = untestable(results.config);
  if (reason !== undefined) return { name: NAME, lacking: reason, never: true };
  if (options.without !== undefined)
    return { name: NAME, lacking: "claims are of all models and correlations", never: true };
  if (options.width !== undefined || options.height !== undefined)
    return { name: NAME, lacking: "its size is fixed; leave --width and --height out", never: true };
  const sweep = sweepOf(results);
  if (doneCells(sweep).length === 0) return { name: NAME, lacking: "no run is done" };
  const claims = claimsOf(results, options.loss);
  if (claims.every(({ parts }) => parts.length === 0))
    return { name: NAME, lacking: "its runs cover none of the paper's claims", never: true };
  const theme = themeFor(options);
  const { nodes, height } = stacked([headPart(options, theme), ...claims.map((claim) => claimPart(claim, theme))]);
  const picture = page(
    {
      name: NAME,
      title: "The paper's claims, each by the part that decides it",
      caption: `${captionStart(claims, options)} ${runsSentence(doneCells(sweep), sweep)}`,
      width: WIDE,
      height,
      theme,
    },
    nodes,
  );
  return finished(picture, claims.flatMap(claimRows), options);
}

function headPart({ loss, unit }: FigureOptions, { ink }: Theme): Part {
  const words = `${capitalised(lossName(loss))} after the last step: ${unitText(unit)}`;
  return (top) => ({ nodes: [text(words, 0.5, top + HEAD - 3, { fill: ink })], bottom: top + HEAD });
}

function claimPart(claim: Claim, theme: Theme): Part {
  return (top) => claimNodes(claim, top, theme);
}

function captionStart(claims: readonly Claim[], { loss, unit }: FigureOptions): string {
  const sources = new Set(claims.flatMap(({ deciding }) => deciding?.paper ?? []).map(({ from }) => from));
  const runs = claims.flatMap(({ deciding }) => deciding?.runs ?? []);
  const paper =
    sources.size === 0 ? "" : ` Hollow mark: the paper's value, read off its ${[...sources].join(" and ")}.`;
  return (
    `The paper's claims, tested on the ${lossName(loss)} after the last step (${unitsSentence({ loss, unit })}). Each row shows the part of the claim that decides ` +
    "its verdict, on its own axis: a difference of losses, or a ratio on a logarithmic axis. Upright mark: ours; " +
    `${intervalWords(runs, "thick line: its 95 % interval over runs", "no intervals")}; shaded: where the claim expects it (the margins are assumed).${paper} The CSV file has every part.`
  );
}
