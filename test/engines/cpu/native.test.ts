import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { expectWhole } from "../../../src/engines/cpu/native.ts";
import { temporaryFolder } from "../../support/effects.ts";

const CONTENT = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));

let binary = "";
beforeEach(() => {
  binary = join(temporaryFolder(), "kernels.node");
  writeFileSync(binary, CONTENT);
  describeIt(CONTENT);
});

function describeIt(content: Buffer): void {
  const sha256 = createHash("sha256").update(content).digest("hex");
  writeFileSync(`${binary}.json`, JSON.stringify({ bytes: content.length, sha256, inputs: "", compiler: "" }));
}

/** Puts something else in the place of a file. */
function inPlace(path: string, put: (path: string) => void): void {
  rmSync(path);
  put(path);
}

describe("expectWhole(binary)", () => {
  test("is content with the file that the manifest describes", () => {
    expect(() => expectWhole(binary)).not.toThrow();
  });

  test.each<[string, () => void, RegExp]>([
    ["shorter", () => truncateSync(binary, 4096), /kernels\.node is damaged: 4096 bytes, not 5000$/],
    ["longer", () => truncateSync(binary, 5001), /kernels\.node is damaged: 5001 bytes, not 5000$/],
    [
      "of other bytes",
      () => writeFileSync(binary, CONTENT.with(4999, 7)),
      /kernels\.node is damaged: its SHA-256 is not the one in its manifest$/,
    ],
    ["a sparse gigabyte", () => truncateSync(binary, 2 ** 30), /kernels\.node: too large: 1073741824 bytes, /],
    ["a folder", () => inPlace(binary, mkdirSync), /kernels\.node: can't be read: it is a folder, /],
    [
      "a pipe",
      () => inPlace(binary, (path) => execFileSync("mkfifo", [path])),
      /kernels\.node: can't be read: it is a device, pipe or socket, /,
    ],
    [
      "a device that never ends",
      () => inPlace(binary, (path) => symlinkSync("/dev/zero", path)),
      /kernels\.node: can't be read: it is a device, pipe or socket, /,
    ],
  ])("refuses one that is %s", (_, damage, message) => {
    damage();
    expect(() => expectWhole(binary)).toThrow(message);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ["missing", rmSync, /kernels\.node\.json: can't be read: no such file or directory$/],
    ["cut", (path) => truncateSync(path, 30), /kernels\.node\.json: not JSON$/],
    ["null", (path) => writeFileSync(path, "null"), /kernels\.node is damaged: 5000 bytes, not undefined$/],
    [
      "a pipe",
      (path) => inPlace(path, () => execFileSync("mkfifo", [path])),
      /kernels\.node\.json: can't be read: it is a device, pipe or socket, /,
    ],
  ])("refuses one whose manifest is %s", (_, damage, message) => {
    damage(`${binary}.json`);
    expect(() => expectWhole(binary)).toThrow(message);
  });
});
