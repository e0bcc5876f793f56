import { claimsOf, untestable } from "../claims/claims.ts";
import { shortRuns } from "../claims/short-runs.ts";
import { cellsOf } from "../config/cells.ts";
import { listedKeys, pointCount } from "../config/grid.ts";
import { type EachLoss, eachLoss, type LossSet } from "../config/loss-sets.ts";
import { lossUnitOf } from "../config/loss-unit-of.ts";
import { modelLabel } from "../config/own-models.ts";
import { correlationsOf, modelsOf } from "../figures/draw/facts.ts";
import { VERDICTS } from "../figures/gallery.ts";
import { sweepCells } from "../figures/sweep-cells.ts";
import { sweepOf } from "../figures/sweep-facts.ts";
import { pointText } from "../identity/grid-point.ts";
import { severalPoints } from "../records/at-point.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { leadingMetric } from "../summary/leading.ts";
import { numberOf, thousands } from "../units.ts";
import { bestPoints } from "./best-points.ts";
import { cellsSection } from "./cells-section.ts";
import { citeSection } from "./cite-section.ts";
import { claimsSection, noClaims, noClaimsOn, noneCovered } from "./claims-section.ts";
import type { Shapes } from "./compact.ts";
import { costSection } from "./cost-section.ts";
import { failuresSection } from "./failures-section.ts";
import { type Drawing, drawnFigures, figureBlock, figuresSection } from "./figures-section.ts";
import { type Html, html } from "./html.ts";
import { htmlPage, type Live } from "./html-page.ts";
import { outcome } from "./outcome.ts";
import { PackedTables } from "./packed-rows.ts";
import { provenanceSection } from "./provenance-section.ts";
import type { PageSweep } from "./redraw.ts";
import { modelsText, placeText } from "./report-words.ts";
import { runsSection } from "./runs-section.ts";
import { seesawText } from "./seesaw-text.ts";
import { settingsSection } from "./settings-section.ts";
import { runPicker } from "./single-runs.ts";
import { switches, switchRules } from "./switches.ts";
import { showsTasks, tasksSection } from "./tasks-section.ts";
import { drawVariants } from "./variants.ts";

/** A sweep's report: one HTML file, the same bytes for the same records. `loss` is shown first; `live` follows a sweep. */
export function reportHtml(results: Results, loss: LossSet, live?: Live): string {
  const { config, records, provenances } = results;
  const cells = eachLoss((set) => cellLosses(results, set));
  const several = severalPoints(results);
  const trained = sweepCells(results);
  const shapes: Shapes = new Map();
  const tables = new PackedTables(["correlation", "step", ...listedKeys(config)]);
  const drawing = { loss, shapes, tables };
  const title = `${modelsText(config)}${placeText(config)}${pointsText(results)}`;
  const { lead, verdicts, isTested } =
    several === undefined
      ? ofOnePoint(results, cells, drawing)
      : { lead: bestPoints(results, cells), verdicts: noClaims(several), isTested: false };
  const sweep = pageSweep(results, tables.add(publishedRows(results)));
  const below = several === undefined ? { runs: runPicker(results), seesaw: seesawText(results) } : {};
  const { paper, ...figures } = drawnFigures(results, drawing, below);
  const shown = {
    ...{ models: modelsOf(trained), loss },
    correlations: correlationsOf(trained).filter((p) => p !== null),
    paper: paper && (shortRuns(config).length > 0 ? ("hidden" as const) : true),
  };
  const sections = [cellsSection(results), showsTasks(results) ? tasksSection(results) : ""];
  return htmlPage({ title: `${config.name}: ${title}`, rules: switchRules(shown), live }, [
    html`<a class="skip" href="#${isTested ? "claims" : "cells"}">Skip to the ${isTested ? "verdicts" : "losses"}</a>
<header>
<p class="kicker">Report of the sweep <b>${config.name}</b></p>
<h1>${title}</h1>
${lead}${unfinished(results)}</header>
<nav aria-label="Contents"><ul>${contents(results, isTested).map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main>
`,
    isTested ? verdicts : "",
    ...(leadingMetric(config) ? sections.toReversed() : sections),
    figuresSection({
      ...figures,
      shapes,
      tables,
      sweep,
      switches: switches(shown, (model) => modelLabel(config, model)),
    }),
    isTested || config.rows !== null ? "" : verdicts,
    runsSection(results),
    settingsSection(config),
    failuresSection(results),
    costSection(config, records),
    provenanceSection(provenances),
    citeSection(provenances),
    html`</main>
`,
  ]);
}

/** The outcome and the verdicts, both of which compare cells at one grid point. */
function ofOnePoint(
  results: Results,
  cells: EachLoss<readonly CellLosses[]>,
  drawing: Drawing,
): { lead: Html; verdicts: Html; isTested: boolean } {
  const reason = untestable(results.config);
  if (reason !== undefined)
    return { lead: outcome(results, cells, undefined), verdicts: noClaimsOn(reason), isTested: false };
  const claims = eachLoss((set) => claimsOf(results, set));
  if (claims.train.every(({ verdict }) => verdict === "not covered"))
    return { lead: outcome(results, cells, claims), verdicts: noneCovered(claims.train), isTested: false };
  const pictures = drawVariants(results, [VERDICTS]).drawn.map(
    (one) => html`<div class="figures">${figureBlock(one, drawing, WHICH_LOSS)}</div>
`,
  );
  return {
    lead: outcome(results, cells, claims),
    verdicts: claimsSection(claims, {
      ...(pictures.length > 0 && { picture: html`${pictures}` }),
      config: results.config,
    }),
    isTested: true,
  };
}

/** What a page holds of a sweep to draw its figures again. */
export function pageSweep(results: Results, paperTable: number): PageSweep {
  const { paper: _, curvesOf: __, ...facts } = sweepOf(results);
  return { ...facts, unit: lossUnitOf(results.config), paperTable };
}

/** The paper's curves of a sweep's cells. */
function publishedRows(results: Results) {
  return sweepOf(results).paper.map(({ model, correlation, step, loss }) => ({ model, correlation, step, loss }));
}

const WHICH_LOSS = html`<p class="note">This is for the loss that is chosen above the <a href="#figures">figures</a>.</p>
`;

/** E.g. `, lr=0.01` if that is chosen, or `, 6 grid points`. */
function pointsText({ config, at }: Results): string {
  const chosen = Object.keys(at).length === 0 ? "" : `, ${pointText(at)}`;
  const count = pointCount(config);
  return count === 1 ? chosen : `${chosen}, ${thousands(count)} grid points`;
}

/** The sections in their order: claims that are not tested do not come first. */
function contents(results: Results, isTested: boolean): (readonly [id: string, name: string])[] {
  const claims = [["claims", "Claims"]] as const;
  const tasks = [["tasks", "Tasks"]] as const;
  return [
    ...(isTested ? claims : []),
    ...(leadingMetric(results.config) ? [...tasks, CELLS] : [CELLS, ...(showsTasks(results) ? tasks : [])]),
    FIGURES,
    ...(isTested || results.config.rows !== null ? [] : claims),
    ...OTHERS,
  ];
}

const CELLS = ["cells", "Final losses"] as const;
const FIGURES = ["figures", "Figures"] as const;
const OTHERS = [
  ["run-table", "Runs"],
  ["settings", "Settings"],
  ["failures", "Failures"],
  ["costs", "Cost"],
  ["provenance", "Provenance"],
  ["cite", "How to cite"],
] as const;

/** Says that runs are missing or failed: everything below it is about the others. */
function unfinished({ config, records }: Results): Html {
  const asked = config.runs * cellsOf(config).length;
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
