import fc from "fast-check";
import { expect, test } from "vitest";
import { PlainTexts, Texts } from "../../src/tables/plain-texts.ts";

/** Texts as Parquet's encoding PLAIN has them. */
function plain(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Of any sign, also of those that UTF-8 and UTF-16 sort differently, and long enough for more than a slot's words. */
const someTexts = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 3 }).map((text) => text.replaceAll("\0", "")),
    fc.stringMatching(/^[a\uffee\u{1f600}]{0,12}$/u),
  ),
  { maxLength: 400, size: "max" }, // by default, lists have ten elements at most
);

test("texts are found by their bytes, each at the place where it came first", () => {
  fc.assert(
    fc.property(someTexts, (texts) => {
      const page = new PlainTexts(plain(texts), texts.length);
      const [found, expected] = [new Texts(), new Map<string, number>()];
      for (const [i, text] of texts.entries()) {
        const bytes = [page.view, page.starts[i], page.ends[i]] as const;
        expect(page.text(i)).toBe(text);
        expect(found.find(...bytes)).toBe(expected.get(text) ?? -1);
        if (expected.has(text)) continue;
        expect(found.add(...bytes)).toBe(expected.size);
        expected.set(text, expected.size);
      }
      expect(found.size).toBe(expected.size);
      for (const [i, text] of texts.entries())
        expect(found.find(page.view, page.starts[i], page.ends[i])).toBe(expected.get(text));
      const places = [...expected.values()];
      expect(places.map((place) => found.text(place))).toEqual([...expected.keys()]);
      const sorted = found.sort(Uint32Array.from(places));
      expect(Array.from(sorted, (place) => found.text(place))).toEqual([...expected.keys()].sort());
    }),
    { numRuns: 30, interruptAfterTimeLimit: 5000 }, // a failing list would be shortened for minutes
  );
});

test("texts of one hash, length and first four bytes are told apart", () => {
  const page = new PlainTexts(plain(["slotsamehash", "slotaagvyeB6", "slotaag2ymB2"]), 3);
  const texts = new Texts();
  for (const i of [0, 1, 2]) {
    expect(texts.find(page.view, page.starts[i], page.ends[i])).toBe(-1);
    texts.add(page.view, page.starts[i], page.ends[i]);
  }
  expect([0, 1, 2].map((i) => texts.find(page.view, page.starts[i], page.ends[i]))).toEqual([0, 1, 2]);
});

test("a page that ends within a text is refused", () => {
  expect(() => new PlainTexts(plain(["ab", "cd"]).subarray(0, -1), 2)).toThrow("text 2 of a page is cut short");
  for (const bytes of [Buffer.of(1, 0), Buffer.of(1, 0, 0, 0)])
    expect(() => new PlainTexts(bytes, 1)).toThrow("text 1 of a page is cut short");
});
