// Shows values under the pointer, or with the arrow keys in a panel that has the focus.

/**
 * What can be read off a panel at one place.
 * @typedef {{ x: number, y: number, lines: { text: string, colour?: string }[], mark: SVGElement }} Reading
 */

/** How far beside its axis a panel's marks reach: half of the slot of models that are drawn side by side, and an edge. */
const BESIDE = 14;

for (const svg of figuresOf(document)) {
  const panels = panelsOf(svg).filter(
    (panel) => panel.querySelector(".series[data-xs]") ?? wordedMarks(panel).length > 0,
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
  const series = [...panel.querySelectorAll(".series[data-xs]")].filter(isShown);
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
  const curves = series.map((one) => ({ steps: numbersIn(one, "data-xs"), values: numbersIn(one, "data-ys", 1e-4) }));
  const steps = [...new Set(curves.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
  return steps.map((step) => {
    const x = pointAt(xAxis, step);
    const intervals = series.map((one) => intervalAt(one, step));
    const lines = series.flatMap((one, i) => {
      const value = curves[i]?.values[curves[i]?.steps.indexOf(step) ?? -1];
      if (value === undefined) return [];
      const colour = one.querySelector("path")?.getAttribute("stroke") ?? "";
      return [{ text: `${names[i]} ${numberText(value)}${intervalText(value, intervals[i])}`, colour }];
    });
    const mark = svgElement("line", { class: "hair", x1: x, x2: x, y1: yAxis.start, y2: yAxis.end });
    return {
      x,
      y: (yAxis.start + yAxis.end) / 2,
      lines: [{ text: `step ${step}${overText(intervals)}` }, ...lines],
      mark,
    };
  });
}

/** ` [0.0774, 0.0828]`, or nothing where there are too few runs. */
function intervalText(/** @type {number} */ value, /** @type {Around | undefined} */ around) {
  if (around === undefined || Number.isNaN(around.below) || around.runs < LEAST_RUNS) return "";
  return ` [${numberText(value - around.below)}, ${numberText(value + around.above)}]`;
}

/** `, 95 % intervals over 12 to 13 runs`, or the number of runs alone. */
function overText(/** @type {(Around | undefined)[]} */ intervals) {
  const runs = intervals.flatMap((one) => one?.runs ?? []);
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

/**
 * Numbers of an attribute that lists their differences in units of `unit`, `*n` for n alike (src/figures/draw/number-list.ts).
 * @param {Element} element
 * @param {string} name
 */
function numbersIn(element, name, unit = 1) {
  let sum = 0;
  /** @type {number[]} */
  const numbers = [];
  for (const [, step, times] of (element.getAttribute(name) ?? "").matchAll(/([-+]?\d+)(?:\*(\d+))?/g)) {
    for (let i = 0; i < Number(times ?? 1); i++) {
      sum += Number(step);
      numbers.push(sum * unit);
    }
  }
  return numbers;
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
