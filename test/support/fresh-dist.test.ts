import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./effects.ts";
import { isStale } from "./fresh-dist.ts";
import { startWorker } from "./start-worker.ts";

test("isStale(src, compiled) where a file at any depth was written after it, or there is none", () => {
  const folder = temporaryFolder();
  const [src, compiled] = [join(folder, "src"), join(folder, "index.js")];
  mkdirSync(join(src, "engines"), { recursive: true });
  const write = (path: string, second: number) => {
    writeFileSync(path, "");
    utimesSync(path, second, second);
  };
  write(join(src, "engines/engine.ts"), 10);
  utimesSync(join(src, "engines"), 10, 10);
  expect(isStale(src, compiled)).toBe(true);
  write(compiled, 20);
  expect(isStale(src, compiled)).toBe(false);
  write(join(src, "engines/engine.ts"), 30);
  expect(isStale(src, compiled)).toBe(true);
});

test("src/ starts its workers from dist/ here, not through a loader", async () => {
  expect((await import("../../src/start-worker.ts")).startWorker).toBe(startWorker);
});
