import { printable } from "../../text.ts";
import type { Theme } from "./style.ts";

/** An element of SVG, to be written or walked. */
export interface SvgNode {
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: readonly (SvgNode | string)[];
}

export type Attributes = Readonly<Record<string, string | number | null | undefined>>;

/** An element; attributes that are null or undefined are left out. */
export function element(name: string, attributes: Attributes, children: readonly (SvgNode | string)[] = []): SvgNode {
  return { name, attributes, children };
}

export function group(attributes: Attributes, children: readonly SvgNode[]): SvgNode {
  return element("g", attributes, children);
}

/** By how much an element's `translate` moves it; undefined without one. */
export function movedBy({ attributes }: SvgNode): readonly [x: number, y: number] | undefined {
  const numbers = String(attributes.transform ?? "")
    .match(/-?[\d.]+/g)
    ?.map(Number);
  return numbers && [numbers[0], numbers[1]];
}

/** As text: numbers to a hundredth of a point, names and texts escaped. */
export function svgText(node: SvgNode | string): string {
  if (typeof node === "string") return escaped(node);
  const { name, attributes, children } = node;
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escaped(String(value))}"`);
  const open = `<${name}${written.join("")}`;
  if (children.length === 0) return `${open}/>`;
  const lines = name === "svg" || name === "g" ? "\n" : "";
  return `${open}>${lines}${children.map((child) => svgText(child) + lines).join("")}</${name}>`;
}

/** A coordinate to a hundredth, without a minus before zero. */
export function rounded(value: number): string {
  const hundredths = Math.round(value * 100);
  return String(hundredths === 0 ? 0 : hundredths / 100);
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as markup that shows it, also between double quotes. */
export function escaped(text: string): string {
  return printable(text).replace(/[&<>"]/g, (sign) => ESCAPES[sign]);
}

const WIDTHS = {
  Regular: `
    265 241 399 518 531 826 729 219 324 324 439 499 240 403 240 520 558 433 495 499 532 501 533 444 551 525 240 240
    500 500 500 459 1020 573 608 560 644 535 491 631 680 295 305 589 498 778 683 692 581 691 605 545 517 662 556 826
    540 550 522 322 520 322 540 520 300 544 594 478 598 545 335 520 586 282 280 512 293 857 586 584 594 598 386 467
    361 582 492 717 485 492 437 322 403 322 488 265 241 478 520 560 536 403 533 385 810 500 575 500 403 641 333 523
    500 400 400 300 588 734 240 275 400 500 566 932 932 932 459 573 573 573 573 573 573 816 560 535 535 535 535 295
    295 295 295 656 683 692 692 692 692 692 500 692 662 662 662 662 550 581 593 544 544 544 544 544 544 849 478 545
    545 545 545 282 282 282 282 570 586 584 584 584 584 584 500 584 582 582 582 582 492 594 492 583 584 587 520 790
    228 228 406 406 324 738 900 500 488 500 500`,
  SemiBold: `
    244 241 430 547 545 851 753 234 324 324 447 523 240 406 240 520 579 456 512 515 557 527 556 462 574 552 240 240
    514 514 514 476 1020 586 615 571 650 528 488 641 669 294 314 622 509 784 668 691 595 691 614 565 534 654 567 842
    571 583 539 323 520 323 554 520 330 547 596 478 599 551 351 544 579 282 281 542 296 848 579 584 596 599 397 479
    380 574 508 741 505 512 454 323 383 323 508 244 241 478 535 560 561 383 546 437 810 500 615 524 406 638 358 521
    524 400 400 330 584 775 240 310 400 500 611 960 960 960 476 586 586 586 586 586 586 838 571 528 528 528 528 294
    294 294 294 663 668 691 691 691 691 691 514 691 654 654 654 654 583 595 603 547 547 547 547 547 547 854 478 551
    551 551 551 282 282 282 282 577 579 584 584 584 584 584 514 584 574 574 574 574 512 596 512 595 586 599 520 795
    239 239 438 438 341 730 900 514 508 514 514`,
};

const codes = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i));
const LETTERS = [...codes(32, 126), ...codes(160, 255), ..."Δρσ–—‘’“”•…→−≈≤≥"];

/** Width of each letter of the figures' font (assets/fonts) in thousandths of the size, as pdfkit reads them. */
export const ADVANCES = { Regular: widthsOf("Regular"), SemiBold: widthsOf("SemiBold") };

function widthsOf(weight: keyof typeof WIDTHS): Readonly<Record<string, number>> {
  const widths = WIDTHS[weight].trim().split(/\s+/).map(Number);
  return Object.fromEntries(LETTERS.map((letter, i) => [letter, widths[i]]));
}

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
export function brokenLines(text: string, width: number, size: number, weight: Weight = "Regular"): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && textWidth(longer, size, weight) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A line of text of at most `width` points: of a longer one the beginning. */
export function shortened(text: string, width: number, size: number, weight: Weight = "Regular"): string {
  const fits = (words: string) => textWidth(words, size, weight) <= width;
  if (fits(text)) return text;
  const letters = [...text];
  while (letters.length > 1 && !fits(`${letters.join("")}…`)) letters.pop();
  return `${letters.join("")}…`;
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

/** What the vertical axis shows, written above it from `y` on; with the height that it takes. */
export function heading(
  words: string,
  { y, theme, width = theme.width }: { y: number; theme: Theme; width?: number },
): { nodes: SvgNode[]; height: number } {
  const { nodes, more } = textLines(brokenLines(words, width, SIZE), 0.5, y + SIZE, { fill: theme.ink });
  return { nodes, height: more + SIZE + 2 };
}
