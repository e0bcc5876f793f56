import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { INHERITED, READERS, readerIn, writeNamed } from "../support/inherited-names.ts";

describe("models that are named like what objects inherit", () => {
  const folder = temporaryFolder();
  writeNamed(folder, INHERITED, 3);

  test.each(READERS)("are in what %s %s %s gives", async (...words) => {
    const { code, stdout, stderr } = await runMain(readerIn(folder, words));
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("mmoe:")]);
    expect(stdout).not.toMatch(/native code|\[object/);
  });

  test("have their own names in legends and in the report", () => {
    const legend = readFileSync(join(folder, "figures", "final-loss.svg"), "utf8");
    const report = readFileSync(join(folder, "report.html"), "utf8");
    for (const name of INHERITED)
      expect([legend, report]).toEqual([expect.stringContaining(name), expect.stringContaining(name)]);
  });
});

test.each(INHERITED)("`--models %s` is refused as any name is that no model has", async (name) => {
  const { code, stderr } = await runMain(["sweep", "smoke", "--models", name, "--dry-run"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`got "${name}"`)]);
});
