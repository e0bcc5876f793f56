import { tasksOfRuns } from "../config/task-kinds.ts";
import { capitalised } from "../figures/draw/words.ts";
import { pointTitle } from "../identity/cell.ts";
import { LOSS_WORDS } from "../records/loss-words.ts";
import { METRIC_WORDS } from "../records/metric-words.ts";
import type { Results } from "../records/read-results.ts";
import { type Estimate, LEAST_SHOWN } from "../stats/estimate.ts";
import { leadingMetric } from "../summary/leading.ts";
import { type TaskCell, type TaskSummary, taskSummaries } from "../summary/task-summary.ts";
import { type Html, html } from "./html.ts";
import { labelled, lossText } from "./report-words.ts";
import { headRow, numberCell, section, tableBox } from "./section.ts";

/** Whether a report shows each task by itself: on rows of the user's own, and where labels are classes. */
export function showsTasks({ config }: Pick<Results, "config">): boolean {
  return config.rows !== null || tasksOfRuns(config) !== undefined;
}

const LOSS = "loss";

/** The held-out loss of each task, and its metrics; first the metric that chose steps and settings. */
export function tasksSection(results: Results): Html {
  const leading = leadingMetric(results.config);
  const all = taskSummaries(results, "heldout");
  const tasks = leading
    ? all.toSorted((a, b) => Number(b === all[leading.task]) - Number(a === all[leading.task]))
    : all;
  const metrics = Object.keys(METRIC_WORDS)
    .filter((name) => tasks.some(({ cells }) => cells.some((cell) => name in cell.metrics)))
    .sort((a, b) => Number(b === leading?.metric) - Number(a === leading?.metric));
  const order = leading ? [...metrics.slice(0, 1), LOSS, ...metrics.slice(1)] : [LOSS, ...metrics];
  const numbers = ["Runs", ...order.map((name) => capitalised(METRIC_WORDS[name] ?? name))];
  const table = html`<table>
<thead>${headRow(["Task", "Model", ...numbers], numbers)}</thead>
${tasks.map((task) => taskRows({ ...task, cells: labelled(task.cells, results.config) }, order))}</table>`;
  return section("tasks", "Tasks", [
    tableBox("Losses and metrics of each task", table),
    html`<p class="note">Means over runs of the ${LOSS_WORDS.heldout.atEnd} and of metrics of these rows, with their 95 % intervals. A dash marks a metric that
a task of its kind does not have.${leading ? ` ${capitalised(leading.words)} on validation rows chose steps and settings.` : ""}</p>`,
  ]);
}

function taskRows({ name, kind, cells }: TaskSummary, order: readonly string[]): Html {
  return html`<tbody>${cells.map((cell, i) => {
    const heading = i === 0 ? html`<th scope="rowgroup" rowspan="${cells.length}">${name} (${kind})</th>` : "";
    const title = pointTitle(cell);
    const values = order.map((name) => (name === LOSS ? cell.loss : cell.metrics[name]));
    return html`<tr>${heading}<th scope="row">${cell.model}${title === "" ? "" : `, ${title}`}</th>${numberCell(String(cell.runs))}${values.map((value) => numberCell(estimated(value, cell)))}</tr>
`;
  })}</tbody>
`;
}

function estimated(estimate: Estimate | undefined, { runs }: TaskCell): string {
  if (estimate === undefined) return "–";
  const { value, low, high } = estimate;
  const interval = runs < LEAST_SHOWN || Number.isNaN(low) ? "" : ` [${lossText(low)}, ${lossText(high)}]`;
  return `${lossText(value)}${interval}`;
}
