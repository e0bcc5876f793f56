import { claimsOf } from "../claims/claims.ts";
import { correlationsOf, modelsOf, sweepCells } from "../figures/sweep-cells.ts";
import { cellLosses } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { eachLoss, type LossSet } from "../records/record.ts";
import { thousands } from "../units.ts";
import { cellsSection } from "./cells-section.ts";
import { claimsSection } from "./claims-section.ts";
import { costSection } from "./cost-section.ts";
import { failuresSection } from "./failures-section.ts";
import { figuresSection } from "./figures-section.ts";
import { type Html, html } from "./html.ts";
import { page } from "./html-page.ts";
import { outcome } from "./outcome.ts";
import { provenanceSection } from "./provenance-section.ts";
import { correlationsText, modelsText } from "./report-words.ts";
import { settingsSection } from "./settings-section.ts";
import { runPicker } from "./single-runs.ts";
import { switches, switchRules } from "./switches.ts";
import { drawVariants, hasPaper } from "./variants.ts";

/** A sweep's report: one HTML file, the same bytes for the same records. `loss` is shown first. */
export function reportHtml(results: Results, loss: LossSet): string {
  const { config, records, provenances } = results;
  const cells = eachLoss((set) => cellLosses(results, set));
  const claims = eachLoss((set) => claimsOf(results, set));
  const trained = sweepCells(results);
  const figures = drawVariants(results);
  const shown = {
    ...{ models: modelsOf(trained), correlations: correlationsOf(trained), loss },
    paper: figures.drawn.some(hasPaper),
  };
  const title = `${modelsText(config.models)} at ${correlationsText(config.correlations)}`;
  return page({ title: `${config.name}: ${title}`, rules: switchRules(shown) }, [
    html`<a class="skip" href="#claims">Skip to the verdicts</a>
<header>
<p class="kicker">Report of the sweep <b>${config.name}</b></p>
<h1>${title}</h1>
${outcome(results, cells, claims)}${unfinished(results)}</header>
<nav aria-label="Contents"><ul>${CONTENTS.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main>
`,
    claimsSection(claims),
    cellsSection(results),
    figuresSection({
      ...figures,
      loss,
      switches: switches(shown),
      below: { runs: runPicker(results) },
    }),
    settingsSection(config),
    failuresSection(records),
    costSection(config, records),
    provenanceSection(provenances),
    html`</main>
`,
  ]);
}

const CONTENTS = [
  ["claims", "Claims"],
  ["cells", "Final losses"],
  ["figures", "Figures"],
  ["settings", "Settings"],
  ["failures", "Failures"],
  ["cost", "Cost"],
  ["provenance", "Provenance"],
] as const;

/** Says that runs are missing or failed: everything below it is about the others. */
function unfinished({ config, records }: Results): Html {
  const asked = config.runs * config.models.length * config.correlations.length;
  const missing = asked - records.length;
  const failed = records.filter(({ status }) => status === "failed").length;
  if (missing <= 0 && failed === 0) return html`<p>${thousands(asked)} runs, none failed, none missing.</p>`;
  const parts = [
    missing > 0
      ? `${thousands(missing)} of ${thousands(asked)} runs ${missing === 1 ? "is" : "are"} missing: the sweep is not finished`
      : "",
    failed > 0 ? `${thousands(failed)} ${failed === 1 ? "run" : "runs"} failed` : "",
  ].filter((part) => part !== "");
  const rest = failed < records.length ? " Everything below is about the runs that are done." : "";
  return html`<p class="unfinished"><strong>${parts.join("; ")}.</strong>${rest}</p>`;
}
