// A picture as a finished figure: its height, letters, title and font, and the outlines of its texts.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
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

/** Lines of a title, and the room for them. */
function titleLines(title: string, width: number) {
  const lines = brokenLines(title, width - 2, SIZE, "SemiBold");
  return { lines, room: 4 + lines.length * (SIZE + 2) };
}

/** Panels that are lower have no room for the numbers of their axes. */
const LEAST_STRETCH = 0.4;

type Sized = Pick<FigureOptions, "height" | "stretch" | "title">;

/** Draws at the height that is chosen: panels and rows are stretched, and their texts keep their size. */
export function atHeight<Options extends Sized>(
  options: Options,
  draw: (options: Options) => Picture | Unavailable,
): Picture | Unavailable {
  const { height, title } = options;
  const plain = draw(options);
  if (height === undefined || isUnavailable(plain)) return plain;
  const more = (draw({ ...options, stretch: 2 }) as Picture).height - plain.height;
  const { name, width } = plain;
  const room = title === undefined ? 0 : titleLines(title, width).room;
  if (more <= 0) return { name, lacking: "its height follows from its width; leave --height out" };
  const stretch = 1 + (height - room - plain.height) / more;
  const least = Math.ceil(height + (LEAST_STRETCH - stretch) * more);
  if (stretch < LEAST_STRETCH) return { name, lacking: `it needs a height of ${least}pt or more` };
  return draw({ ...options, stretch });
}

/** The picture below a title. */
function titled({ root, height, ...picture }: Picture, title: string, { ink, background }: Theme): Picture {
  const [words, about, , ...nodes] = root.children as SvgNode[];
  const { width } = picture;
  const { lines, room } = titleLines(title, width);
  const whole = height + room;
  const attributes = { ...root.attributes, viewBox: `0 0 ${width} ${whole}`, height: `${whole}pt` };
  const children = [
    ...([words, about] as SvgNode[]),
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

/** Upper left and lower right corner of a panel, in points. */
interface Panel {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

type Place = (panel: Panel) => { readonly x: number; readonly y: number; readonly anchor: "start" | "end" };

/** Where letters may stand, the best place first: all of a figure in the same one. */
const PLACES: readonly Place[] = [
  ({ left, top }) => ({ x: left - 4, y: top - 4, anchor: "end" }),
  ({ right, top }) => ({ x: right - 3, y: top + SIZE, anchor: "end" }),
  ({ left, top }) => ({ x: left + 3, y: top + SIZE, anchor: "start" }),
  ({ right, bottom }) => ({ x: right - 3, y: bottom - 4, anchor: "end" }),
];

/** The picture with a, b, c at the corners of its panels, row by row; one panel alone has no letter. */
function lettered(picture: Picture, { ink }: Theme): Picture {
  const panels = panelsIn(picture.root).sort((a, b) => a.top - b.top || a.left - b.left);
  if (panels.length < 2) return picture;
  const lettersAt = (place: Place) =>
    panels.map((panel, i) => {
      const { x, y, anchor } = place(panel);
      return text(letterAt(i), x, y, { fill: ink, weight: "SemiBold", anchor }, { class: "letter" });
    });
  const spans = textsIn(picture.root).map(spanOf);
  const isFree = (letter: SvgNode) => !spans.some((span) => touches(span, spanOf(letter)));
  const letters = PLACES.map(lettersAt).find((all) => all.every(isFree)) ?? lettersAt(PLACES[0]);
  return { ...picture, root: { ...picture.root, children: [...picture.root.children, ...letters] } };
}

/** By what a panel's attributes say of its scales: the range is last. */
function panelsIn(node: SvgNode): Panel[] {
  const { class: name, "data-x": x, "data-y": y } = node.attributes;
  if (name !== "panel") return children(node).flatMap(panelsIn);
  const [left, right] = rangeOf(x);
  const [top, bottom] = rangeOf(y);
  return [{ left, right, top, bottom }];
}

function rangeOf(scale: unknown): [low: number, high: number] {
  const ends = String(scale).split(" ").slice(-2).map(Number);
  return [Math.min(...ends), Math.max(...ends)];
}

function textsIn(node: SvgNode): SvgNode[] {
  return node.name === "text" ? [node] : children(node).flatMap(textsIn);
}

function children({ children }: SvgNode): SvgNode[] {
  return children.filter((child) => typeof child !== "string");
}

interface TextSpan {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

function spanOf(node: SvgNode): TextSpan {
  const { words, size, weight, x } = textStart(node);
  return { left: x, right: x + textWidth(words, size, weight), y: Number(node.attributes.y) };
}

function touches(a: TextSpan, b: TextSpan): boolean {
  return Math.abs(a.y - b.y) < SIZE - 1 && a.left < b.right + 1 && b.left < a.right + 1;
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
    return letters === undefined ? [child] : [letters, unseen(child)];
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

function unseen({ attributes, ...node }: SvgNode): SvgNode {
  return { ...node, attributes: { ...attributes, "fill-opacity": 0 } };
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
