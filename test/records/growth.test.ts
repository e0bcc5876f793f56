import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { journalSizes } from "../../src/records/results-folder.ts";
import { temporaryFolder } from "../support/effects.ts";

test("journalSizes(folder) gives bytes by the journal's name, and leaves no file open", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.jsonl"), "12345");
  const open = () => readdirSync("/proc/self/fd").length;
  const before = open();
  for (let i = 0; i < 20; i++) expect(journalSizes(folder)).toEqual(new Map([["a", 5]]));
  expect(open()).toBeLessThan(before + 10); // others may open some meanwhile
});
