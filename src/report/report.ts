import { claimsOf, shortRuns, untestable } from "../claims/claims.ts";
import { askedRuns } from "../config/cells.ts";
import { lossUnitOf } from "../config/loss-unit-of.ts";
import { type EachLoss, eachLoss, type LossSet } from "../config/losses.ts";
import { modelLabel } from "../config/own-models.ts";
import { pointCount } from "../config/schema.ts";
import { correlationsOf, modelsOf } from "../figures/draw/facts.ts";
import { VERDICTS } from "../figures/gallery.ts";
import { sweepCells, sweepOf } from "../figures/sweep-facts.ts";
import { pointText } from "../identity/cell.ts";
import { type SeveralPoints, severalPoints } from "../records/at-point.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { leadingMetric } from "../summary/leading.ts";
import { listed } from "../text.ts";
import { numberOf, thousands } from "../units.ts";
import { cellsSection } from "./cells-section.ts";
import { claimsSection, noClaims, noClaimsOn, noneCovered } from "./claims-section.ts";
import { costSection } from "./cost-section.ts";
import { drawnFigures, figureBlock, figuresSection, PageFigures, seesawText, variantsOf } from "./figures-section.ts";
import { type Html, html, NOTHING } from "./html.ts";
import { htmlPage } from "./html-page.ts";
import { bestPoints, outcome } from "./outcome.ts";
import { citeSection, provenanceSection } from "./provenance-section.ts";
import type { PageSweep } from "./redraw.ts";
import { modelsText, placeText } from "./report-words.ts";
import { failuresSection, runPicker, runsSection } from "./runs-section.ts";
import { differencesSection, settingsSection } from "./settings-section.ts";
import { switches, switchRules } from "./switches.ts";
import { showsTasks, tasksSection } from "./tasks-section.ts";
import type { Together } from "./together.ts";

/** A sweep's report: one HTML file, the same bytes for the same records. `loss` is shown first; a live one has a `version`. */
export function reportHtml(results: Results, loss: LossSet, version?: string): string {
  const { config, records } = results;
  const title = `${modelsText(config)}${placeText(config)}${pointsText(results)}`;
  const asked = askedRuns(config);
  return pageHtml(
    results,
    { loss, version },
    {
      title: `${config.name}: ${title}`,
      kicker: html`Report of the sweep <b>${config.name}</b>`,
      heading: title,
      state: unfinished(records, asked),
      settings: settingsSection(config),
    },
  );
}

/** The report of several sweeps: each of their models is drawn beside that of the others. */
export function togetherHtml({ results, names, asked, differences }: Together, loss: LossSet): string {
  const title = `${listed(names)}${placeText(results.config)}`;
  return pageHtml(
    results,
    { loss, isTogether: true },
    {
      title,
      kicker: html`Report of ${names.length} sweeps`,
      heading: title,
      state: unfinished(results.records, asked),
      settings: differencesSection(differences),
    },
  );
}

interface ReportOptions {
  readonly loss: LossSet;
  readonly version?: string | undefined;
  /** Several sweeps, of which no claim of the paper is tested. */
  readonly isTogether?: boolean;
}

/** The parts that differ between the page of a sweep and that of several. */
interface SweepParts {
  readonly title: string;
  readonly kicker: Html;
  readonly heading: string;
  readonly state: Html;
  readonly settings: Html;
}

function pageHtml(results: Results, { loss, version, isTogether = false }: ReportOptions, own: SweepParts): string {
  const { config, records, provenances } = results;
  const cells = eachLoss((set) => cellLosses(results, set));
  const trained = sweepCells(results);
  const page = new PageFigures(loss);
  const several = severalPoints(results); // of which one is to be chosen
  const { lead, verdicts, isTested } = findings(results, cells, page, { several, isTogether });
  const published = sweepOf(results).paper.map(({ point: _, ...columns }) => columns);
  const sweep = pageSweep(results, page.addRows(published));
  const below = several === undefined && !isTogether ? { runs: runPicker(results), seesaw: seesawText(results) } : {};
  const figures = drawnFigures(results, page, below);
  const shown = {
    models: modelsOf(trained),
    loss,
    correlations: correlationsOf(trained).filter((p) => p !== null),
    paper: figures.paper && (shortRuns(config).length > 0 ? ("hidden" as const) : true),
  };
  const claims = ["claims", "Claims", verdicts] as const;
  const losses: Part[] = [["cells", "Final losses", cellsSection(results)]];
  if (showsTasks(results)) losses.push(["tasks", "Tasks", tasksSection(results)]);
  const switchText = switches(shown, (model) => modelLabel(config, model));
  const parts: Part[] = [
    ...(isTested ? [claims] : []),
    ...(leadingMetric(config) ? losses.toReversed() : losses),
    ["figures", "Figures", figuresSection(figures, page, switchText, sweep)],
    ...(isTested || config.rows !== null || isTogether ? [] : [claims]), // what is not tested does not come first
    ["run-table", "Runs", runsSection(results)],
    ["settings", "Settings", own.settings],
    ["failures", "Failures", failuresSection(results)],
    ["costs", "Cost", costSection(config, records)],
    ["provenance", "Provenance", provenanceSection(provenances)],
    ["cite", "How to cite", citeSection(provenances)],
  ];
  return htmlPage({ title: own.title, rules: `${switchRules(shown)}\n${page.rules}`, version }, [
    html`<a class="skip" href="#${isTested ? "claims" : "cells"}">Skip to the ${isTested ? "verdicts" : "losses"}</a>
<header>
<p class="kicker">${own.kicker}</p>
<h1>${own.heading}</h1>
${lead}${own.state}</header>
<nav aria-label="Contents"><ul>${parts.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main>
`,
    ...parts.map(([, , section]) => section),
    html`</main>
`,
  ]);
}

/** A section of the page, and what links call it. */
type Part = readonly [id: string, name: string, section: Html];

/** What the page begins with, and the verdicts: both compare cells at one grid point. */
function findings(
  results: Results,
  cells: EachLoss<readonly CellLosses[]>,
  page: PageFigures,
  { several, isTogether }: { several: SeveralPoints | undefined; isTogether: boolean },
): { lead: Html; verdicts: Html; isTested: boolean } {
  if (several !== undefined) return { lead: bestPoints(results, cells), verdicts: noClaims(several), isTested: false };
  if (isTogether) return { lead: outcome(results, cells, undefined), verdicts: NOTHING, isTested: false };
  const reason = untestable(results.config);
  if (reason !== undefined)
    return { lead: outcome(results, cells, undefined), verdicts: noClaimsOn(reason), isTested: false };
  const claims = eachLoss((set) => claimsOf(results, set));
  const lead = outcome(results, cells, claims);
  if (claims.train.every(({ verdict }) => verdict === "not covered"))
    return { lead, verdicts: noneCovered(claims.train), isTested: false };
  const found = variantsOf(VERDICTS, results);
  const picture =
    "lacking" in found
      ? NOTHING
      : html`<div class="figures">${figureBlock(found, page, WHICH_LOSS)}</div>
`;
  return { lead, verdicts: claimsSection(claims, results.config, picture), isTested: true };
}

/** What a page holds of a sweep to draw its figures again. */
export function pageSweep(results: Results, paperTable: number): PageSweep {
  const { paper: _, curvesOf: __, ...facts } = sweepOf(results);
  return { ...facts, unit: lossUnitOf(results.config), paperTable };
}

const WHICH_LOSS = html`<p class="note">This is for the loss that is chosen above the <a href="#figures">figures</a>.</p>
`;

/** E.g. `, lr=0.01` if that is chosen, or `, 6 grid points`. */
function pointsText({ config, at }: Results): string {
  const chosen = Object.keys(at).length === 0 ? "" : `, ${pointText(at)}`;
  const count = pointCount(config);
  return count === 1 ? chosen : `${chosen}, ${thousands(count)} grid points`;
}

/** Says that runs are missing or failed: everything below it is about the others. */
function unfinished(records: Results["records"], asked: number): Html {
  const missing = asked - records.length;
  const failed = records.filter(({ status }) => status === "failed").length;
  if (missing <= 0 && failed === 0) return html`<p>${numberOf(asked, "run")}, none failed, none missing.</p>`;
  const parts = [
    missing > 0
      ? `${thousands(missing)} of ${numberOf(asked, "run")} ${missing === 1 ? "is" : "are"} missing: the sweep is not finished`
      : "",
    failed > 0 ? `${numberOf(failed, "run")} failed` : "",
  ].filter((part) => part !== "");
  const rest = failed < records.length ? " Everything below is about the runs that are done." : "";
  return html`<p class="unfinished"><strong>${parts.join("; ")}.</strong>${rest}</p>`;
}
