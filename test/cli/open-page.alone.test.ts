import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";

const { PATH } = process.env;
afterEach(() => {
  process.env.PATH = PATH;
});

let [out, programs] = ["", ""];
beforeEach(() => {
  [out, programs] = [join(temporaryFolder(), "results"), temporaryFolder()];
  writeResults(out, () => 0.5, ["runs=2", "models=mmoe", "correlations=0.5"]);
});

/** Runs `mmoe report --open` where an opener, or none, is all that can be started. */
async function opening(opener?: string) {
  if (opener !== undefined) writeFileSync(join(programs, "xdg-open"), `#!/bin/sh\n${opener}\n`, { mode: 0o755 });
  process.env.PATH = programs;
  return await runMain(["report", out, "--open"]);
}

describe.skipIf(process.platform !== "linux")("mmoe report --open", () => {
  test("opens the file that it has written", async () => {
    const outcome = await opening(`echo "$1" > ${programs}/opened`);
    expect(outcome).toEqual({ code: 0, stdout: `${out}/report.html\n`, stderr: "" });
    expect(readFileSync(join(programs, "opened"), "utf8")).toBe(`${out}/report.html\n`);
  });

  test.each([
    ["there is none", undefined, "does not start"],
    ["it fails", "exit 3", "ended with 3"],
  ])("says what to open where %s", async (_, opener, words) => {
    const { code, stderr } = await opening(opener);
    expect(code).toBe(0);
    expect(stderr).toBe(`can't open a browser: xdg-open ${words}; open ${out}/report.html yourself\n`);
  });
});
