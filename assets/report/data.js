// What the page holds for its scripts, which is compressed.

/** @typedef {Readonly<Record<string, string | number | null>>} PageRow A row's values by column. */
/** @typedef {[name: string, values: (string | number | null)[]][]} PageTable */
/** @typedef {{ pictures: string[], tables: PageTable[] }} FigureData */
/** @typedef {{ facts?: import("../../src/report/redraw.ts").PageSweep, figures?: FigureData, cells?: ListedCell[], runs?: SingleRuns }} PageData */

/** Firefox has it since version 113, of May 2023; Safari since 16.4; Chromium since 80. */
const unpacks = "DecompressionStream" in globalThis;

/** @type {PageData} */
// @ts-expect-error all scripts of a page are one module, which may wait
const pageData = await readData();

if (!unpacks) {
  const words =
    "This browser lacks DecompressionStream, which unpacks other losses, values under the pointer, single runs and the table of runs.";
  const remedy = "Firefox 113, Safari 16.4, Chromium 80 and later versions have it.";
  document.querySelector("header")?.append(paragraph("unfinished", `${words} ${remedy}`));
}

/** @returns {Promise<PageData>} */
async function readData() {
  const ids = { facts: "sweep-facts", figures: "figure-data", cells: "run-cells", runs: "single-runs" };
  const values = Object.entries(ids).map(async ([name, id]) => [name, await valueIn(id)]);
  return Object.fromEntries(await Promise.all(values));
}

/** The value that `dataElement` (src/report/html-page.ts) wrote; undefined where the page has none. */
async function valueIn(/** @type {string} */ id) {
  const text = document.getElementById(id)?.textContent;
  if (!text || !unpacks) return undefined;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}
