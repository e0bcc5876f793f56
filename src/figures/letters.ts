import type { Picture } from "./draw/figure.ts";
import type { SvgNode } from "./draw/svg.ts";
import { SIZE, text, textStart, textWidth } from "./draw/text.ts";
import type { Theme } from "./draw/theme.ts";

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
export function lettered(picture: Picture, { ink }: Theme): Picture {
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
