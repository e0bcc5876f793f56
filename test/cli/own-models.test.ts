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

test("mmoe sweep --dry-run has a settings table of 80 columns, long definitions of models in several lines", async () => {
  const argv = ["sweep", "examples/own-models.yaml", "--dry-run", "--kernels", "wasm"];
  const { stdout } = await runMain([...argv, "--set", "correlationMatrix=[[1,0.5],[0.5,1]]", "--corr", "0.5"]);
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toMatch(/^seed +0 +assumed\n/m);
  expect(stdout).toMatch(/^batch +64 +yours\n/m);
  expect(stdout).toMatch(/^ {2}alpha +3\.6425, /m);
  expect(stdout).toMatch(/^correlationMatrix +\[\[1, 0\.5\], \[0\.5, 1\]\] +yours$/m);
  expect(stdout).toMatch(/^ownModels +four-experts: like mmoe, .* yours\n +experts\.shared=4; deep-gates: /m);
});

describe("mmoe models", () => {
  test("lists a config's models with the parameters of each, and what is changed", async () => {
    await trained;
    const { stdout } = await runMain(["models", join(out, "config.yaml")]);
    // 8 experts of 101 x 12 + 13 x 6; 2 gates of 100 x 8; towers of 7 x 8; outputs of 9
    expect(stdout).toMatch(/^wide +10,320 +1,600 +0 +112 +18 +12,050 /m);
    expect(stdout).toMatch(/^wide +like mmoe, experts\.layers=\[12,6\]$/m);
  });

  test.each([60, 40])("fits a terminal of %i columns, and wraps between words", async (columns) => {
    const { stdout } = await runMain(["models", "examples/own-models.yaml"], undefined, {}, { isTTY: true, columns });
    expect(stdout.split("\n").filter((line) => line.length > columns)).toEqual([]);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "four-experts like mmoe, experts.layers=[32], experts.shared=4 deep-gates like mmoe, gate.bias=true, gate.layers=[16]",
    );
  });

  test("describes one of a config's models, and one of one's own without a formula", async () => {
    const config = ["models", "zoo", "--model-set", "ple.experts.perTask=3", "--describe"];
    const zoos = await runMain([...config, "cgc"]);
    expect(zoos.stdout).toMatch(/^cgc: 4 experts .*\n\n {2}y_k = .*\n(.*\n)+source +Tang et al\./);
    const own = await runMain([...config, "ple-experts.perTask-3"]);
    expect(own.stdout).toMatch(
      /^ple-experts\.perTask-3: like ple, experts\.perTask=3\n\nexperts +4 shared +3 of task 1 /,
    );
    expect(own.stdout).toMatch(
      /^experts +10 +100-16 +16,160\n(.*\n)+FLOP .* per row, .*\nengines +cpu, tfjs, cuda\n$/m,
    );
    const json = JSON.parse((await runMain([...config, "ple-experts.perTask-3", "--json"])).stdout);
    expect(json).toMatchObject({ levels: 2, about: "like ple, experts.perTask=3", parameters: { experts: 18_880 } });
  });

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
