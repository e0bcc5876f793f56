import { textWidth } from "../../src/figures/draw/svg.ts";

/** A text of a figure, in points, by the font's own widths. */
interface PlacedText {
  readonly words: string;
  readonly left: number;
  readonly right: number;
  /** Its baseline. */
  readonly y: number;
}

function textsOf(svg: string): PlacedText[] {
  const texts = [...svg.matchAll(/<text x="([^"]+)" y="([^"]+)"[^>]*?font-size="([^"]+)"([^>]*)>([^<]*)</g)];
  return texts.map(([, x, y, size, more, words = ""]) => {
    const wide = textWidth(words, Number(size), more?.includes("600") ? "SemiBold" : "Regular");
    const share = more?.includes('"end"') ? 1 : more?.includes('"middle"') ? 0.5 : 0;
    const left = Number(x) - share * wide;
    return { words, left, right: left + wide, y: Number(y) };
  });
}

/** Texts that begin or end beyond a page. */
export function outside({ svg, width, height }: { svg: string; width: number; height: number }): string[] {
  const inside = ({ left, right, y }: PlacedText) => left >= 0 && right <= width + 0.5 && y <= height && y > 5;
  return textsOf(svg).flatMap((one) => (inside(one) ? [] : [one.words]));
}

/** Pairs of texts with less than a point between them. */
export function touching(svg: string): string[] {
  const texts = textsOf(svg);
  const apart = (a: PlacedText, b: PlacedText) =>
    Math.abs(a.y - b.y) >= 6 || a.left - b.right >= 1 || b.left - a.right >= 1;
  return texts.flatMap((a, i) =>
    texts.slice(i + 1).flatMap((b) => (apart(a, b) ? [] : [`${a.words} at ${a.y} and ${b.words} at ${b.y}`])),
  );
}
