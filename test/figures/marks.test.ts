import fc from "fast-check";
import PDFDocument from "pdfkit";
import { describe, expect, test } from "vitest";
import { spread } from "../../src/figures/draw/legend.ts";
import { correlationScale, linearScale, logScale } from "../../src/figures/draw/scale.ts";
import { linePath } from "../../src/figures/draw/series.ts";
import { ADVANCES, brokenLines, element, svgText, textWidth } from "../../src/figures/draw/svg.ts";
import { FONT_FILES } from "../../src/figures/finished.ts";
import { fontOutlines } from "../support/outlines.ts";

describe("svgText(node)", () => {
  test("escapes names that a config gives, and rounds numbers to a hundredth", () => {
    const node = element("text", { x: 1.23456, y: -0.001, "data-model": 'a"<b>&' }, ["<script>&"]);
    expect(svgText(node)).toBe('<text x="1.23" y="0" data-model="a&quot;&lt;b&gt;&amp;">&lt;script&gt;&amp;</text>');
  });
});

describe("linePath(points, scales, style)", () => {
  const style = { colour: "#000", dash: undefined };
  const frame = { x: linearScale(0, 10, { range: [0, 10] }), y: linearScale(0, 4, { range: [4, 0] }) };
  const path = (...ys: number[]) =>
    linePath(
      ys.map((y, x) => ({ x, y })),
      frame,
      style,
    ).attributes.d;

  test("cuts a line where it leaves its frame and comes back", () => {
    expect(path(2, 6, 2)).toBe("M0,2L0.5,0M1.5,0L2,2");
    expect(path(6, 2)).toBe("M0.5,0L1,2");
    expect(path(1, -1)).toBe("M0,3L0.5,4");
  });

  test("draws nothing of a line that stays outside", () => {
    expect(path(6, 7)).toBe("");
  });
});

describe("spread(heights, apart, ends)", () => {
  test("keeps labels apart, in order and inside, and moves none that has room", () => {
    const heights = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(heights, (values) => {
        const placed = spread(
          values.sort((a, b) => a - b),
          10,
          [0, 100],
        );
        for (let i = 1; i < placed.length; i++) {
          expect(placed[i] - placed[i - 1]).toBeGreaterThanOrEqual(10 - 1e-9);
        }
        expect(Math.min(...placed)).toBeGreaterThanOrEqual(-1e-9);
        expect(Math.max(...placed)).toBeLessThanOrEqual(100);
      }),
    );
    expect(spread([5, 40, 90], 10, [0, 100])).toEqual([5, 40, 90]);
    expect(spread([50, 50], 10, [0, 100])).toEqual([45, 55]);
  });
});

describe("scales", () => {
  test("logScale(low, high) labels 1, 2 and 5 where there is room, and powers of ten where there is not", () => {
    const labels = (low: number, high: number) =>
      logScale(low, high, { range: [0, 1] }).ticks.flatMap(({ label }) => label || []);
    expect(labels(0.03, 1.2)).toEqual(["0.05", "0.1", "0.2", "0.5", "1"]);
    expect(labels(0.002, 3)).toEqual(["0.01", "0.1", "1"]);
  });

  test("correlationScale(correlations) has a tick at each, the last one labelled, no two labels on each other", () => {
    const { ticks } = correlationScale([0.5, 0.97, 0.98, 0.99, 1], [0, 100]);
    expect(ticks.map(({ label }) => label)).toEqual(["0.5", "", "", "", "1"]);
  });
});

test("outlines.json holds the letters of the font files as paths", async () => {
  const outlines = { Regular: fontOutlines("Regular"), SemiBold: fontOutlines("SemiBold") };
  const path = "../../assets/fonts/outlines.json";
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

test.each(["Regular", "SemiBold"] as const)(
  "textWidth(text, size, weight) is the width that the font's file gives: %s",
  (weight) => {
    const font = new PDFDocument({ font: FONT_FILES[weight] }).fontSize(7);
    const letters = Object.keys(ADVANCES[weight]).filter((letter) => letter !== "\u00ad"); // pdfkit leaves it out
    expect(letters.length).toBe(95 + 95 + 16);
    for (const words of [...letters, "Shared-Bottom − OMoE", "AVATAR, fi ff 0.25 ± 1/30", "ρ ≤ 0.9, “σ” … é"])
      expect(textWidth(words, 7, weight), words).toBeCloseTo(font.widthOfString(words), 6);
  },
);
