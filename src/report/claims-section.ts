import type { Claim, ClaimPart } from "../claims/claim.ts";
import { type CoveringCommand, coveringCommands, shortRuns } from "../claims/claims.ts";
import { boundText, oursText, paperText } from "../claims/judge.ts";
import type { Config } from "../config/config.ts";
import { type EachLoss, eachLoss, LOSS_SETS } from "../config/losses.ts";
import { capitalised, withMinus } from "../figures/draw/words.ts";
import type { SeveralPoints } from "../records/at-point.ts";
import { LOSS_WORDS } from "../records/words.ts";
import { listed, shellQuoted } from "../text.ts";
import { type Html, headRow, html, NOTHING, section, tableOf } from "./html.ts";
import { mark } from "./settings-section.ts";

/** Whether each claim of the paper holds, on each of the losses, below their picture, if there is one. */
export function claimsSection(claims: EachLoss<readonly Claim[]>, config: Config, picture = NOTHING): Html {
  const judged = claims.train.map((_, i) => eachLoss((set) => claims[set][i]));
  const list = html`<div class="claims"><p class="columns" aria-hidden="true"><span>The paper’s claim</span>${LOSS_SETS.map((set) => html`<span>${WHERE[set]}</span>`)}</p>
<ol>
${judged.map(claimItem)}</ol></div>
`;
  return section("claims", "Does the paper hold?", [
    picture,
    picture === NOTHING
      ? list
      : html`<details class="all-losses"><summary>Every claim on all losses, and how it was tested</summary>\n${list}</details>\n`,
    coveringCommands(claims.train).map(commandLine),
    shortRuns(config).map((line) => html`<p class="note">${capitalised(line)}.</p>\n`),
    html`<p class="note">A claim holds if every one of its tests does. Each test compares a 95 % interval over runs with what the claim expects.
The tests of a claim together refute it wrongly in at most 5 % of studies.</p>`,
  ]);
}

const NOT_TESTED = "The paper’s claims are not tested";

/** In place of the verdicts where there are several grid points, and why. */
export function noClaims({ why, choice }: SeveralPoints): Html {
  return section(
    "claims",
    NOT_TESTED,
    html`<p>The paper’s claims are tested at one grid point, and ${why}. A report of one point has the verdicts:
<code>mmoe report</code> with <code class="option">--at ${choice}</code>.</p>
`,
  );
}

/** In place of the verdicts where no claim is about the cells of the sweep. */
export function noneCovered(claims: readonly Claim[]): Html {
  return section("claims", NOT_TESTED, [
    html`<p>None of the paper’s ${claims.length} claims is about these models and correlations.</p>\n`,
    coveringCommands(claims).map(commandLine),
  ]);
}

/** In place of the verdicts where the claims are about other rows or labels, and why. */
export function noClaimsOn(reason: string): Html {
  return section("claims", NOT_TESTED, html`<p>${capitalised(reason)}.</p>\n`);
}

/** `On training rows` */
const WHERE = eachLoss((set) => capitalised(LOSS_WORDS[set].where));

function claimItem(claim: EachLoss<Claim>): Html {
  const { id, says, parts } = claim.train;
  return html`<li class="claim" id="claim-${id}">
<p class="says">${capitalised(says)}. <span class="where">Section ${id.replace("-", ", claim ")}</span></p>
${LOSS_SETS.map((set) => verdict(claim[set]))}
${parts.length > 0 ? tests(claim) : NOTHING}
</li>
`;
}

function verdict({ loss, verdict, because, deciding }: Claim): Html {
  const paper =
    deciding?.paper == null
      ? ""
      : html` The paper: ${withMinus(paperText(deciding))} (${mark(deciding.paper.mark)} ${deciding.paper.from}).`;
  return html`<div class="verdict"><p><span class="rows">${WHERE[loss]}</span> <strong data-verdict="${verdict}">${verdict}</strong></p>
<p class="because">${capitalised(withMinus(because))}.${paper}</p></div>
`;
}

/** What trains the cells that claims lack. */
function commandLine({ ids, command }: CoveringCommand): Html {
  return html`<p>To cover ${listed(ids)}: <code>${command.map(shellQuoted).join(" ")}</code></p>
`;
}

function tests(claim: EachLoss<Claim>): Html {
  const { train } = claim;
  const rows = train.parts.map((_, i) => testRow(eachLoss((set) => claim[set].parts[i])));
  const head = headRow(["Test", "Expected", ...LOSS_SETS.flatMap((set) => [WHERE[set], "Verdict"]), "The paper’s"]);
  return html`<details><summary>How it was tested</summary>
<p>${capitalised(train.statistic)}. ${capitalised(train.margins)}.</p>
${tableOf(`Tests of the claim ${train.id}`, head, rows)}
</details>`;
}

function testRow(parts: EachLoss<ClaimPart | undefined>): Html {
  const part = parts.train as ClaimPart;
  const ours = (one: ClaimPart | undefined) =>
    one === undefined ? html`<td></td><td></td>` : html`<td>${withMinus(oursText(one))}</td><td>${one.verdict}</td>`;
  const paper =
    part.paper === null ? html`<td>–</td>` : html`<td>${withMinus(paperText(part))} (${part.paper.mark})</td>`;
  return html`<tr><th scope="row">${part.about}</th><td>${withMinus(boundText(part))}</td>${LOSS_SETS.map((set) => ours(parts[set]))}${paper}</tr>
`;
}
