import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";

const WIDE = "models=[omoe, {name: wide, like: mmoe, experts: {layers: [12, 6]}}]";
const few = ["smoke", "--runs", "2", "--steps", "20", "--corr", "0.5", "--engine", "cpu", "--jobs", "1"];
const out = join(temporaryFolder(), "results");
const trained = runMain(["sweep", ...few, "--set", WIDE, "--out", out]);

describe("a sweep with a model of one's own", () => {
  test("trains it beside the zoo's, verifies it, and counts it by claims", async () => {
    expect(await trained).toMatchObject({ code: 0 });
    expect((await trained).stdout).toMatch(/^omoe +0.50 .*\nwide +0.50 +2 +0 /m);
    await trained;
    const { code, stdout } = await runMain(["verify", out, "--runs", "4"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/wide\/p=0.50\/001 .* same$/m)]);
    expect(printed(await runMain(["claims", out]))).toMatch(/not covered: 7$/m);
  });

  test("goes on with more models, and keeps their definitions", async () => {
    await trained;
    const more = "models=[{name: flat, like: omoe, bias: false}, wide]";
    const config = join(out, "config.yaml");
    const { code, stderr } = await runMain(["sweep", config, "--set", more, "--engine", "cpu", "--out", out]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("reused 2, to do 2 runs")]);
    expect(readFileSync(config, "utf8")).toMatch(
      /ownModels:\n {2}- name: wide\n(.*\n)+ {2}- name: flat\n {4}like: omoe\n/,
    );
  });

  test("refuses another model of the same name, with both definitions", async () => {
    await trained;
    const other = WIDE.replace("[12, 6]", "[6]");
    const both = "model wide: like mmoe, experts.layers=[12,6] there, like mmoe, experts.layers=[6] here";
    expect(refusal(await runMain(["sweep", ...few, "--set", other, "--out", out]))).toBe(
      `${out} holds a sweep of another config (${both}); give another --out, or --overwrite`,
    );
  });
});

describe("mmoe models", () => {
  test("changes a model of a config as a sweep does", async () => {
    const { stdout } = await runMain(["models", "smoke", "--model-set", "mmoe.experts.shared=4"]);
    expect(stdout).toMatch(/^mmoe-experts\.shared-4 +6,464 +800 /m);
  });

  test.each([
    [["smoke", "--inputs", "7"], "--inputs: already set by the config; omit it"],
    [["smoke", "--tasks", "3"], "--tasks: already set by the config; omit it"],
    [["smoke", "--describe", "ple"], "--describe: expected one of shared-bottom, omoe, mmoe, got 'ple'"],
    [
      ["--model-set", "mmoe.bias=false"],
      "--model-set: expected a config with the other models; give one, such as paper",
    ],
  ])("refuses %j", async (words, message) => {
    expect(refusal(await runMain(["models", ...words]))).toBe(message);
  });
});
