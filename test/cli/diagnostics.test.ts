import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";

const SMALL = "--runs 2 --corr 0.5 --models mmoe,single-task --engine cpu --steps 60 --jobs 1".split(" ");
let out = "";
let told = { code: -1, stdout: "", stderr: "" };
const sweep = (...argv: string[]) => runMain(["sweep", "smoke", ...SMALL, "--out", out, ...argv]);
const csv = (file: string) => csvFile(out, file);

beforeAll(async () => {
  out = join(temporaryFolder(), "results");
  told = await sweep("--diagnostics");
});

describe("mmoe sweep --diagnostics", () => {
  test("writes each quantity against steps, and says where", () => {
    expect(told).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/curves\.csv,\s\S*results\/diagnostics\.csv\n$/),
    });
    const rows = csv("diagnostics.csv").filter(
      ({ model, quantity }) => model === "mmoe" && quantity === "gateWeight/2/8",
    );
    expect(rows.map(({ step, runs }) => `${step} ${runs}`)).toEqual(["50 2", "60 2"]);
  });

  test("adds the final values to runs.csv, none where a model has none", () => {
    const [mmoe, single] = csv("runs.csv") as [Record<string, string>, Record<string, string>];
    const weights = Array.from({ length: 8 }, (_, e) => Number(mmoe[`gateWeight1-${e + 1}`]));
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 3);
    expect([single["gateWeight1-1"], single.gradientCosine]).toEqual(["", ""]);
    expect(Number(single.alignmentMean)).toBeGreaterThan(0);
  });

  test("goes on, is verified and merged with them, and is another sweep than without", async () => {
    expect((await sweep("--diagnostics")).stderr).toContain("reused 4, to do 0 runs");
    expect((await runMain(["verify", out])).stdout.match(/ same$/gm)).toHaveLength(3);
    const merged = join(temporaryFolder(), "merged");
    await runMain(["merge", out, "-o", merged]);
    expect(readFileSync(join(merged, "diagnostics.csv"))).toEqual(readFileSync(join(out, "diagnostics.csv")));
    const lists = "(diagnostics: gates, units, gradients, alignment there, none here)";
    expect(refusal(await sweep())).toContain(lists);
  });

  test.each(["gate", "paper"])("refuses %s in a line", async (kind) => {
    const hint = kind === "gate" ? "; did you mean 'gates'?" : "";
    expect(refusal(await sweep("--diagnostics", kind))).toBe(
      `--diagnostics: expected one of gates, units, gradients, alignment, got "${kind}"${hint}`,
    );
  });
});
