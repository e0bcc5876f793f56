import { ADVANCES } from "./advances.ts";
import { type Attributes, element, type SvgNode } from "./svg.ts";

/** Font sizes in points; no text is smaller than SMALL. */
export const SIZE = 8;
export const SMALL = 7;
export const FAMILY = "Fira Sans";

export type Weight = keyof typeof ADVANCES;

/** Width of a line of text in points. Letters that the font lacks count as wide as an M. */
export function textWidth(text: string, size: number, weight: Weight = "Regular"): number {
  const thousandths = [...text].reduce((sum, letter) => sum + letterAdvance(letter, weight), 0);
  return (thousandths * size) / 1000;
}

/** Width of a letter in thousandths of the size. */
export function letterAdvance(letter: string, weight: Weight): number {
  const widths = ADVANCES[weight];
  return widths[letter] ?? widths.M;
}

/** Lines of at most `width` points, broken at spaces; a longer word has a line of its own. */
export function brokenLines(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

interface TextStyle {
  readonly fill: string;
  readonly size?: number;
  readonly weight?: Weight;
  readonly anchor?: "start" | "middle" | "end";
}

/** A line of text with its baseline at (x, y). */
export function text(content: string, x: number, y: number, style: TextStyle, more: Attributes = {}): SvgNode {
  const { fill, size = SIZE, weight = "Regular", anchor = "start" } = style;
  return element(
    "text",
    {
      x,
      y,
      fill,
      "font-size": size,
      "font-weight": weight === "SemiBold" ? 600 : undefined,
      "text-anchor": anchor === "start" ? undefined : anchor,
      ...more,
    },
    [content],
  );
}

/** Lines of text, the first with its baseline at (x, y), and the height of those after it. */
export function textLines(lines: readonly string[], x: number, y: number, style: TextStyle) {
  const step = (style.size ?? SIZE) + 2;
  return { nodes: lines.map((line, i) => text(line, x, y + i * step, style)), more: (lines.length - 1) * step };
}

/** What a text says, how, and where it begins: `text-anchor` is undone. */
export function textStart({ attributes, children }: SvgNode): {
  words: string;
  size: number;
  weight: Weight;
  x: number;
} {
  const [words, size] = [String(children[0]), Number(attributes["font-size"])];
  const weight: Weight = attributes["font-weight"] === 600 ? "SemiBold" : "Regular";
  const before = { start: 0, middle: 0.5, end: 1 }[String(attributes["text-anchor"] ?? "start")] ?? 0;
  return { words, size, weight, x: Number(attributes.x) - before * textWidth(words, size, weight) };
}
