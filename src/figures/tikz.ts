import { stripVTControlCharacters } from "node:util";
import { latexText } from "../text.ts";
import type { Figure } from "./draw/figure.ts";
import type { Point } from "./draw/series.ts";
import { type Attributes, movedBy, rounded, type SvgNode } from "./draw/svg.ts";

/** The figure as a TikZ picture of its size, to be included in LaTeX: paths, and texts in the document's font. */
export function tikz({ root, title, caption, width, height }: Figure): string {
  const lines = drawn(root, { x: 0, y: 0 });
  const colours = [...new Set(lines.join("\n").match(/(?<==)mmoe[0-9a-f]{6}/g))];
  return [
    "% \\usepackage{tikz}",
    "% \\usetikzlibrary{svg.path}",
    ...[title, ...caption.split("\n")].map((line) => `% ${stripVTControlCharacters(line)}`),
    "\\begingroup",
    ...colours.map((name) => `\\definecolor{${name}}{HTML}{${name.slice(4).toUpperCase()}}`),
    "\\begin{tikzpicture}[x=1pt, y=1pt, xscale=1.00375, yscale=-1.00375, line join=round, inner sep=0pt]", // points of 1/72 inch
    `\\useasboundingbox (0,0) rectangle ${at(width, height)};`,
    ...lines,
    "\\end{tikzpicture}",
    "\\endgroup",
    "",
  ].join("\n");
}

/** The elements that figures are made of, as lines of TikZ; a new one must be added here. */
const DRAW: Readonly<Record<string, (node: SvgNode, origin: Point) => readonly string[]>> = {
  svg: drawnChildren,
  g: drawnChildren,
  title: () => [],
  desc: () => [],
  path: ({ attributes }, { x, y }) => [
    `\\path${style({ ...attributes, shift: `{${at(x, y)}}` })} ${shape(String(attributes.d))};`,
  ],
  rect: ({ attributes }, origin) => {
    const [from, size] = [moved(attributes, "x", "y", origin), moved(attributes, "width", "height")];
    return [`\\path${style(attributes)} ${from} rectangle +${size};`];
  },
  line: ({ attributes }, origin) => {
    const [from, to] = [moved(attributes, "x1", "y1", origin), moved(attributes, "x2", "y2", origin)];
    return [`\\path${style(attributes)} ${from} -- ${to};`];
  },
  text: drawnText,
};

function drawn(node: SvgNode, { x, y }: Point): readonly string[] {
  const lines = DRAW[node.name];
  if (lines === undefined)
    throw new TypeError(`tikz: expected an element of ${Object.keys(DRAW).join(", ")}, got ${node.name}`);
  if (node.attributes.d === "") return [];
  const [right, down] = movedBy(node) ?? [0, 0];
  return lines(node, { x: x + right, y: y + down });
}

function drawnChildren({ children }: SvgNode, origin: Point): string[] {
  return children.flatMap((child) => (typeof child === "string" ? [] : drawn(child, origin)));
}

/** A marker's circle, as d3-shape writes it. */
const CIRCLE = /^M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0Z?$/;

/** TikZ's own arcs of SVG lack half of a circle. */
function shape(d: string): string {
  const radius = d.match(CIRCLE)?.[1];
  if (radius !== undefined) return `(0,0) circle [radius=${radius}]`;
  if (/a/i.test(d)) throw new TypeError(`tikz: expected a path without arcs, got ${d}`);
  return `svg {${d}}`;
}

/** What a path's attributes mean, as options of TikZ; `shift` is one already. */
function style(attributes: Attributes): string {
  const options = Object.entries(attributes).map(([name, value]) => {
    if (value === undefined || value === null || value === "none") return undefined;
    return STYLES[name]?.(String(value));
  });
  return `[${options.filter((option) => option !== undefined).join(", ")}]`;
}

const STYLES: Readonly<Record<string, (value: string) => string>> = {
  shift: (value) => `shift=${value}`,
  fill: (value) => `fill=${colour(value)}`,
  stroke: (value) => `draw=${colour(value)}`,
  "fill-opacity": (value) => `fill opacity=${value}`,
  "stroke-opacity": (value) => `draw opacity=${value}`,
  "fill-rule": () => "even odd rule",
  "stroke-width": (value) => `line width=${value}bp`,
  "stroke-linecap": (value) => `line cap=${value}`,
  "stroke-dasharray": (value) =>
    `dash pattern=${value
      .split(" ")
      .map((length, i) => `${i % 2 === 0 ? "on" : "off"} ${length}bp`)
      .join(" ")}`,
};

/** `#1b1f24` is `mmoe1b1f24`. */
function colour(value: string): string {
  return value.replace("#", "mmoe");
}

const ANCHORS: Readonly<Record<string, string>> = { start: "base west", middle: "base", end: "base east" };

function drawnText({ attributes, children }: SvgNode, origin: Point): string[] {
  const { fill, "font-size": size, "font-weight": weight, "text-anchor": anchor = "start" } = attributes;
  const font = `\\fontsize{${size}bp}{${Number(size) * 1.2}bp}\\selectfont${weight === 600 ? "\\bfseries" : ""}`;
  const options = `anchor=${ANCHORS[String(anchor)]}, text=${colour(String(fill))}, font=${font}`;
  return [`\\node[${options}] at ${moved(attributes, "x", "y", origin)} {${latexText(String(children[0]))}};`];
}

function moved(attributes: Attributes, across: string, down: string, { x, y }: Point = { x: 0, y: 0 }): string {
  return at(x + Number(attributes[across] ?? 0), y + Number(attributes[down] ?? 0));
}

function at(x: number, y: number): string {
  return `(${rounded(x)},${rounded(y)})`;
}
