import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig, presetNames } from "../../src/config/load.ts";
import { SETTING_KEYS } from "../../src/config/schema.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

describe.each(presetNames())("mmoe init %s", (preset) => {
  const { name: _, about: __, ...settings } = loadConfig(preset);

  test("prints a config that is like the preset, also with all of its comments made settings", async () => {
    const { code, stdout } = await runMain(["init", preset]);
    expect(code).toBe(0);
    const all = stdout.replaceAll(/^# (\w+: )/gm, "$1");
    const keys = SETTING_KEYS.filter((key) => !["tuned", "ownModels"].includes(key));
    expect(Object.keys(parse(all)).sort()).toEqual(["extends", ...keys].sort());
    expect(stdout).not.toContain("undefined");
    for (const text of [stdout, all]) {
      const path = join(temporaryFolder(), "my-sweep.yaml");
      writeFileSync(path, text);
      expect(loadConfig(path)).toMatchObject(settings);
      expect(loadConfig(path).name).toBe("my-sweep");
    }
  });
});

test("mmoe init -o FILE writes it, says what comes next, and replaces no file unless it is told to", async () => {
  const file = join(temporaryFolder(), "my.yaml");
  const first = await runMain(["init", "smoke", "-o", file]);
  expect([first.code, first.stdout, first.stderr]).toEqual([
    0,
    "",
    expect.stringContaining(`sweep ${file} --dry-run\n`),
  ]);
  expect(readFileSync(file, "utf8")).toMatch(/^extends: smoke$/m);

  writeFileSync(file, "steps: 3\n");
  const again = await runMain(["init", "-o", file]);
  expect([again.code, again.stderr]).toEqual([2, `mmoe: ${file} exists; give another -o, or --overwrite\n`]);
  expect(readFileSync(file, "utf8")).toBe("steps: 3\n");
  expect((await runMain(["init", "-o", file, "--overwrite", "--quiet"])).stderr).toBe("");
  expect(readFileSync(file, "utf8")).toMatch(/^extends: paper$/m);
});

test("mmoe init refuses what is no preset, and a file that can't be written", async () => {
  const wrong = await runMain(["init", "papr"]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/^mmoe: preset: .* did you mean 'paper'\?\n$/)]);
  const file = join(temporaryFolder(), "gone", "my.yaml");
  const nowhere = await runMain(["init", "-o", file]);
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining(`${file}: can't be written: `)]);
  expect(existsSync(file)).toBe(false);
});

test("a config with several mistakes ends with one line for each on stderr, and exit code 2", async () => {
  const file = join(temporaryFolder(), "my.yaml");
  writeFileSync(file, "lr: -1\nbatch: many\n");
  const { code, stderr } = await runMain(["sweep", file, "--dry-run"]);
  expect([code, stderr.split("\n")]).toEqual([
    2,
    [
      expect.stringMatching(/^mmoe: .*my\.yaml: batch: expected .*, got "many"$/),
      expect.stringMatching(/^mmoe: .*my\.yaml: lr: expected .*, got -1$/),
      "",
    ],
  ]);
});
