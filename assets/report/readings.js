// Shows values under the pointer, or with the arrow keys in a panel that has the focus.

/**
 * What can be read off a panel at one place.
 * @typedef {{ x: number, y: number, lines: { text: string, colour?: string }[], mark: SVGElement }} Reading
 */

/** How far beside its axis a panel's marks reach: half of the slot of models that are drawn side by side, and an edge. */
const BESIDE = 14;

for (const svg of figuresOf(document)) makeReadable(svg);

function makeReadable(/** @type {SVGSVGElement} */ svg) {
  const panels = panelsOf(svg).filter(
    (panel) => panel.querySelector(".series[data-reading]") ?? wordedMarks(panel).length > 0,
  );
  if (panels.length > 0) svg.setAttribute("role", "group");
  for (const panel of panels) readByKeys(panel);
  const readPointed = (/** @type {PointerEvent} */ event) => {
    const place = placeIn(svg, event);
    const panel = panels.find((one) => holds(one, place)) ?? panels.find((one) => holds(one, place, BESIDE));
    const nearest = panel && nearestTo(place, readingsOf(panel));
    if (panel && nearest) show(panel, nearest);
    else hide();
  };
  svg.addEventListener("pointermove", readPointed);
  svg.addEventListener("pointerdown", readPointed);
  svg.addEventListener("pointerleave", hide);
}

/** Marks with a text: a browser would show it itself, but not by the keyboard. */
function wordedMarks(/** @type {Element} */ panel) {
  for (const title of panel.querySelectorAll(".marks title")) {
    title.parentElement?.setAttribute("data-words", title.textContent ?? "");
    title.remove();
  }
  return [...panel.querySelectorAll("[data-words]")].filter((mark) => mark instanceof SVGGraphicsElement);
}

/** @returns {Reading[]} */
function readingsOf(/** @type {Element} */ panel) {
  const series = [...panel.querySelectorAll(".series[data-reading]")].filter(isShown);
  if (series.length > 0) return stepReadings(panel, series);
  return wordedMarks(panel)
    .filter(isShown)
    .map((mark) => {
      const { x, y, width, height } = mark.getBBox();
      const box = svgElement("rect", {
        class: "hair",
        x: x - 1,
        y: y - 1,
        width: width + 2,
        height: height + 2,
        fill: "none",
      });
      return {
        x: x + width / 2,
        y: y + height / 2,
        lines: [{ text: mark.getAttribute("data-words") ?? "" }],
        mark: box,
      };
    });
}

/**
 * All series of a panel, step by step.
 * @param {Element} panel
 * @param {Element[]} series
 * @returns {Reading[]}
 */
function stepReadings(panel, series) {
  const [xAxis, yAxis] = [axisOf(panel, "data-x"), axisOf(panel, "data-y")];
  const names = seriesNames(series);
  const curves = series.map(readingsAlong);
  const steps = [...new Set(curves.flatMap((curve) => [...curve.keys()]))].sort((a, b) => a - b);
  return steps.map((step) => {
    const x = pointAt(xAxis, step);
    const read = curves.map((curve) => curve.get(step));
    const lines = series.flatMap((one, i) => {
      const found = read[i];
      if (found === undefined) return [];
      const colour = one.querySelector("path")?.getAttribute("stroke") ?? "";
      return [{ text: `${names[i]} ${numberText(found.value)}${intervalText(found)}`, colour }];
    });
    const mark = svgElement("line", { class: "hair", x1: x, x2: x, y1: yAxis.start, y2: yAxis.end });
    return {
      x,
      y: (yAxis.start + yAxis.end) / 2,
      lines: [{ text: `step ${step}${overText(read)}` }, ...lines],
      mark,
    };
  });
}

/** @typedef {{ value: number, low: number, high: number, runs: number }} Estimate */

/** What a curve shows at each of its steps: the values of its rows, or how far they are off the paper's. */
function readingsAlong(/** @type {Element} */ series) {
  const from = Number(series.getAttribute("data-from"));
  const isOff = series.getAttribute("data-reading") === "off";
  /** @type {Map<number, Estimate>} */
  const readings = new Map();
  for (const row of rowsOfCurve(series)) {
    const [step, runs, ...values] = [row.step, row.runs, row.value, row.low, row.high].map((value) =>
      Number(value ?? NaN),
    );
    const paper = isOff ? Number(row.paper ?? NaN) : 0;
    const [value, low, high] = values.map((one) => one - paper);
    if (step === undefined || step < from || value === undefined || Number.isNaN(value)) continue;
    readings.set(step, { value, low: low ?? NaN, high: high ?? NaN, runs: runs ?? NaN });
  }
  return readings;
}

/** The rows of the curve's figure that are of its cell, and of its loss where a panel has several. */
function rowsOfCurve(/** @type {Element} */ series) {
  const picture = series.closest("svg");
  const cell = (/** @type {string} */ name) => series.closest(`[data-${name}]`)?.getAttribute(`data-${name}`) ?? "";
  const [model, correlation, loss] = [cell("model"), cell("correlation"), series.getAttribute("data-loss")];
  const rows = picture === null ? [] : rowsOf(picture);
  return rows.filter(
    (row) =>
      row.model === model && String(row.correlation ?? "") === correlation && (loss === null || row.loss === loss),
  );
}

/** Intervals over fewer runs are not shown (LEAST_SHOWN in src/stats/estimate.ts). */
const LEAST_RUNS = 5;

/** ` [0.0774, 0.0828]`, or nothing where there are too few runs. */
function intervalText(/** @type {Estimate} */ { low, high, runs }) {
  return Number.isNaN(low) || runs < LEAST_RUNS ? "" : ` [${numberText(low)}, ${numberText(high)}]`;
}

/** `, 95 % intervals over 12 to 13 runs`, or the number of runs alone. */
function overText(/** @type {(Estimate | undefined)[]} */ read) {
  const runs = read.flatMap((one) => one?.runs ?? []);
  if (runs.length === 0) return "";
  const [least, most] = [Math.min(...runs), Math.max(...runs)];
  const count = least === most ? `${most} ${most === 1 ? "run" : "runs"}` : `${least} to ${most} runs`;
  return most < LEAST_RUNS ? `, ${count}` : `, 95 % intervals over ${count}`;
}

/** Names that tell the series of a panel apart: those that they bring, their models, their correlations, or the last two. */
function seriesNames(/** @type {Element[]} */ series) {
  const differ = (/** @type {string} */ name) => new Set(series.map((one) => one.getAttribute(name))).size > 1;
  const byCorrelation = differ("data-correlation");
  const byModel = differ("data-model") || !byCorrelation;
  return series.map((one) => {
    const own = one.getAttribute("data-name");
    if (own !== null) return own;
    const correlation = byCorrelation ? `correlation ${one.getAttribute("data-correlation")}` : "";
    return [byModel ? modelName(one.getAttribute("data-model") ?? "") : "", correlation].join(" ").trim();
  });
}

/** A model's name, as on the switches. */
function modelName(/** @type {string} */ model) {
  const boxes = [...document.querySelectorAll("input")].filter((input) => input.id.startsWith("show-model-"));
  return boxes.find((box) => box.value === model)?.labels?.[0]?.textContent?.trim() ?? model;
}

function numberText(/** @type {number} */ value) {
  return value.toFixed(4).replace("-", "−");
}

/**
 * @param {{ x: number, y: number }} place
 * @param {Reading[]} readings
 * @returns {Reading | undefined}
 */
function nearestTo(place, readings) {
  const distances = readings.map((reading) => distance(reading, place));
  return readings[distances.indexOf(Math.min(...distances))];
}

/** Distance from a place to a reading's mark, in points. */
function distance(/** @type {Reading} */ { mark }, /** @type {{ x: number, y: number }} */ place) {
  const beyond = (/** @type {number} */ at, /** @type {number} */ low, /** @type {number} */ high) =>
    Math.max(low - at, at - high, 0);
  const of = (/** @type {string} */ name) => Number(mark.getAttribute(name));
  if (mark.tagName === "line") return beyond(place.x, of("x1"), of("x2"));
  return Math.hypot(beyond(place.x, of("x"), of("x") + of("width")), beyond(place.y, of("y"), of("y") + of("height")));
}

/** What is shown now. @type {Element[]} */
let shown = [];

function hide() {
  for (const element of shown) element.remove();
  shown = [];
}

/** A box beside the place with the words of a reading, and its mark. */
function show(/** @type {Element} */ panel, /** @type {Reading} */ { x, y, lines, mark }) {
  hide();
  const [svg, figure] = [panel.closest("svg"), panel.closest("figure")];
  if (svg === null || figure === null) return;
  const box = document.createElement("div");
  box.className = "reading";
  box.setAttribute("role", "status");
  box.append(...lines.map(lineElement));
  panel.append(mark);
  figure.append(box);
  shown = [box, mark];

  const [picture, around] = [svg.getBoundingClientRect(), figure.getBoundingClientRect()];
  const scale = picture.width / svg.viewBox.baseVal.width;
  const left = picture.left - around.left + x * scale;
  const fits = left + 14 + box.offsetWidth <= around.width;
  box.style.left = `${Math.max(0, fits ? left + 14 : left - 14 - box.offsetWidth)}px`;
  box.style.top = `${Math.max(0, picture.top - around.top + y * scale - box.offsetHeight / 2)}px`;
}

function lineElement(/** @type {{ text: string, colour?: string }} */ { text, colour }) {
  const line = document.createElement("p");
  if (colour !== undefined) {
    const sample = document.createElement("i");
    sample.style.background = colour;
    line.append(sample);
  }
  line.append(text);
  return line;
}

function readByKeys(/** @type {Element} */ panel) {
  panel.setAttribute("tabindex", "0");
  panel.closest(".picture")?.removeAttribute("tabindex"); // which scrolls with its panels
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", `${panelName(panel)}: arrow keys read its values`);
  let at = -1;
  const read = (/** @type {number} */ place) => {
    const readings = readingsOf(panel);
    at = Math.max(0, Math.min(readings.length - 1, place));
    const reading = readings[at];
    if (reading !== undefined) show(panel, reading);
  };
  panel.addEventListener("focus", () => read(at < 0 ? readingsOf(panel).length - 1 : at));
  panel.addEventListener("blur", hide);
  panel.addEventListener("keydown", (event) => {
    if (!(event instanceof KeyboardEvent)) return;
    if (event.key === "Escape") return hide();
    const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: Infinity }[
      event.key
    ];
    if (to === undefined) return;
    event.preventDefault();
    read(to);
  });
}

function panelName(/** @type {Element} */ panel) {
  const name = panel.getAttribute("data-name");
  if (name !== null) return name;
  const [model, correlation] = [panel.getAttribute("data-model"), panel.getAttribute("data-correlation")];
  const parts = [model === null ? "" : modelName(model), correlation === null ? "" : `correlation ${correlation}`];
  return parts.filter((part) => part !== "").join(", ") || "Panel";
}
