// A picture as a finished figure: its height, letters, title and font, and the outlines of its texts.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Box } from "./draw/axes.ts";
import {
  type Figure,
  type FigureChoices,
  type FigureOptions,
  type FigureRow,
  isUnavailable,
  type Picture,
  type Unavailable,
} from "./draw/figure.ts";
import { type Theme, themeOf } from "./draw/style.ts";
import {
  brokenLines,
  element,
  FAMILY,
  group,
  letterAdvance,
  rounded,
  SIZE,
  type SvgNode,
  svgText,
  text,
  textLines,
  textStart,
  textWidth,
  type Weight,
} from "./draw/svg.ts";

/** A picture of some rows as a figure, with its SVG document. */
export function finished(
  picture: Picture,
  data: readonly FigureRow[],
  { theme: name, letters = false, title, font }: Pick<FigureChoices, "theme" | "letters" | "title" | "font">,
): Figure {
  const theme = themeOf(name);
  const named = letters ? lettered(picture, theme) : picture;
  const whole = title === undefined ? named : titled(named, title, theme);
  const { root } = whole;
  const drawn = font !== undefined ? inFont(root, font) : theme.inPage ? root : outlined(root);
  return { ...whole, data, svg: `${svgText(drawn)}\n` };
}

function titleLines(title: string, width: number) {
  const lines = brokenLines(title, width - 2, SIZE, "SemiBold");
  return { lines, room: 4 + lines.length * (SIZE + 2) };
}

/** Panels that are lower have no room for the numbers of their axes. */
const LEAST_STRETCH = 0.4;

/** Draws at the height that is chosen: panels and rows are stretched, and their texts keep their size. */
export function atHeight(
  options: FigureOptions,
  draw: (options: FigureOptions) => Picture | Unavailable,
): Picture | Unavailable {
  const { height, title } = options;
  const plain = draw(options);
  if (height === undefined || isUnavailable(plain)) return plain;
  const twice = draw({ ...options, stretch: 2 });
  const more = isUnavailable(twice) ? 0 : twice.height - plain.height;
  const { name, width } = plain;
  const room = title === undefined ? 0 : titleLines(title, width).room;
  if (more <= 0) return { name, lacking: "its height follows from its width; leave --height out" };
  const stretch = 1 + (height - room - plain.height) / more;
  const least = Math.ceil(height + (LEAST_STRETCH - stretch) * more);
  if (stretch < LEAST_STRETCH) return { name, lacking: `it needs a height of ${least}pt or more` };
  return draw({ ...options, stretch });
}

function titled({ root, height, ...picture }: Picture, title: string, { ink, background }: Theme): Picture {
  const [words, about, , ...nodes] = root.children;
  const { width } = picture;
  const { lines, room } = titleLines(title, width);
  const whole = height + room;
  const attributes = { ...root.attributes, viewBox: `0 0 ${width} ${whole}`, height: `${whole}pt` };
  const children = [
    words,
    about,
    element("rect", { class: "background", width, height: whole, fill: background }),
    ...textLines(lines, width / 2, SIZE + 1, { fill: ink, weight: "SemiBold", anchor: "middle" }).nodes,
    element("g", { transform: `translate(0 ${room})` }, nodes),
  ];
  return { ...picture, height: whole, root: element("svg", attributes, children) };
}

/** The picture with its texts in a font of the machine that shows it. */
function inFont(root: SvgNode, font: string): SvgNode {
  const family = `${font}, ${FAMILY}, sans-serif`;
  return { ...root, attributes: { ...root.attributes, "font-family": family } };
}

/** Where letters may stand at a panel, the best place first: all of a figure in the same one. */
const PLACES: readonly ((panel: Box) => { x: number; y: number; anchor: "start" | "end" })[] = [
  ({ x, y }) => ({ x: x - 4, y: y - 4, anchor: "end" }),
  ({ x, y, width }) => ({ x: x + width - 3, y: y + SIZE, anchor: "end" }),
  ({ x, y }) => ({ x: x + 3, y: y + SIZE, anchor: "start" }),
  ({ x, y, width, height }) => ({ x: x + width - 3, y: y + height - 4, anchor: "end" }),
];

/** The picture with a, b, c at the corners of its panels, row by row; one panel alone has no letter. */
function lettered(picture: Picture, { ink }: Theme): Picture {
  const { root } = picture;
  const nodes = nodesIn(root);
  const panels = nodes.filter(({ attributes }) => attributes.class === "panel").map(boxOf);
  if (panels.length < 2) return picture;
  const ordered = panels.sort((a, b) => a.y - b.y || a.x - b.x);
  const all = PLACES.map((place) =>
    ordered.map((panel, i) => {
      const { x, y, anchor } = place(panel);
      return text(letterAt(i), x, y, { fill: ink, weight: "SemiBold", anchor }, { class: "letter" });
    }),
  );
  const texts = nodes.filter(({ name }) => name === "text");
  const isFree = (letter: SvgNode) => !texts.some((one) => touches(one, letter));
  const letters = all.find((some) => some.every(isFree)) ?? all[0];
  return { ...picture, root: { ...root, children: [...root.children, ...letters] } };
}

function nodesIn(node: SvgNode): SvgNode[] {
  return [node, ...node.children.flatMap((child) => (typeof child === "string" ? [] : nodesIn(child)))];
}

/** By what a panel's attributes say of its scales: the range is last. */
function boxOf({ attributes }: SvgNode): Box {
  const [x, y] = [attributes["data-x"], attributes["data-y"]].map((scale) => {
    const [from, to] = String(scale).split(" ").slice(-2).map(Number);
    return { low: Math.min(from, to), size: Math.abs(to - from) };
  });
  return { x: x.low, y: y.low, width: x.size, height: y.size };
}

function touches(a: SvgNode, b: SvgNode): boolean {
  const [one, other] = [a, b].map((node) => {
    const { words, size, weight, x } = textStart(node);
    return { left: x, right: x + textWidth(words, size, weight), y: Number(node.attributes.y) };
  });
  return Math.abs(one.y - other.y) < SIZE - 1 && one.left < other.right + 1 && other.left < one.right + 1;
}

/** a to z, then aa, ab. */
function letterAt(place: number): string {
  const before = place < 26 ? "" : letterAt(Math.floor(place / 26) - 1);
  return before + String.fromCharCode(97 + (place % 26));
}

/** Path of each letter that leaves ink, in thousandths of the size, y up. */
const OUTLINES = JSON.parse(readFileSync(fontPath("outlines.json"), "utf8")) as Record<Weight, Record<string, string>>;

/**
 * The picture with its letters as outlines, so that it looks the same where the font is missing. Over them the texts stay,
 * unseen, to be selected and searched. A text with a letter that the font lacks is left as it is.
 */
export function outlined(root: SvgNode): SvgNode {
  const used = new Map<string, string>();
  const drawn = withOutlines(root, used);
  const letters = [...used].sort().map(([id, d]) => element("path", { id, d }));
  return { ...drawn, children: [...drawn.children, element("defs", {}, letters)] };
}

/** The node, with outlines below each text in it; their paths are added to `used`, by id. */
function withOutlines(node: SvgNode, used: Map<string, string>): SvgNode {
  const children = node.children.flatMap((child): (SvgNode | string)[] => {
    if (typeof child === "string") return [child];
    if (child.name !== "text") return [withOutlines(child, used)];
    const letters = outlinesOf(child, used);
    return letters === undefined
      ? [child]
      : [letters, { ...child, attributes: { ...child.attributes, "fill-opacity": 0 } }];
  });
  return { ...node, children };
}

function outlinesOf(node: SvgNode, used: Map<string, string>): SvgNode | undefined {
  const { words, size, weight, x } = textStart(node);
  const outlines = OUTLINES[weight];
  const letters = [...words];
  if (!letters.every((letter) => letter in outlines || letter.trim() === "")) return undefined;
  let at = 0;
  const uses = letters.flatMap((letter) => {
    const [d, left] = [outlines[letter], at];
    at += letterAdvance(letter, weight);
    if (d === undefined) return [];
    const id = `${weight === "SemiBold" ? "b" : "r"}${letter.codePointAt(0)?.toString(36)}`;
    used.set(id, d);
    return [element("use", { href: `#${id}`, x: left === 0 ? undefined : left })];
  });
  const transform = `translate(${rounded(x)} ${rounded(Number(node.attributes.y))}) scale(${size / 1000} ${-size / 1000})`;
  return group({ fill: node.attributes.fill, transform }, uses);
}

/** The files that a figure's font is drawn from, seen from src as from dist. */
export const FONT_FILES: Readonly<Record<Weight, string>> = {
  Regular: fontPath("FiraSans-Regular.ttf"),
  SemiBold: fontPath("FiraSans-SemiBold.ttf"),
};

/** A file of `assets/fonts`, seen from src as from dist. */
function fontPath(file: string): string {
  return fileURLToPath(new URL(`../../assets/fonts/${file}`, import.meta.url));
}
