import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";

const out = join(temporaryFolder(), "results");
writeResults(out, ({ index }) => 0.1 + index / 50, [
  "runs=5",
  "models=single-task,mmoe",
  "correlations=0.5",
  "report=heldout",
]);

describe("commands that are tables of mmoe summary", () => {
  test.each(["seesaw", "cost"])(
    "mmoe %s prints what mmoe summary prints with that option, and says so",
    async (name) => {
      const [former, now] = [await runMain([name, out]), await runMain(["summary", out, `--${name}`])];
      expect(former).toEqual({ ...now, stderr: `mmoe ${name} is mmoe summary --${name} now\n` });
      expect([now.code, now.stdout.length > 100]).toEqual([0, true]);
      expect((await runMain([name, out, "--quiet"])).stderr).toBe("");
    },
  );

  test("mmoe variance fails as mmoe summary --variance does", async () => {
    const [former, now] = [await runMain(["variance", out]), await runMain(["summary", out, "--variance"])];
    expect([former.code, former.stderr.split("\n")[1]]).toEqual([now.code, now.stderr.trimEnd()]);
    expect(now.stderr).toContain("data and initial values are not crossed");
  });

  test.each([
    [["--cost", "--full"], "--full: --cost does not take it; leave one out"],
    [["--seesaw", "--cost"], "--cost: --seesaw does not take it; leave one out"],
    [["--cost", "--loss", "train"], "--loss: --cost does not take it; leave one out"],
    [["--against", "mmoe"], "--against: expected --seesaw with it"],
    [["--of", "bad"], "--of: expected --variance with it"],
  ])("mmoe summary DIR %j is refused", async (words, line) => {
    expect(await runMain(["summary", out, ...words])).toEqual({ code: 2, stdout: "", stderr: `mmoe: ${line}\n` });
  });
});
