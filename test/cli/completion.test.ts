import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";

/** What the library prints, which it does by itself. */
let lines: string[];
const before = process.cwd();
beforeEach(() => {
  lines = [];
  vi.spyOn(console, "log").mockImplementation((line) => lines.push(line));
  const folder = temporaryFolder();
  mkdirSync(join(folder, "results/mine"), { recursive: true });
  writeFileSync(join(folder, "own.yaml"), "");
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  vi.restoreAllMocks();
});

test.each([
  ["sw", ["sweep"]],
  ["compl", ["completion"]],
  ["sweep --mod", ["--models", "--model", "--model-set"]],
  ["sweep --engine ", ["auto", "cpu", "cuda", "tfjs"]],
  ["sweep --models mmoe,omo", ["mmoe,omoe", "mmoe,omoe-linear"]],
  ["sweep paper-", ["paper-long"]],
  ["sweep ow", ["own.yaml"]],
  ["sweep --rows ow", ["own.yaml"]],
  ["sweep --set hub", ["huberDelta="]],
  ["summary res", ["results", "results/mine"]],
  ["merge results/mine results/", ["results/mine"]],
  ["summary results/mine --format m", ["markdown"]],
  ["figures results/mine --format svg,p", ["svg,png", "svg,pdf"]],
  ["cuda s", ["setup"]],
  ["completion f", ["fish"]],
  ["sweep --runs ", []],
])("after 'mmoe %s' Tab offers %j", async (words, offered) => {
  expect((await runMain(["complete", "--", ...words.split(" ")])).code).toBe(0);
  expect(lines.slice(0, -1).map((line) => line.split("\t")[0])).toEqual(offered);
});

test.each(["bash", "zsh", "fish"])("the script for %s asks mmoe what to offer", async (shell) => {
  expect((await runMain(["completion", shell])).code).toBe(0);
  expect(lines.join("\n")).toContain("mmoe complete -- ");
});

test("another shell is refused in one line", async () => {
  expect(refusal(await runMain(["completion", "bsh"]))).toBe(
    "shell: expected one of bash, zsh, fish, got 'bsh'; did you mean 'bash'?",
  );
});
