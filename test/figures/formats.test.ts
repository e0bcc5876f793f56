import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure } from "../../src/figures/draw/figure.ts";
import { element } from "../../src/figures/draw/svg.ts";
import { dots } from "../../src/figures/draw/task-losses.ts";
import { pdf } from "../../src/figures/pdf.ts";
import { png } from "../../src/figures/png.ts";
import { drawerOf } from "../support/drawer.ts";
import { sweepResults } from "../support/sweep-results.ts";

const figure4 = drawerOf("figure4");

const figure = figure4(sweepResults(), DEFAULT_OPTIONS) as Figure;

describe("png(figure, pixels)", () => {
  test("gives an image of that width, with letters that need no font", async () => {
    const { width, height, bytes } = decoded(await png(figure, 300));
    expect([width, height]).toEqual([300, Math.round((300 * figure.height) / figure.width)]);
    const drawn = async (svg: string) => decoded(await png({ ...figure, svg }, 300)).bytes;
    expect(bytes.equals(await drawn(figure.svg.replaceAll(/<text.*<\/text>/g, "")))).toBe(true);
    expect(bytes.equals(await drawn(figure.svg.replaceAll(/<use.*\/>/g, "")))).toBe(false);
  });

  test("gives the same bytes twice", async () => {
    expect(Buffer.from(await png(figure, 250)).equals(await png(figure, 250))).toBe(true);
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
  return streams.map(([, stream]) => inflateSync(Buffer.from(stream as string, "latin1")).toString("latin1")).join("");
}
