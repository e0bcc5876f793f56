import { tasksOfRuns } from "../config/task-kinds.ts";
import { capitalised, withMinus } from "../figures/draw/words.ts";
import { pointTitle } from "../identity/cell.ts";
import type { Results } from "../records/read-results.ts";
import { LOSS_WORDS, METRIC_WORDS, metricDigits, metricLabel } from "../records/words.ts";
import { type Estimate, NO_ESTIMATE } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { leadingMetric } from "../summary/leading.ts";
import { ownMetricsIn, type TaskCell, type TaskSummary, taskSummaries } from "../summary/task-summary.ts";
import { type Content, DASH, filledColumns, type Html, headRow, html, numberCell, section, tableBox } from "./html.ts";
import { labelled, lossText } from "./report-words.ts";

/** Whether a report shows each task by itself: on rows of the user's own, and where labels are classes. */
export function showsTasks({ config }: Pick<Results, "config">): boolean {
  return config.rows !== null || tasksOfRuns(config) !== undefined || config.metrics.length > 0;
}

const LOSS = "loss";

/** The held-out loss of each task, and its metrics; first the metric that chose steps and settings. */
export function tasksSection(results: Results): Html {
  const leading = leadingMetric(results.config);
  const all = taskSummaries(results, "heldout");
  const tasks = leading
    ? all.toSorted((a, b) => Number(b === all[leading.task ?? 0]) - Number(a === all[leading.task ?? 0]))
    : all;
  const metrics = [...Object.keys(METRIC_WORDS), ...ownMetricsIn(all)].sort(
    (a, b) => Number(b === leading?.metric) - Number(a === leading?.metric),
  );
  const order = leading ? [...metrics.slice(0, 1), LOSS, ...metrics.slice(1)] : [LOSS, ...metrics];
  const labelledTasks = tasks.map((task) => ({ ...task, cells: labelled(task.cells, results.config) }));
  const tables = [...groupBy(labelledTasks, ({ kind }) => kind)].map(([kind, some]) => kindTable(kind, some, order));
  return section("tasks", "Tasks", [
    ...tables,
    html`<p class="note">Means over runs of the ${LOSS_WORDS.heldout.atEnd} and of metrics of these rows, with their 95 % intervals.${leading ? ` ${capitalised(leading.words)} on validation rows chose steps and settings.` : ""}</p>`,
  ]);
}

/** The tasks of one kind, which have the same metrics. */
function kindTable(kind: string, tasks: readonly TaskSummary[], order: readonly string[]): Html {
  const rows = tasks.flatMap(({ cells }) => cells.map((cell) => order.map((name) => estimated(cell, name))));
  const columns = filledColumns(rows).map((column) => order[column]);
  const isKnown = (name: string) => name === LOSS || name in METRIC_WORDS;
  const headOf = (name: string) => (isKnown(name) ? capitalised(metricLabel(name)) : metricLabel(name));
  const numbers = ["Runs", ...columns.map(headOf)];
  const table = html`<table class="tasks">
<thead>${headRow(["Model", ...numbers], numbers)}</thead>
${tasks.map((task) => taskRows(task, columns))}</table>`;
  return tableBox(`Losses and metrics of each ${kind} task`, table);
}

/** A heading with the task's name, and a row for each cell. */
function taskRows({ name, kind, cells }: TaskSummary, columns: readonly string[]): Html {
  const rows = cells.map((cell) => {
    const title = pointTitle(cell);
    const values = columns.map((name) => numberCell(estimated(cell, name)));
    return html`<tr><th scope="row">${cell.model}${title === "" ? "" : `, ${title}`}</th>${numberCell(String(cell.runs))}${values}</tr>
`;
  });
  return html`<tbody><tr class="task"><th scope="rowgroup" colspan="${columns.length + 2}">${name} (${kind})</th></tr>
${rows}</tbody>
`;
}

/** A mean with its interval below it. */
function estimated({ loss, metrics }: TaskCell, name: string): Content {
  const { value, low, high }: Estimate = (name === LOSS ? loss : metrics[name]) ?? NO_ESTIMATE;
  if (Number.isNaN(value)) return DASH;
  const digits = metricDigits(name, { value, low, high });
  const shown = (number: number) => (digits < 4 ? withMinus(number.toFixed(digits)) : lossText(number));
  if (Number.isNaN(low)) return shown(value);
  return html`${shown(value)} <small>[${shown(low)}, ${shown(high)}]</small>`;
}
