import { brotliCompressSync, brotliDecompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { packed, unpacked } from "../../src/records/packed-journal.ts";

/** Losses of nine digits, and whatever else JSON may hold. */
const VALUES = fc.oneof(
  { weight: 3, arbitrary: fc.double({ noNaN: true }).map((value) => Number(value.toPrecision(9))) },
  fc.integer({ min: 1, max: 999_999_999 }).map((digits) => digits / 1e9),
  fc.jsonValue(),
);

test("unpacked(packed(journal)) is the journal, byte by byte, with a last line that a crash cut off", () => {
  fc.assert(
    fc.property(fc.array(fc.array(VALUES)), fc.nat(), (lines, cut) => {
      const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      const journal = text.subarray(0, Math.max(0, text.length - (cut % 9)));
      expect(unpacked(packed(journal))).toEqual(journal);
    }),
  );
});

test("packed(journal) is what docs/files.md says", () => {
  const bytes = brotliDecompressSync(packed(Buffer.from('[0.808431507,"µ",0.5,0.804459542,12.4843,0.808431508]')));
  const text = '[\0,"µ",0.5,\0,12.4843,\0]';
  const length = Buffer.byteLength(text);
  expect([bytes.readUInt32LE(), bytes.toString("utf8", 4, 4 + length)]).toEqual([length, text]);
  // -1e9 + 808431507 = -191568493 is 2 * 191568493 - 1 = 0x16d634d9; -195540458 is 0x174f6bd3; the third is 1 above the first
  expect(bytes.toString("hex", 4 + length)).toBe("d9d302 346b00 d64f00 161700 000000".replaceAll(" ", ""));
});

test("packed(journal) takes less than three quarters of gzip's room, and refuses a byte that JSON has not", () => {
  const losses = Array.from({ length: 4000 }, (_, i) => Number((0.2 + 0.01 * Math.sin(i * i)).toPrecision(9)));
  const journal = Buffer.from(JSON.stringify(losses));
  expect(packed(journal).length).toBeLessThan(0.75 * gzipSync(journal).length);
  expect(() => packed(Buffer.from("[1,\0]"))).toThrow("not a packed journal");
});

test("unpacked(bytes) of a damaged file is an error or another text, soon", () => {
  const all = brotliDecompressSync(packed(Buffer.from("[0.808431507,0.804459542,0.124843111]\n".repeat(30))));
  fc.assert(
    fc.property(fc.nat(all.length - 1), fc.nat(255), (at, value) => {
      const damaged = Buffer.from(all);
      damaged[at] = value;
      try {
        expect(unpacked(brotliCompressSync(damaged)).length).toBeLessThan(4000);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});
