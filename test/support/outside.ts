import type { Figure } from "../../src/figures/figure.ts";
import { textWidth } from "../../src/figures/text.ts";

/** Texts that begin or end beyond the page, by the font's own widths. */
export function outside({ svg, width, height }: Figure): string[] {
  const texts = [...svg.matchAll(/<text x="([^"]+)" y="([^"]+)"[^>]*?font-size="([^"]+)"([^>]*)>([^<]*)</g)];
  return texts.flatMap(([, x, y, size, more, words]) => {
    const wide = textWidth(words as string, Number(size), more?.includes("600") ? "SemiBold" : "Regular");
    const share = more?.includes('"end"') ? 1 : more?.includes('"middle"') ? 0.5 : 0;
    const left = Number(x) - share * wide;
    const inside = left >= 0 && left + wide <= width + 0.5 && Number(y) <= height && Number(y) > 5;
    return inside ? [] : [words as string];
  });
}
