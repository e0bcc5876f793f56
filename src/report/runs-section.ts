import type { Config } from "../config/config.ts";
import { type EachLoss, eachLoss } from "../config/loss-sets.ts";
import { modelLabel } from "../config/own-models.ts";
import { finalMeans, sweepCells } from "../figures/sweep-facts.ts";
import { type Cell, cellKey, cellOf } from "../identity/cell.ts";
import { pointText } from "../identity/grid-point.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { thousands } from "../units.ts";
import { type Html, html } from "./html.ts";
import { dataElement } from "./html-page.ts";
import { section, tableBox } from "./section.ts";

/** Most runs of a cell that the table lists: a sweep of ten cells then stays below a third of a megabyte. */
export const LISTED = 1000;

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
    const final = eachLoss((set) => Array.from(finalMeans(cell, set).slice(0, LISTED), (loss) => digits(loss)));
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

/** To the four places that the page shows. */
function digits(loss: number): number {
  return Number(loss.toFixed(4));
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
