import { crc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isSealed, sealed, sealedParts } from "../../src/records/sealed.ts";

/** As `JSON.stringify` and one checksum of the whole give it. */
function expected(value: object): string {
  const text = JSON.stringify(value).slice(0, -1);
  return `${text},"crc":"${crc32(Buffer.from(text)).toString(16).padStart(8, "0")}"}\n`;
}

test("sealed(value) is the JSON of any object, with the checksum of all before it", () => {
  const objects = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });
  fc.assert(
    fc.property(objects, (value) => {
      const line = sealed(value);
      expect(line).toBe(expected(value));
      expect(isSealed(Buffer.from(line.slice(0, -1)))).toBe(true);
    }),
  );
});

test("sealed(value) leaves out what is undefined, and writes NaN as null", () => {
  const value = { a: undefined, b: { c: undefined }, d: [Number.NaN, 1.5] };
  expect(sealed(value)).toBe(expected(value));
});

test("sealedParts(value) has no part that grows with a list", () => {
  const losses = Array.from({ length: 60_000 }, (_, i) => 1 / (i + 3));
  const value = { id: "a", curve: { steps: [1, 2], train: losses, heldout: losses.toReversed() }, last: [losses] };
  const parts = [...sealedParts(value)];
  expect(parts.join("")).toBe(expected(value));
  const { last: _, ...flat } = value; // a list within a list is one piece
  const lengths = [...sealedParts(flat)].map(({ length }) => length);
  expect(lengths.length).toBeGreaterThan(2);
  expect(Math.max(...lengths)).toBeLessThan(1_500_000);
});
