import { createHash } from "node:crypto";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type ByteSource, bytesInMemory, sha256Of, withFile } from "../../src/tables/byte-source.ts";
import { temporaryFolder } from "../support/effects.ts";

/** More than two pieces of 2^18 bytes, which repeat after no such piece. */
const BYTES = Buffer.from(Array.from({ length: 600_001 }, (_, i) => i % 251));
const LENGTH = BYTES.length;

let path = "";
beforeAll(() => {
  path = join(temporaryFolder(), "bytes");
  writeFileSync(path, BYTES);
});

describe.each<[string, <T>(use: (bytes: ByteSource) => T) => T]>([
  ["in memory", (use) => use(bytesInMemory(BYTES))],
  ["of a file", (use) => withFile(path, "t.bin", use)],
])("bytes %s", (_, withBytes) => {
  test.each([
    [0, LENGTH],
    [LENGTH, 0],
    [LENGTH - 3, 3],
    [257, 400_000],
  ])("are read from %d on, %d of them", (from, count) => {
    withBytes((bytes) => {
      const into = new Uint8Array(count);
      bytes.readInto(into, from);
      const expected = BYTES.subarray(from, from + count);
      expect([bytes.length, expected.equals(into), expected.equals(bytes.read(from, count))]).toEqual([
        LENGTH,
        true,
        true,
      ]);
    });
  });

  test.each([
    [-1, 3],
    [5, -1],
    [LENGTH - 3, 4],
  ])("are refused from %d on, %d of them", (from, count) => {
    const problem = `it is cut short: it has ${LENGTH} bytes, and says that ${count} are at ${from}`;
    withBytes((bytes) => {
      expect(() => bytes.read(from, count)).toThrow(problem);
      if (count > 0) expect(() => bytes.readInto(new Uint8Array(count), from)).toThrow(problem);
    });
  });

  test("have the hash of all of them", () => {
    const expected = createHash("sha256").update(BYTES).digest("hex");
    expect(withBytes((bytes) => sha256Of(bytes, "t.bin"))).toBe(expected);
  });
});

test("a file that is cut while it is read is refused", () => {
  const cut = join(temporaryFolder(), "cut");
  writeFileSync(cut, BYTES);
  const read = (bytes: ByteSource) => {
    truncateSync(cut, 9);
    return bytes.read(2, 30);
  };
  expect(() => withFile(cut, "t.bin", read)).toThrow("it ends at byte 9");
});
