import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig, presetNames } from "../../src/config/load.ts";
import { SETTING_KEYS } from "../../src/config/schema.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";

describe.each(presetNames())("mmoe init %s", (preset) => {
  const { name: _, about: __, ...settings } = loadConfig(preset);

  test("prints a config that is like the preset, also with all of its comments made settings", async () => {
    const stdout = printed(await runMain(["init", preset]));
    const all = stdout.replaceAll(/^# ([\w.]+: )/gm, "$1");
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

test("mmoe init -o FILE writes it, and says what comes next", async () => {
  const file = join(temporaryFolder(), "my.yaml");
  const { code, stdout, stderr } = await runMain(["init", "smoke", "-o", file]);
  expect([code, stdout, stderr]).toEqual([0, "", expect.stringContaining(`sweep ${file} --dry-run\n`)]);
  expect(readFileSync(file, "utf8")).toMatch(/^extends: smoke$/m);
  expect((await runMain(["init", "-o", file, "--overwrite", "--quiet"])).stderr).toBe("");
  expect(readFileSync(file, "utf8")).toMatch(/^extends: paper$/m);
});

test("mmoe init refuses what is no preset, and a file that can't be written", async () => {
  expect(refusal(await runMain(["init", "papr"]))).toMatch(/^preset: .* did you mean 'paper'\?$/);
  const file = join(temporaryFolder(), "gone", "my.yaml");
  expect(refusal(await runMain(["init", "-o", file]))).toContain(`${file}: can't be written: `);
  expect(existsSync(file)).toBe(false);
});
