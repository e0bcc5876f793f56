// One run's curve in every cell of the figure of single runs: picked by its index, or by pointing at it.

/** @typedef {"train" | "heldout" | "running"} LossSet */
/** @typedef {{ model: string, correlation: number | null, runs: number[], final: Record<LossSet, number[]> }} RunCell */
/** @typedef {{ steps: number[], most: number, losses: Record<LossSet, (number | null)[][][]> }} SingleRuns */

/** @type {LossSet[]} */
const LOSS_SETS = ["train", "heldout", "running"];

/** Whether the page has a run's curve; the table of runs asks. @type {(run: { cell: { model: string, correlation: number | null }, run: number }) => boolean} */
let hasCurve = () => false;

/** The curves of a cell's runs that the page has; to draw again. @type {(cell: { model: string, correlation: number | null }, loss: LossSet) => import("../../src/figures/draw/facts.ts").RunCurve[]} */
let curvesOfCell = () => [];

if (pageData.runs) pickRuns(pageData.runs, pageData.cells ?? []);

function pickRuns(/** @type {SingleRuns} */ data, /** @type {RunCell[]} */ listed) {
  const cells = listed
    .filter(({ runs }) => runs.length > 0)
    .map((cell) => ({ ...cell, runs: cell.runs.slice(0, data.most) }));
  const [picker, block] = [byId("run-picker"), byId("runs")];
  const [index, all, reading] = [inputOf("run-index"), inputOf("run-all"), byId("run-reading")];

  /** Loss of a cell's run at each step, both by their place. */
  const curve = (/** @type {LossSet} */ set, /** @type {number} */ cell, /** @type {number} */ run) =>
    (data.losses[set][cell]?.[run] ?? []).map((loss) => loss ?? Number.NaN); // none after a run that stopped early
  const draw = () => {
    for (const old of block.querySelectorAll(".chosen, .final, .every")) old.remove();
    reading.textContent = index.value;
    for (const { panel, set, cell } of shownPanels(block, cells)) {
      const { runs, final } = /** @type {RunCell} */ (cells[cell]);
      const lines = all.checked ? runs.map((_, i) => lineOf(panel, data.steps, curve(set, cell, i))) : [];
      if (lines.length > 0)
        panel.append(
          pathOf("every", lines.join(""), { stroke: "var(--f-quiet)", "stroke-opacity": 0.35, "stroke-width": 0.25 }),
        );
      const i = runs.indexOf(Number(index.value));
      if (i < 0) continue;
      panel.append(
        pathOf("chosen", lineOf(panel, data.steps, curve(set, cell, i)), {
          stroke: "var(--f-ink)",
          "stroke-width": 1.1,
        }),
      );
      panel.append(finalText(panel, /** @type {number} */ (final[set][i])));
    }
  };
  const pick = (/** @type {PointerEvent} */ event) => {
    const svg = event.target instanceof Element ? event.target.closest("svg") : null;
    if (!(svg instanceof SVGSVGElement)) return;
    const place = placeIn(svg, event);
    const under = shownPanels(block, cells).find(({ panel }) => holds(panel, place));
    if (under === undefined) return;
    const { runs } = /** @type {RunCell} */ (cells[under.cell]);
    const heights = runs.map((_, i) => heightNear(under.panel, place.x, data.steps, curve(under.set, under.cell, i)));
    const nearest = heights.reduce(
      (best, y, i) => (Math.abs(y - place.y) < Math.abs((heights[best] ?? 0) - place.y) ? i : best),
      0,
    );
    index.value = String(runs[nearest]);
    index.dispatchEvent(new Event("change", { bubbles: true })); // draws it, and is in the address
  };

  hasCurve = ({ cell: { model, correlation }, run }) =>
    cells.some((cell) => cell.model === model && cell.correlation === correlation && cell.runs.includes(run));
  curvesOfCell = ({ model, correlation }, set) => {
    const place = cells.findIndex((one) => one.model === model && one.correlation === correlation);
    const { runs, final } = /** @type {RunCell} */ (cells[place]);
    return runs.map((run, i) => {
      return { run, steps: data.steps, losses: curve(set, place, i), final: final[set][i] ?? Number.NaN };
    });
  };
  picker.hidden = false;
  block.addEventListener("pointermove", pick);
  block.addEventListener("pointerdown", pick);
  index.addEventListener("input", draw);
  document.addEventListener("change", draw);
  draw();
}

/** The panels of the picture that is shown, with the place of their cell. */
function shownPanels(/** @type {Element} */ block, /** @type {RunCell[]} */ cells) {
  const variant = [...block.querySelectorAll(".variant")].find(isShown);
  const set = LOSS_SETS.find((one) => variant?.classList.contains(one)) ?? "train";
  return (variant === undefined ? [] : panelsOf(variant)).flatMap((panel) => {
    const [model, at] = [panel.getAttribute("data-model"), panel.getAttribute("data-correlation")];
    const correlation = at === null ? null : Number(at); // null on rows of the user's own
    const cell = cells.findIndex((one) => one.model === model && one.correlation === correlation);
    return cell < 0 ? [] : [{ panel, set, cell }];
  });
}

/** The line of a curve; what lies above or below the panel is left out. */
function lineOf(/** @type {Element} */ panel, /** @type {number[]} */ steps, /** @type {number[]} */ losses) {
  const [x, y] = [axisOf(panel, "data-x"), axisOf(panel, "data-y")];
  let inside = false;
  return steps.reduce((line, step, i) => {
    const loss = losses[i] ?? Number.NaN;
    const before = inside;
    inside = loss >= y.from && loss <= y.to;
    return inside ? `${line}${before ? "L" : "M"}${pointAt(x, step).toFixed(1)} ${pointAt(y, loss).toFixed(1)}` : line;
  }, "");
}

/** Height of a curve at the evaluation nearest to `at`. */
function heightNear(
  /** @type {Element} */ panel,
  /** @type {number} */ at,
  /** @type {number[]} */ steps,
  /** @type {number[]} */ losses,
) {
  const x = axisOf(panel, "data-x");
  const apart = steps.map((step) => Math.abs(pointAt(x, step) - at));
  return pointAt(axisOf(panel, "data-y"), losses[apart.indexOf(Math.min(...apart))] ?? Number.NaN);
}

/** @param {string} name @param {string} d @param {Record<string, string | number>} style */
function pathOf(name, d, style) {
  return svgElement("path", { class: name, d, fill: "none", ...style });
}

function finalText(/** @type {Element} */ panel, /** @type {number} */ loss) {
  const [x, y] = [axisOf(panel, "data-x"), axisOf(panel, "data-y")];
  const text = svgElement("text", {
    class: "final",
    x: x.end - 1,
    y: y.end + 7,
    "text-anchor": "end",
    "font-size": 7,
    "font-weight": 600,
    fill: "var(--f-ink)",
  });
  text.textContent = loss.toFixed(4);
  return text;
}

function byId(/** @type {string} */ id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

function inputOf(/** @type {string} */ id) {
  return /** @type {HTMLInputElement} */ (document.getElementById(id));
}
