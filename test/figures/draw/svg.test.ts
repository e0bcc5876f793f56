import PDFDocument from "pdfkit";
import { describe, expect, test } from "vitest";
import { ADVANCES, brokenLines, textWidth, type Weight } from "../../../src/figures/draw/svg.ts";
import { FONT_FILES } from "../../../src/figures/finished.ts";
import { fontOutlines } from "../../support/outlines.ts";

describe("textWidth(text, size, weight)", () => {
  test.each(["Regular", "SemiBold"] as const)("is the width that the font file gives: %s", (weight: Weight) => {
    const document = new PDFDocument({ font: FONT_FILES[weight] });
    for (const words of ["Shared-Bottom − OMoE", "AVATAR, fi ff 0.25 ± 1/30", "ρ ≤ 0.9, “σ” … é"]) {
      expect(textWidth(words, 7, weight)).toBeCloseTo(document.fontSize(7).widthOfString(words), 6);
    }
  });
});

test("outlines.json holds the letters of the font files as paths", async () => {
  const outlines = { Regular: fontOutlines("Regular"), SemiBold: fontOutlines("SemiBold") };
  const path = "../../../assets/fonts/outlines.json";
  await expect(`${JSON.stringify(outlines, null, 2)}\n`).toMatchFileSnapshot(path);
});

describe("brokenLines(text, width, size)", () => {
  test("breaks at spaces and keeps every word", () => {
    const words = "mean squared error, in units of label variance";
    const lines = brokenLines(words, 60, 8);
    expect(lines.join(" ")).toBe(words);
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(textWidth(line, 8)).toBeLessThanOrEqual(60);
  });
});

test.each(["Regular", "SemiBold"] as const)("ADVANCES.%s has the widths of the font's file", (weight) => {
  const font = new PDFDocument().font(`assets/fonts/FiraSans-${weight}.ttf`, 1000);
  const widths = Object.entries(ADVANCES[weight]).filter(([letter]) => letter !== "\u00ad"); // pdfkit leaves it out
  expect(widths.length).toBe(95 + 95 + 16);
  for (const [letter, width] of widths) expect(Math.round(font.widthOfString(letter)), letter).toBe(width);
});
