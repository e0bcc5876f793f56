import { describe, expect, test } from "vitest";
import { element, svgText, text, textWidth } from "../../src/figures/draw/svg.ts";
import { outlined } from "../../src/figures/finished.ts";
import { drawn } from "../support/drawer.ts";
import { sweepResults } from "../support/sweep-results.ts";

const written = (words: string, style: Parameters<typeof text>[3]) =>
  svgText(outlined(element("svg", {}, [text(words, 40, 9, style)])));

describe("outlined(root)", () => {
  test("draws each letter once and places it by the widths of those before it", () => {
    const svg = written("a ba", { fill: "#123456", size: 5 });
    const [a, space] = [textWidth("a", 1000), textWidth("a ", 1000)];
    expect(svg).toContain('<g fill="#123456" transform="translate(40 9) scale(0.005 -0.005)">');
    expect(svg.match(/<use [^>]*>/g)).toEqual([
      '<use href="#r2p"/>',
      `<use href="#r2q" x="${space}"/>`,
      `<use href="#r2p" x="${space + textWidth("b", 1000)}"/>`,
    ]);
    expect(svg.match(/<path id="r2[pq]" d="m/g)).toHaveLength(2);
    expect(space).toBeGreaterThan(a);
  });

  test("begins where a text ends or has its middle, and takes the bold letters for a bold text", () => {
    const width = textWidth("end", 8, "SemiBold");
    const begins = (anchor: "middle" | "end") =>
      Number(/translate\(([\d.]+) 9\)/.exec(written("end", { fill: "red", weight: "SemiBold", anchor }))?.[1]);
    expect(begins("end")).toBeCloseTo(40 - width, 2);
    expect(begins("middle")).toBeCloseTo(40 - width / 2, 2);
    expect(written("end", { fill: "red", weight: "SemiBold" })).toMatch(/href="#b2t"/);
  });

  test("keeps the text unseen, to be selected, but shows one that the font can't write", () => {
    expect(written("loss", { fill: "red" })).toMatch(/<text [^>]*fill-opacity="0">loss<\/text>/);
    const foreign = written("模型", { fill: "red" });
    expect(foreign).toContain(">模型</text>");
    expect(foreign).not.toMatch(/fill-opacity|<use/);
  });
});

test("a figure is its elements, with outlines below its texts", () => {
  const { svg, root } = drawn("figure4", sweepResults());
  const outlines = /<g fill="[^"]+" transform="translate\(\S+ \S+\) scale\(\S+ \S+\)">\n(<use [^>]*>\n)+<\/g>\n/g;
  const bare = svg
    .replace(/<defs>.*<\/defs>\n/s, "")
    .replace(outlines, "")
    .replaceAll(' fill-opacity="0"', "");
  expect(bare).toBe(`${svgText(root)}\n`);
  expect(svg.match(outlines)?.length).toBe(bare.match(/<text/g)?.length);
});

test("a figure of the theme page has text only, since the page brings the font", () => {
  const { svg } = drawn("figure4", sweepResults(), { theme: "page" });
  expect(svg).not.toMatch(/<use|<defs|fill-opacity="0"/);
});
