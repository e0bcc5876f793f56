import type { Config } from "../config/config.ts";
import { type EachLoss, eachLoss, LOSS_SETS, type LossSet } from "../config/losses.ts";
import { modelLabel } from "../config/own-models.ts";
import { shortNumber } from "../figures/draw/scale.ts";
import { finalMeans, sweepCells } from "../figures/sweep-facts.ts";
import { type Cell, cellKey, cellOf, pointText } from "../identity/cell.ts";
import type { Results } from "../records/read-results.ts";
import { lossCurve, type RunRecord } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { thousands } from "../units.ts";
import { type Html, headRow, html, NOTHING, section, tableBox, tableOf } from "./html.ts";
import { dataElement } from "./html-page.ts";
import { labelled } from "./report-words.ts";

/** Most runs of a cell that the table lists: a sweep of ten cells then stays below a third of a megabyte. */
const LISTED = 1000;

/** A cell's runs, for the page's table. */
interface ListedCell {
  readonly model: string;
  readonly label: string;
  /** Null on rows of the user's own. */
  readonly correlation: number | null;
  /** Its grid point in words; empty where there is one point. */
  readonly point: string;
  /** Indices of the runs that are done. */
  readonly runs: readonly number[];
  /** Final loss of each of them. */
  readonly final: EachLoss<readonly number[]>;
  readonly failed: readonly { readonly run: number; readonly reason: string }[];
}

/** Every cell in which a run ended, in the sweep's order; those in which all failed last. */
export function listedCells(results: Results): ListedCell[] {
  const { config } = results;
  const failed = groupBy(
    results.records.filter(({ status }) => status === "failed"),
    cellKey,
  );
  const done = sweepCells(results).map((cell) => {
    const failures = failed.get(cellKey(cell)) ?? [];
    failed.delete(cellKey(cell));
    const final = eachLoss((set) =>
      Array.from(finalMeans(cell, set).slice(0, LISTED), (loss) => Number(loss.toFixed(4))),
    ); // as the page shows them
    return listed(config, cell, { runs: cell.runs.slice(0, LISTED).map(({ run }) => run), final }, failures);
  });
  const none = { runs: [], final: eachLoss(() => []) };
  return [...done, ...[...failed.values()].map((some) => listed(config, cellOf(some[0]), none, some))];
}

function listed(
  config: Config,
  { model, correlation, point }: Cell,
  done: Pick<ListedCell, "runs" | "final">,
  failures: readonly RunRecord[],
): ListedCell {
  const failed = failures.slice(0, LISTED).map(({ run, reason }) => ({ run, reason }));
  return { model, label: modelLabel(config, model), correlation, point: pointText(point), ...done, failed };
}

/** The table of runs, which the page's script fills; without it, a word on where the runs are. */
export function runsSection(results: Results): Html {
  const cells = listedCells(results);
  const count = cells.reduce((sum, { runs, failed }) => sum + runs.length + failed.length, 0);
  const part =
    count < results.records.length
      ? ` The table has the first ${thousands(LISTED)} of a cell, ${thousands(count)} of ${thousands(results.records.length)} in all.`
      : "";
  return section("run-table", "Runs", [
    html`<p>The file runs.csv of the results has every run with all that was recorded.${part}<span class="needs-script"> The table here needs JavaScript; failed runs are below.</span></p>
<div id="run-list" hidden>
<p class="filters"><label>Model <select id="list-model" autocomplete="off"></select></label> <label>Correlation <select id="list-correlation" autocomplete="off"></select></label> <label>Ended <select id="list-status" autocomplete="off"></select></label> <label>Contains <input type="search" id="list-text" autocomplete="off"></label> <output id="list-count"></output></p>
`,
    tableBox("Table of runs", html`<table class="runs"><thead><tr></tr></thead><tbody></tbody></table>`),
    html`<p><button type="button" id="list-more">Show more</button></p>
</div>
`,
    dataElement("run-cells", cells),
  ]);
}

/** Most failed runs that are named; `runs.csv` has all. */
const NAMED = 200;

/** The runs that failed, by name and reason, and how they count. */
export function failuresSection({ config, records }: Results): Html {
  const failed = records.filter(({ status }) => status === "failed");
  if (failed.length === 0) return section("failures", "Failed runs", html`<p>No run failed.</p>`);
  const more = failed.length - NAMED;
  const head = headRow(["Run", "Model", ...(failed[0]?.correlation === null ? [] : ["Correlation"]), "Reason"]);
  return section("failures", "Failed runs", [
    html`<p>${thousands(failed.length)} of the ${thousands(records.length)} runs that ended failed. A failed run has no final loss:
it is counted, but no mean, interval, figure or verdict includes it.</p>
`,
    tableOf("Table of failed runs", head, labelled(failed.slice(0, NAMED), config).map(failureRow)),
    more > 0 ? html`<p>And ${thousands(more)} more: runs.csv names them all.</p>` : "",
  ]);
}

function failureRow({ id, model, correlation, reason }: RunRecord): Html {
  const at = correlation === null ? NOTHING : html`<td>${shortNumber(correlation)}</td>`;
  return html`<tr><th scope="row"><code>${id}</code></th><td>${model}</td>${at}<td>${reason}</td></tr>
`;
}

/** Most losses of single runs in a page: half a megabyte. A panel that is 60 points wide shows no more points. */
const MOST_LOSSES = 300_000;
const MOST_POINTS = 40;
/** A panel of 45 points shows no more digits of a loss. */
const LOSS_DIGITS = 3;

/** Curves of single runs, for the page's script. */
export interface SingleRuns {
  readonly steps: readonly number[];
  /** At most this many runs per cell, the first ones; cells and runs are those of the table of runs. */
  readonly most: number;
  /** [cells][runs][steps]; null after the last step of a run that stopped early. */
  readonly losses: EachLoss<readonly (readonly (readonly (number | null)[])[])[]>;
}

/** The first runs of each cell, as many as a page can hold; undefined if none is done. */
export function singleRuns(results: Results): SingleRuns | undefined {
  const cells = sweepCells(results);
  const all = cells[0]?.runs[0]?.curve.steps;
  if (all === undefined) return undefined;
  const every = Math.ceil(all.length / MOST_POINTS);
  const points = all.flatMap((_, i) => ((all.length - 1 - i) % every === 0 ? [i] : []));
  const room = Math.max(1, Math.floor(MOST_LOSSES / (LOSS_SETS.length * cells.length * points.length)));
  const most = Math.min(room, LISTED);
  const lossesOf = (run: RunRecord, set: LossSet) => {
    const curve = lossCurve(run, set);
    return points.map((i) => (i < curve.length ? Number(curve[i].toPrecision(LOSS_DIGITS)) : null));
  };
  return {
    steps: points.map((i) => all[i]),
    most,
    losses: eachLoss((set) => cells.map(({ runs }) => runs.slice(0, most).map((run) => lossesOf(run, set)))),
  };
}

/** Controls that pick a run by its index, and its curve in every cell: the page's script shows and drives them. */
export function runPicker(results: Results): Html {
  const curves = singleRuns(results);
  if (curves === undefined) return NOTHING;
  const runs = sweepCells(results).map((cell) => cell.runs.map(({ run }) => run));
  const done = Math.max(...runs.map(({ length }) => length));
  const shown = runs.flatMap((some) => some.slice(0, curves.most));
  const part =
    curves.most < done
      ? ` This page has the first ${thousands(curves.most)} of the ${thousands(done)} runs of a cell.`
      : "";
  return html`<div class="picker" id="run-picker" hidden>
<p><label for="run-index">Run</label> <input type="range" id="run-index" min="0" max="${Math.max(...shown)}" value="0" autocomplete="off"> <output id="run-reading" for="run-index"></output></p>
<p><label><input type="checkbox" id="run-all" autocomplete="off"> all of these runs</label></p>
<p class="note">One run’s curve in every cell: in each run, all models and correlations see the same data. Point at a curve to pick its run.${part}</p>
</div>
${dataElement("single-runs", curves)}`;
}
