// What the scripts of a report know of its figures: attributes of a panel map points to values (src/figures/draw/axes.ts).

/**
 * An axis: values from `from` to `to` are at `start` to `end`, in the figure's points.
 * @typedef {{ type: string, from: number, to: number, start: number, end: number }} Axis
 */

/**
 * @param {Element} panel
 * @param {"data-x" | "data-y"} name
 * @returns {Axis}
 */
function axisOf(panel, name) {
  const [type = "linear", ...numbers] = (panel.getAttribute(name) ?? "").split(" ");
  const [from = 0, to = 1, start = 0, end = 1] = numbers.map(Number);
  return { type, from, to, start, end };
}

/**
 * Position of a value, in points.
 * @param {Axis} axis
 * @param {number} value
 */
function pointAt({ type, from, to, start, end }, value) {
  const of = type === "log" ? Math.log : Number;
  return start + ((of(value) - of(from)) / (of(to) - of(from))) * (end - start);
}

/**
 * Position of a pointer, in a figure's points.
 * @param {SVGSVGElement} svg
 * @param {{ clientX: number, clientY: number }} event
 */
function placeIn(svg, { clientX, clientY }) {
  const { left, top, width } = svg.getBoundingClientRect();
  const scale = svg.viewBox.baseVal.width / width;
  return { x: (clientX - left) * scale, y: (clientY - top) * scale };
}

/**
 * Whether a place is in a panel, or at most so many points beside it.
 * @param {Element} panel
 * @param {{ x: number, y: number }} place
 */
function holds(panel, { x, y }, beside = 0) {
  const within = (/** @type {Axis} */ { start, end }, /** @type {number} */ at) =>
    at >= Math.min(start, end) - beside && at <= Math.max(start, end) + beside;
  return within(axisOf(panel, "data-x"), x) && within(axisOf(panel, "data-y"), y);
}

/** @param {Element} element */
function isShown(element) {
  return element.getClientRects().length > 0;
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function svgElement(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** @returns {SVGSVGElement[]} */
function figuresOf(/** @type {ParentNode} */ part) {
  return [...part.querySelectorAll("svg.figure")].filter((svg) => svg instanceof SVGSVGElement);
}

/** @returns {Element[]} */
function panelsOf(/** @type {Element} */ svg) {
  return [...svg.querySelectorAll(".panel")];
}
