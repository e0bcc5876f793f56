import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./effects.ts";
import { changesItsProcess, testFiles } from "./own-process.ts";

// in two pieces, so that this file is none that changes its process
test.each([
  ["vi", ".mock('node:fs');"],
  ["vi", ".spyOn(process, 'kill');"],
  ["vi", ".stubEnv('CI', '1');"],
  ["process", ".env.CI = '1';"],
  ["process", ".chdir(folder);"],
  ["process", ".exitCode = 2;"],
  ["global", "This.fetch = undefined;"],
])("a test with %s%s changes its process", (...code) => {
  expect(changesItsProcess(code.join(""))).toBe(true);
});

test.each([
  ["vi", ".spyOn(process, 'kill'); vi.restoreAllMocks();"],
  ["vi", ".spyOn(process, 'kill').mockReturnValue(true).mockRestore();"],
  ["vi", ".stubEnv('CI', '1'); vi.unstubAllEnvs();"],
  ["process", ".chdir(folder); try {} finally { process.chdir(before); }"],
])("a test with %s%s takes it back", (...code) => {
  expect(changesItsProcess(code.join(""))).toBe(false);
});

test("a test that reads the process, calls devi.at, or gives its timers back does not", () => {
  expect(changesItsProcess("spawn(process.execPath, process.env); devi.at(3);")).toBe(false);
  expect(changesItsProcess(["vi", ".useFakeTimers(); vi", ".useRealTimers();"].join(""))).toBe(false);
});

test("testFiles(folder, apart) gives each test file once, but those apart", () => {
  const folder = temporaryFolder();
  for (const name of ["cli/text", "slurm", "slurm-text"]) mkdirSync(join(folder, name), { recursive: true });
  const write = (name: string, ...code: string[]) => writeFileSync(join(folder, name), code.join(""));
  for (const name of ["cli/text/a.test.ts", "slurm/b.test.ts", "slurm-text/c.test.ts", "d.ts"]) write(name);
  write("cli/e.test.ts", "process", ".chdir(folder)");
  const { alone, together } = testFiles(folder, ["slurm"]);
  expect(alone).toEqual([join(folder, "cli/e.test.ts")]);
  expect(together.sort()).toEqual(["cli/text/a.test.ts", "slurm-text/c.test.ts"].map((name) => join(folder, name)));
});
