import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { filesPage } from "./files-page.ts";
import { jsonSchemas } from "./json-schemas.ts";
import { pythonSweep } from "./python-sweep.ts";
import { settingsPage } from "./settings-page.ts";

test.each([
  ["files", filesPage],
  ["settings", settingsPage],
])("docs/%s.md is made of what records are checked and written by (npm run docs writes it)", async (name, page) => {
  await expect(page()).toMatchFileSnapshot(`../../docs/${name}.md`);
});

test("mmoe.sweep has a keyword for each option and setting, of its type (npm run docs writes it)", async () => {
  await expect(pythonSweep()).toMatchFileSnapshot("../../python/src/mmoe/sweeping.py");
});

const reference = spawnSync("python3", ["scripts/python-reference.py"], { encoding: "utf8" });

test.skipIf(reference.error !== undefined)(
  "docs/python-reference.md is made of the docstrings of python/src/mmoe (npm run docs writes it)",
  async () => {
    expect(reference.stderr).toBe("");
    await expect(reference.stdout).toMatchFileSnapshot("../../docs/python-reference.md");
  },
);

test.each(Object.keys(jsonSchemas()))(
  "schemas/%s is what records are checked and written by (npm run docs writes it)",
  async (file) => {
    await expect(`${JSON.stringify(jsonSchemas()[file], null, 2)}\n`).toMatchFileSnapshot(`../../schemas/${file}`);
  },
);

test("schemas/ holds no other file", () => {
  expect(readdirSync("schemas").sort()).toEqual(Object.keys(jsonSchemas()).sort());
});
