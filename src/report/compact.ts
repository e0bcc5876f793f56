import { type Attributes, element, type SvgNode, svgText } from "../figures/draw/svg.ts";

/** Outlines of markers, each once in a page, by what they look like: their ids. */
export type Shapes = Map<string, string>;

/** A figure's SVG for a page, which has its title and description: a browser would show the title under the pointer everywhere. */
export function pictureText({ name, attributes, children }: SvgNode, shapes: Shapes): string {
  const shown = children.filter((child) => typeof child === "string" || !["title", "desc"].includes(child.name));
  return svgText(compact(element(name, attributes, shown), shapes)).replaceAll("\n", "");
}

/**
 * The same picture in fewer bytes, for a page: curves to a tenth of a point, lines that look alike in one path, each
 * marker's outline once (`shapes`), and what all elements of a group have in common on the group.
 */
export function compact(node: SvgNode, shapes: Shapes): SvgNode {
  if (node.name === "path") return compactMark(node, shapes);
  if (node.name === "line" && node.children.length === 0) return compactLine(node);
  const bare = node.children.flatMap((child) => (isWrapper(child) ? child.children : [child]));
  const children = bare.map((child) => (typeof child === "string" ? child : compact(child, shapes)));
  const { name } = node;
  const attributes = withShortAxes(node.attributes);
  return name === "g" ? inherited(element(name, attributes, joined(children))) : element(name, attributes, children);
}

/** A panel's axes, which its page reads, without digits that nobody sees. */
function withShortAxes(attributes: Attributes): Attributes {
  const short = ["data-x", "data-y"].flatMap((key) => {
    const axis = attributes[key];
    return typeof axis === "string"
      ? [[key, axis.replace(/\d+\.\d{6,}/g, (digits) => String(Number(Number(digits).toPrecision(7))))]]
      : [];
  });
  return { ...attributes, ...Object.fromEntries(short) };
}

function compactMark({ attributes }: SvgNode, shapes: Shapes): SvgNode {
  const d = String(attributes.d);
  const at = /^translate\((\S+) (\S+)\)$/.exec(String(attributes.transform));
  if (at === null) return element("path", { ...attributes, d: compactPath(d) });
  const id = shapes.get(d) ?? `s${shapes.size}`;
  shapes.set(d, id);
  const { d: _, transform: __, ...style } = attributes;
  return element("use", { href: `#${id}`, x: at[1], y: at[2], ...style });
}

function compactLine({ attributes: { x1, y1, x2, y2, ...style } }: SvgNode): SvgNode {
  return element("path", { d: compactPath(`M${x1} ${y1}L${x2} ${y2}`), fill: "none", ...style });
}

/** A group that only says whose line or point it holds: a page has that from its own data. */
function isWrapper(node: SvgNode | string): node is SvgNode {
  return typeof node === "object" && node.attributes.class === "run" && node.children.length === 1;
}

/** Lines that follow each other and differ in nothing but their course, as one path. */
function joined(children: SvgNode["children"]): SvgNode["children"] {
  const all: (SvgNode | string)[] = [];
  for (const child of children) {
    const last = all.at(-1);
    if (isLine(last) && isLine(child) && lookOf(last) === lookOf(child)) {
      all[all.length - 1] = element("path", { ...last.attributes, d: `${last.attributes.d}${child.attributes.d}` });
    } else all.push(child);
  }
  return all;
}

function isLine(node: SvgNode | string | undefined): node is SvgNode {
  if (typeof node !== "object" || node.name !== "path" || node.children.length > 0) return false;
  return node.attributes.fill === undefined || node.attributes.fill === "none";
}

function lookOf({ attributes: { d: _, ...look } }: SvgNode): string {
  return JSON.stringify(look);
}

/** Presentation attributes that a group hands down. */
const HANDED_DOWN = ["fill", "stroke", "stroke-width", "stroke-linejoin", "font-size", "font-weight", "text-anchor"];

/** The group with each attribute that all of its elements have, at the value that most of them have. */
function inherited({ name, attributes, children }: SvgNode): SvgNode {
  const drawn = children.filter((child) => typeof child === "object" && child.name !== "title") as SvgNode[];
  if (drawn.length === 0) return element(name, attributes, children);
  const common: Record<string, string | number> = {};
  for (const key of HANDED_DOWN) {
    const values = drawn.map((child) => child.attributes[key]).filter((value) => value !== undefined && value !== null);
    if (attributes[key] === undefined && values.length === drawn.length) common[key] = mostFrequent(values);
  }
  const rest = children.map((child) => (typeof child === "object" ? without(child, common) : child));
  return element(name, { ...attributes, ...common }, rest);
}

function mostFrequent<T>(values: readonly T[]): T {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

function without({ name, attributes, children }: SvgNode, common: Attributes): SvgNode {
  const own = Object.entries(attributes).filter(([key, value]) => common[key] !== value);
  return element(name, Object.fromEntries(own), children);
}

type Place = readonly [x: number, y: number];

/** How far, in points, a drawn line may be from the true one: a quarter of a pixel of a page. */
const TOLERANCE = 0.2;

/**
 * A path of straight pieces with fewer corners, in steps of a tenth of a point: `M1,2L3,4L5,6` becomes `M1 2l4 4`. A path
 * of anything else stays as it is.
 */
export function compactPath(d: string): string {
  if (!/^(M[-\d.]+[, ][-\d.]+(L[-\d.]+[, ][-\d.]+)*Z?)+$/.test(d)) return d;
  return (d.match(/M[^M]*/g) as string[]).map(compactCourse).join("");
}

function compactCourse(line: string): string {
  const numbers = (line.match(/-?[\d.]+/g) as string[]).map(Number);
  const places = Array.from({ length: numbers.length / 2 }, (_, i): Place => [numbers[2 * i], numbers[2 * i + 1]]);
  const tenths = simplified(places).map(([x, y]): Place => [Math.round(10 * x), Math.round(10 * y)]);
  const [x, y] = tenths[0];
  const steps = tenths.slice(1).map((to, i): Place => {
    const from = tenths[i];
    return [to[0] - from[0], to[1] - from[1]];
  });
  const moved = steps.filter(([dx, dy], i) => dx !== 0 || dy !== 0 || i === 0);
  const course = joinedNumbers(moved.flat());
  return `M${joinedNumbers([x, y])}${course === "0 0" ? "h0" : course && `l${course}`}${line.endsWith("Z") ? "Z" : ""}`;
}

/** Tenths, with a sign or a space between them. */
function joinedNumbers(tenths: readonly number[]): string {
  const texts = tenths.map((value) => String(value / 10).replace(/^(-?)0\./, "$1."));
  return texts.map((text, i) => (i === 0 || text.startsWith("-") ? text : ` ${text}`)).join("");
}

/** The corners of a line that are needed to stay within `TOLERANCE` of it (Douglas and Peucker, 1973). */
function simplified(places: readonly Place[]): Place[] {
  const kept = new Set([0, places.length - 1]);
  const open: [number, number][] = [[0, places.length - 1]];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const [first, last] = part;
    let [farthest, most] = [-1, TOLERANCE];
    for (let i = first + 1; i < last; i++) {
      const far = distance(places[i], places[first], places[last]);
      if (far > most) [farthest, most] = [i, far];
    }
    if (farthest < 0) continue;
    kept.add(farthest);
    open.push([first, farthest], [farthest, last]);
  }
  return places.filter((_, i) => kept.has(i));
}

/** Of a place from the piece of line between two others. */
function distance([x, y]: Place, [ax, ay]: Place, [bx, by]: Place): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
