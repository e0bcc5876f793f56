import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { configYaml } from "../../src/config/write.ts";
import { findResults } from "../../src/records/find-results.ts";
import { temporaryFolder } from "../support/effects.ts";

const refuse = (line: string) => {
  throw new Error(line);
};
const config = loadConfig("smoke");

test.each([
  ..."notes.txt runs.parquet figures-print/figure4.svg config.yaml.orig".split(" "),
  ...["", "journal/"].flatMap((folder) => [`${folder}.nfs0001`, `${folder}.ipynb_checkpoints/`]),
  ...["journal/._vm-12.jsonl", "journal/old.jsonl/"],
])("findResults(path, config) goes on in a folder that also holds %s, and begins in one", (foreign) => {
  const [begun, fresh] = [temporaryFolder(), temporaryFolder()];
  for (const path of [begun, fresh]) put(join(path, foreign));
  writeFileSync(join(begun, "config.yaml"), configYaml(config));
  expect(findResults(begun, config, { warn: refuse })).toEqual(new Map());
  expect(findResults(begun, config, { warn: refuse, overwrite: true })).toBeUndefined();
  expect(findResults(fresh, config, { warn: refuse })).toBeUndefined();
});

test("findResults(path, config) goes on where no run had ended, and --overwrite takes that folder", () => {
  const path = temporaryFolder();
  writeFileSync(join(path, "config.yaml"), configYaml(config));
  writeFileSync(join(path, "runs.csv"), "");
  expect(findResults(path, config, { warn: refuse })).toEqual(new Map());
  expect(findResults(path, config, { warn: refuse, overwrite: true })).toBeUndefined();
});

test.each(["runs.csv", "curves.csv", "curves-long.csv", "diagnostics.csv", "config.yaml"])(
  "findResults(path, config) refuses a folder without a sweep where the user has a %s, --overwrite or not",
  (name) => {
    const path = temporaryFolder();
    put(join(path, name));
    const line = `${path}/${name} was not written by a sweep; move it away, or give another --out`;
    for (const overwrite of [false, true])
      expect(() => findResults(path, config, { warn: refuse, overwrite })).toThrow(line);
  },
);

/** A file of the user's, or a folder. */
function put(path: string): void {
  mkdirSync(path.endsWith("/") ? path : dirname(path), { recursive: true });
  if (!path.endsWith("/")) writeFileSync(path, "mine: 1\n");
}
