import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { configYaml } from "../../src/config/write.ts";
import { findResults } from "../../src/records/find-results.ts";
import { temporaryFolder } from "../support/effects.ts";

const warn = () => {};
const config = loadConfig("smoke");

test("findResults(path, config) refuses a folder with the name of a journal, which --overwrite would leave", () => {
  const path = temporaryFolder();
  mkdirSync(join(path, "journal/x.jsonl"), { recursive: true });
  expect(() => findResults(path, config, { warn, overwrite: true })).toThrow(/x.jsonl: can't be read: it is a folder/);
});

test("findResults(path, config) refuses a sweep of another config, unless it is told to overwrite it", () => {
  const path = temporaryFolder();
  mkdirSync(join(path, "journal"));
  writeFileSync(join(path, "config.yaml"), configYaml(config));
  const other = loadConfig("smoke", [setOverride("lr=0.5")]);
  expect(findResults(path, config, { warn })).toEqual(new Map());
  expect(() => findResults(path, other, { warn })).toThrow(/holds a sweep of another config \(lr: /);
  expect(findResults(path, other, { warn, overwrite: true })).toBeUndefined();
});
