import PDFDocument from "pdfkit";
import { expect, test } from "vitest";
import { ADVANCES } from "../../../src/figures/draw/text.ts";

test.each(["Regular", "SemiBold"] as const)("ADVANCES.%s has the widths of the font's file", (weight) => {
  const font = new PDFDocument().font(`assets/fonts/FiraSans-${weight}.ttf`, 1000);
  const widths = Object.entries(ADVANCES[weight]).filter(([letter]) => letter !== "\u00ad"); // pdfkit leaves it out
  expect(widths.length).toBe(95 + 95 + 16);
  for (const [letter, width] of widths) expect(Math.round(font.widthOfString(letter)), letter).toBe(width);
});
