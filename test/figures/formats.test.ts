import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { element, svgText, text, textWidth } from "../../src/figures/draw/svg.ts";
import { outlined } from "../../src/figures/finished.ts";
import { dots } from "../../src/figures/kinds/task-losses.ts";
import { pdf } from "../../src/figures/pdf.ts";
import { png } from "../../src/figures/png.ts";
import { drawn } from "../support/drawer.ts";
import { sweepResults } from "../support/sweep-results.ts";

const figure = drawn("figure4", sweepResults());

describe("png(figure, pixels)", () => {
  test("gives an image of that width, with letters that need no font", async () => {
    const { width, height, bytes } = decoded(await png(figure, 300));
    expect([width, height]).toEqual([300, Math.round((300 * figure.height) / figure.width)]);
    const drawn = async (svg: string) => decoded(await png({ ...figure, svg }, 300)).bytes;
    expect(bytes.equals(await drawn(figure.svg.replaceAll(/<text.*<\/text>/g, "")))).toBe(true);
    expect(bytes.equals(await drawn(figure.svg.replaceAll(/<use.*\/>/g, "")))).toBe(false);
  });
});

describe("pdf(figure)", () => {
  test("gives one page of the figure's size: vectors, both weights of the font embedded, no bitmap", async () => {
    const file = Buffer.from(await pdf(figure)).toString("latin1");
    expect(file).toMatch(/^%PDF-1\.\d/);
    expect(file).toContain(`/MediaBox [0 0 ${figure.width} ${figure.height}]`);
    expect(file.match(/\/FontFile2 /g)).toHaveLength(2);
    expect(file).not.toMatch(/\/Subtype \/Image/);
    expect(contents(file)).toMatch(/\[5 1\.5\] 0 d/); // OMoE's dashes
  });

  test("gives the same bytes twice", async () => {
    expect(Buffer.from(await pdf(figure)).equals(await pdf(figure))).toBe(true);
  });

  test("gives dots, lines without length, round ends", async () => {
    const root = element("svg", {}, [dots([[3, 4]], "#1f3b73")]);
    const drawn = contents(Buffer.from(await pdf({ ...figure, root })).toString("latin1"));
    expect(drawn).toMatch(/3 4 m\s+3 4 l\s[\s\S]*\b1 J\s/);
  });

  test("refuses an element that it can't draw", async () => {
    const root = element("svg", {}, [element("ellipse", {})]);
    await expect(pdf({ ...figure, root })).rejects.toThrow(/^pdf: expected an element of .*, got ellipse$/);
  });
});

/** Size and samples of a PNG file. */
function decoded(file: Uint8Array): { width: number; height: number; bytes: Buffer } {
  const buffer = Buffer.from(file);
  expect(buffer.subarray(1, 4).toString()).toBe("PNG");
  const [width, height] = [buffer.readUInt32BE(16), buffer.readUInt32BE(20)];
  const data: Buffer[] = [];
  for (let at = 8; at < buffer.length; at += 12 + buffer.readUInt32BE(at)) {
    const length = buffer.readUInt32BE(at);
    if (buffer.toString("latin1", at + 4, at + 8) === "IDAT") data.push(buffer.subarray(at + 8, at + 8 + length));
  }
  const bytes = inflateSync(Buffer.concat(data));
  expect(bytes.length).toBe(height * (1 + 4 * width));
  return { width, height, bytes };
}

/** What a page draws. */
function contents(file: string): string {
  const streams = [...file.matchAll(/\/FlateDecode\s*>>\s*stream\r?\n([\s\S]*?)\r?\nendstream/g)];
  return streams.map(([, stream]) => inflateSync(Buffer.from(stream, "latin1")).toString("latin1")).join("");
}

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
