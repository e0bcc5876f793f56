import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
});

describe("mmoe summary DIR --cost", () => {
  test("shows size, FLOP and time of each model", async () => {
    writeResults(out, () => 0.1, ["runs=5", "correlations=[0.5]", "models=[omoe, mmoe]", "batch=50"]);
    const { code, stdout, stderr } = await runMain(["summary", out, "--cost"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`${out}\ntrained on fake (none)\n\nmodel  parameters  FLOP per row  runs`);
    expect(stdout).toMatch(/\nmmoe +14,818 +59,232 +5 +- +-\n/);
    expect(stdout).toContain("-: not measured apart: the models trained together, in 0.1 s of a core."); // 10 runs of 12.5 ms
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("shows a line for each batch of a grid, and no interval of fewer than five runs", async () => {
    writeResults(out, () => 0.1, ["runs=4", "correlations=[0.5]", "models=[mmoe]", "batch=[50, 25]"]);
    const { stdout } = await runMain(["summary", out, "--cost"]);
    expect(stdout).toMatch(/\nmmoe +25 .* 5\.000 \(4 runs\).*\nmmoe +50 .* 2\.500 \(4 runs\)/);
    expect(stdout).not.toContain("not measured apart");
    const at = JSON.parse((await runMain(["summary", out, "--cost", "--at", "batch=25", "--format", "json"])).stdout);
    expect(at.models).toHaveLength(1);
    expect(at.models[0]).toMatchObject({ model: "mmoe", flopPerRow: 59_232, rowUs: { value: 5 } });
  });

  test("--format markdown has a table of Markdown", async () => {
    writeResults(out, () => 0.1, ["runs=5", "correlations=[0.5]", "models=[mmoe]", "batch=50"]);
    const { stdout } = await runMain(["summary", out, "--cost", "--format", "markdown"]);
    expect(stdout).toContain(`${out}\n\ntrained on fake (none)\n\n| model | parameters | FLOP per row | runs |`);
    expect(stdout).toContain("| mmoe | 14,818 | 59,232 | 5 | 2.500 [2.500, 2.500] |");
  });

  test("refuses another format by name", async () => {
    writeResults(out, () => 0.1, ["runs=1", "correlations=[0.5]", "models=[mmoe]"]);
    const { code, stderr } = await runMain(["summary", out, "--cost", "--format", "jsn"]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "mmoe: --format: expected one of table, csv, json, markdown, latex, got 'jsn'; did you mean 'json'?\n",
    );
  });
});
