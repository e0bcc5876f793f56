import { crc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isSealed, sealed } from "../../src/records/sealed.ts";

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
