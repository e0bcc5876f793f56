import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchDownload } from "../../src/cuda/download-progress.ts";
import { temporaryFolder } from "../support/effects.ts";

let folder = "";
let lines: string[] = [];
let stop = () => {};
beforeEach(() => {
  vi.useFakeTimers();
  [folder, lines] = [temporaryFolder(), []];
  stop = watchDownload({ folder, bytes: 7e6, onLine: (line) => lines.push(line) });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

/** A file of pip's, ten seconds later. */
function fetched(path: string, bytes: number): void {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, new Uint8Array(bytes));
  vi.advanceTimersByTime(10_000);
}

test("watchDownload() says what pip has fetched as it grows, and nothing while it does not", () => {
  fetched("pip-unpack-a1/one.whl", 2e6);
  fetched("pip-unpack-a1/two.whl", 3e6);
  fetched("pip-target-b2/unpacked.so", 4e6);
  expect(lines).toEqual(["  2 of about 7 MB", "  5 of about 7 MB"]);
});

test("watchDownload() is content with a folder that is gone, and says nothing once it is stopped", () => {
  rmSync(folder, { recursive: true });
  vi.advanceTimersByTime(10_000);
  stop();
  fetched("pip-unpack-a1/one.whl", 2e6);
  expect(lines).toEqual([]);
});
