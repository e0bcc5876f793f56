import fc from "fast-check";
import { expect, test } from "vitest";
import { PlainTexts, TextNumbers } from "../../src/tables/plain-texts.ts";

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

test("texts are found by their bytes, each with the number that it got", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 3 }), { maxLength: 2000 }), (texts) => {
      const [page, again] = [new PlainTexts(plain(texts), texts.length), new PlainTexts(plain(texts), texts.length)];
      const [numbers, expected] = [new TextNumbers(), new Map<string, number>()];
      for (const [i, text] of texts.entries()) {
        expect(page.text(i)).toBe(text);
        expect(numbers.get(page, i)).toBe(expected.get(text) ?? -1);
        if (expected.has(text)) continue;
        numbers.set(page, i, expected.size);
        expected.set(text, expected.size);
      }
      expect(texts.map((_, i) => numbers.get(again, i))).toEqual(texts.map((text) => expected.get(text)));
    }),
    { numRuns: 30 },
  );
});

test("texts of one hash are told apart", () => {
  const texts = new PlainTexts(plain(["costarring", "liquid", "altarage", "zinke"]), 4);
  const numbers = new TextNumbers();
  for (const i of [0, 1, 2, 3]) {
    expect(numbers.get(texts, i)).toBe(-1);
    numbers.set(texts, i, i);
  }
  expect([0, 1, 2, 3].map((i) => numbers.get(texts, i))).toEqual([0, 1, 2, 3]);
});

test("a page that ends within a text is refused", () => {
  expect(() => new PlainTexts(plain(["ab", "cd"]).subarray(0, -1), 2)).toThrow("text 2 of a page is cut short");
  expect(() => new PlainTexts(Buffer.of(1, 0), 1)).toThrow("text 1 of a page is cut short");
});
