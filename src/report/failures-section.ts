import { shortNumber } from "../figures/draw/scale.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { thousands } from "../units.ts";
import { type Html, html, NOTHING } from "./html.ts";
import { labelled } from "./report-words.ts";
import { headRow, section, tableBox } from "./section.ts";

/** Most failed runs that are named; `runs.csv` has all. */
const NAMED = 200;

/** The runs that failed, by name and reason, and how they count. */
export function failuresSection({ config, records }: Results): Html {
  const failed = records.filter(({ status }) => status === "failed");
  if (failed.length === 0) return section("failures", "Failed runs", html`<p>No run failed.</p>`);
  const more = failed.length - NAMED;
  const table = html`<table>
<thead>${headRow(["Run", "Model", ...(failed[0]?.correlation === null ? [] : ["Correlation"]), "Reason"])}</thead>
<tbody>${labelled(failed.slice(0, NAMED), config).map(failureRow)}</tbody>
</table>`;
  return section("failures", "Failed runs", [
    html`<p>${thousands(failed.length)} of the ${thousands(records.length)} runs that ended failed. A failed run has no final loss:
it is counted, but no mean, interval, figure or verdict includes it.</p>
`,
    tableBox("Table of failed runs", table),
    more > 0 ? html`<p>And ${thousands(more)} more: runs.csv names them all.</p>` : "",
  ]);
}

function failureRow({ id, model, correlation, reason }: RunRecord): Html {
  const at = correlation === null ? NOTHING : html`<td>${shortNumber(correlation)}</td>`;
  return html`<tr><th scope="row"><code>${id}</code></th><td>${model}</td>${at}<td>${reason}</td></tr>
`;
}
