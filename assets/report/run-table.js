// The table of runs: sorted by a column, filtered, and each run leading to its curve.

/** @typedef {{ model: string, label: string, correlation: number | null, point: string, runs: number[], final: Record<"train" | "heldout" | "running", number[]>, failed: { run: number, reason: string }[] }} ListedCell */
/** @typedef {{ cell: ListedCell, run: number, losses: number[], reason: string | undefined }} ListedRun */
/** @typedef {{ title: string, number: boolean, of: (run: ListedRun) => string | number, text?: (run: ListedRun) => string }} RunColumn */

/** Rows that are shown at first, and that each press adds. */
const ROWS = 50;

if (pageData.cells) listRuns(pageData.cells);

function listRuns(/** @type {ListedCell[]} */ cells) {
  const runs = cells.flatMap(runsOf);
  const columns = columnsOf(cells, runs);
  let [sorted, falling, rows] = [-1, false, ROWS];
  const filters = [selectOf("list-model"), selectOf("list-correlation"), selectOf("list-status")];
  const [search, count, more] = [inputOf("list-text"), byId("list-count"), byId("list-more")];
  const choices = [cells.map(({ label }) => label), cells.map(correlationOf), runs.map(statusOf)];
  for (const [i, values] of choices.entries()) fill(filters[i], values);
  if (!cells.some(hasCorrelation)) filters[1]?.closest("label")?.remove();

  const holds = (/** @type {ListedRun} */ run) => {
    const own = [run.cell.label, correlationOf(run.cell), statusOf(run)];
    const words = columns.map((column) => textOf(column, run)).join(" ");
    return (
      own.every((value, i) => ["", value].includes(filters[i]?.value ?? "")) &&
      words.toLowerCase().includes(search.value.trim().toLowerCase())
    );
  };
  const draw = () => {
    const shown = runs.filter(holds);
    const by = columns[sorted];
    if (by !== undefined) shown.sort((a, b) => (falling ? compared(by.of(b), by.of(a)) : compared(by.of(a), by.of(b))));
    count.textContent = `${thousands(shown.length)} of ${thousands(runs.length)} runs`;
    more.hidden = shown.length <= rows;
    byId("run-list")
      .querySelector("tbody")
      ?.replaceChildren(...shown.slice(0, rows).map((run) => rowOf(run, columns)));
  };
  const restart = () => {
    rows = ROWS;
    draw();
  };
  const heads = columns.map((column, i) =>
    headOf(column, () => {
      [sorted, falling] = sorted !== i ? [i, false] : falling ? [-1, false] : [i, true]; // rising, falling, as it was
      for (const [k, head] of heads.entries()) {
        if (k === sorted) head.setAttribute("aria-sort", falling ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      }
      restart();
    }),
  );
  byId("run-list")
    .querySelector("thead tr")
    ?.append(...heads);
  for (const control of [...filters, search]) control.addEventListener("input", restart);
  more.addEventListener("click", () => {
    rows += ROWS;
    draw();
  });
  byId("run-list").hidden = false;
  draw();
}

/** @returns {ListedRun[]} */
function runsOf(/** @type {ListedCell} */ cell) {
  const { train, heldout, running } = cell.final;
  const done = cell.runs.map((run, i) => {
    const losses = [train, heldout, running].map((final) => final[i] ?? Number.NaN);
    return { cell, run, losses, reason: undefined };
  });
  return [...done, ...cell.failed.map(({ run, reason }) => ({ cell, run, losses: [], reason }))];
}

/**
 * @param {ListedCell[]} cells
 * @param {ListedRun[]} runs
 * @returns {RunColumn[]}
 */
function columnsOf(cells, runs) {
  const loss = (/** @type {string} */ title, /** @type {number} */ i) => ({
    title,
    number: true,
    of: (/** @type {ListedRun} */ { losses }) => losses[i] ?? Number.POSITIVE_INFINITY,
    text: (/** @type {ListedRun} */ { losses }) => losses[i]?.toFixed(4) ?? "–",
  });
  const points = { title: "Point", number: false, of: (/** @type {ListedRun} */ { cell }) => cell.point };
  const correlations = {
    title: "Correlation",
    number: true,
    of: (/** @type {ListedRun} */ { cell }) => cell.correlation ?? 0,
  };
  const reasons = { title: "Why it failed", number: false, of: (/** @type {ListedRun} */ { reason }) => reason ?? "" };
  return [
    { title: "Model", number: false, of: ({ cell }) => cell.label },
    ...(cells.some(hasCorrelation) ? [correlations] : []),
    ...(cells.some(({ point }) => point !== "") ? [points] : []),
    { title: "Run", number: true, of: ({ run }) => run },
    ...["Training loss", "Held-out loss", "Running mean"].map(loss),
    ...(runs.some((run) => run.reason !== undefined) ? [reasons] : []),
  ];
}

function statusOf(/** @type {ListedRun} */ { reason }) {
  return reason === undefined ? "done" : "failed";
}

function textOf(/** @type {RunColumn} */ column, /** @type {ListedRun} */ run) {
  return column.text?.(run) ?? String(column.of(run)).replace(/^-(?=\d)/, "−");
}

/** Numbers by size, texts by letters. @param {string | number} a @param {string | number} b */
function compared(a, b) {
  if (typeof a === "string") return a.localeCompare(String(b));
  return a === b ? 0 : a < Number(b) ? -1 : 1;
}

function fill(/** @type {HTMLSelectElement | undefined} */ select, /** @type {string[]} */ values) {
  for (const value of ["", ...new Set(values)]) select?.append(new Option(value === "" ? "all" : value, value));
}

function headOf(/** @type {RunColumn} */ { title, number }, /** @type {() => void} */ sort) {
  const [head, button] = [document.createElement("th"), document.createElement("button")];
  head.scope = "col";
  if (number) head.className = "number";
  button.type = "button";
  button.textContent = title;
  button.addEventListener("click", sort);
  head.append(button);
  return head;
}

function rowOf(/** @type {ListedRun} */ run, /** @type {RunColumn[]} */ columns) {
  const row = document.createElement("tr");
  for (const column of columns) {
    const cell = row.insertCell();
    if (column.number) cell.className = "number";
    if (column.title === "Run" && hasCurve(run)) cell.append(curveButton(run));
    else cell.textContent = textOf(column, run);
  }
  return row;
}

/** On rows of the user's own there is none. */
function hasCorrelation(/** @type {ListedCell} */ { correlation }) {
  return correlation !== null;
}

function correlationOf(/** @type {ListedCell} */ { correlation }) {
  return correlation === null ? "" : String(correlation);
}

function curveButton(/** @type {ListedRun} */ { cell, run }) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = String(run);
  const at = hasCorrelation(cell) ? ` at correlation ${cell.correlation}` : "";
  button.setAttribute("aria-label", `Run ${run} of ${cell.label}${at}: its curve`);
  button.addEventListener("click", () => showCurve(cell, run));
  return button;
}

/** Picks a run in the figure of single runs, and goes to its cell. */
function showCurve(/** @type {ListedCell} */ cell, /** @type {number} */ run) {
  const { model } = cell;
  const correlation = correlationOf(cell);
  for (const box of document.querySelectorAll(".switches input[type=checkbox]")) {
    const own = box instanceof HTMLInputElement && [model, correlation].includes(box.value);
    if (own && !box.checked) box.click();
  }
  const index = inputOf("run-index");
  index.value = String(run);
  index.dispatchEvent(new Event("input"));
  const panels = [...byId("runs").querySelectorAll(".panel")].filter(isShown);
  const own = (/** @type {Element} */ panel) =>
    panel.getAttribute("data-model") === model && (panel.getAttribute("data-correlation") ?? "") === correlation;
  const panel = panels.find(own);
  if (!(panel instanceof SVGElement)) return;
  panel.setAttribute("tabindex", "-1");
  panel.scrollIntoView({ block: "center" });
  panel.focus({ preventScroll: true });
}

function selectOf(/** @type {string} */ id) {
  return /** @type {HTMLSelectElement} */ (document.getElementById(id));
}

/** `1,800`, whatever the reader's language: the page is in English. */
function thousands(/** @type {number} */ count) {
  return count.toLocaleString("en");
}
