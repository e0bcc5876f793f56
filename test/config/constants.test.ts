import { describe, expect, test } from "vitest";
import { configAt, modelOf, trainedHash } from "../../src/config/config.ts";
import { generatorOf } from "../../src/config/generated.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configDifferences } from "../../src/config/same-sweep.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
import { loadTrials, trialsYaml } from "../../src/config/trials.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { UsageError } from "../../src/errors.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { complaint } from "../support/complaint.ts";
import { fileOf, smoke, stored, storedFile } from "../support/configs.ts";

const TWO_SINES = "data={inputs: 7, scale: 0.5, alpha: [2, 6.5], beta: [0, -1], noiseStd: 0.2}";
const twoSines = { inputs: 7, scale: 0.5, alpha: [2, 6.5], beta: [0, -1], noiseStd: 0.2 };

/** The smoke preset with other data, as a file. */
const fileWith = (data: string) => storedFile(smoke(), (text) => text.replace("data: paper", data));

describe("constants in place of a preset's name", () => {
  const config = smoke(TWO_SINES);

  test("make the rows of every run, and the models' inputs, and can't be changed", () => {
    expect(generatorOf(config)).toEqual(twoSines);
    expect(planRuns(config).every(({ data }) => "scale" in data && data.scale === 0.5 && data.alpha[1] === 6.5)).toBe(
      true,
    );
    expect(modelOf(configAt(config, {}), "mmoe").inputs).toBe(7);
    const { data } = config;
    expect(() => ((data as { scale: number }).scale = 2)).toThrow(TypeError);
  });

  test("in any order are the same sweep, as a preset's constants are the preset's; others are named", () => {
    const turned = "data={noiseStd: 0.2, beta: [0, -1], alpha: [2, 6.5], scale: 0.5, inputs: 7}";
    expect(trainedHash(smoke(turned))).toBe(trainedHash(config));
    const paper = JSON.stringify(GENERATOR_PRESETS.paper.settings);
    expect(trainedHash(smoke(`data=${paper}`))).toBe(trainedHash(smoke()));
    expect(trainedHash(config)).not.toBe(trainedHash(smoke()));
    const other = smoke(TWO_SINES.replace("6.5", "6"));
    const text = (alpha: number) => `{"inputs":7,"scale":0.5,"alpha":[2,${alpha}],"beta":[0,-1],"noiseStd":0.2}`;
    expect(configDifferences(other, config)).toEqual([`data: ${text(6)} there, ${text(6.5)} here`]);
  });

  test("are yours, each in a row of its own", () => {
    const rows = settingRows(config).slice(0, 6);
    expect(rows.map(({ name, value, from, ofGenerator }) => [name, value, from, ofGenerator])).toEqual([
      ["data", "constants of its own", "yours", false],
      ["inputs", "7", "yours", true],
      ["scale", "0.5", "yours", true],
      ["alpha", "2, 6.5", "yours", true],
      ["beta", "0, -1", "yours", true],
      ["noiseStd", "0.2", "yours", true],
    ]);
  });

  test("have the mark that a file gives to data", () => {
    const own = loadConfig(fileWith("data: {inputs: 7, scale: 1, alpha: [], beta: [], noiseStd: 0}"));
    const rows = settingRows(own).filter(({ ofGenerator }) => ofGenerator);
    expect(rows.map(({ from }) => from)).toEqual(Array(5).fill("assumed"));
  });

  test("come back from a stored config as they were", () => {
    expect(stored(config)).toEqual(config);
  });

  test("come back from a file of label trials", () => {
    const settings = { data: twoSines, seed: 3, correlations: [0.5], trials: 2, rows: 9 };
    expect(loadTrials(fileOf(trialsYaml(settings), "trials.yaml"))).toEqual(settings);
  });
});

describe("constants that are no generator's are refused by their place:", () => {
  const ONE =
    "expected one of four-sines, paper, linear, keras-mmoe, google, ple, or constants {inputs, scale, alpha, beta, noiseStd}";
  const BETA = "beta: expected a list of numbers, one for each of alpha, each from -10000 to 10000";
  const two = (from: string, to: string) => TWO_SINES.replace(from, to);
  test.each([
    ["data=papr", `${ONE}, got "papr"; did you mean 'paper'?`],
    ["data=[1, 2]", `${ONE}, got [1,2]`],
    [two("noiseStd", "noisStd"), "unknown key 'noisStd'; did you mean 'noiseStd'?"],
    [two("0.2", "-0.1"), "noiseStd: expected a number from 0 to 1000, got -0.1"],
    [two("0.2", ".inf"), "noiseStd: expected a number from 0 to 1000, got Infinity"],
    [two("0.5", "0"), "scale: expected a number from 0.0001 to 1000, got 0"],
    [two("6.5", ".nan"), "alpha[1]: expected a number from -10000 to 10000, got NaN"],
    [two("[0, -1]", "[0]"), `${BETA}, got [0]`],
    [two("[0, -1]", "1"), `${BETA}, got 1`],
    [two("inputs: 7", "inputs: 1"), "inputs: expected a whole number from 2 to 1000000, got 1"],
    [two("inputs: 7", "inputs: 1e9"), "inputs: expected a whole number from 2 to 1000000, got 1000000000"],
  ])("%s", (setting, message) => {
    expect(() => smoke(setting)).toThrow(new UsageError(`--set data: ${message}`));
  });

  test("each that is missing", () => {
    const lines = complaint(() => smoke("data={}")).split("\n");
    const names = lines.map((line) => /^--set data: (\w+): expected .*, got nothing$/.exec(line)?.[1]);
    expect(names).toEqual(["inputs", "scale", "alpha", "beta", "noiseStd"]);
  });

  test("in a file, with the constant's name", () => {
    const path = fileWith("data: {inputs: 7, scale: 1, alpha: [1, x], beta: [2, 3], noiseStd: 0}");
    const expected = "expected a number from -10000 to 10000";
    expect(() => loadConfig(path)).toThrow(new UsageError(`${path}: data.alpha[1]: ${expected}, got "x"`));
  });

  test("with more tasks than inputs, or than some seconds make of so many inputs", () => {
    expect(complaint(() => smoke(TWO_SINES, "tasks=8"))).toBe("--set tasks: expected at most 7, the inputs, got 8");
    const wide = TWO_SINES.replace("inputs: 7", "inputs: 10000");
    expect(complaint(() => smoke(wide, "tasks=317"))).toBe(
      "--set tasks: too large: expected tasks² times inputs to be at most 1,000,000,000, got 1,004,890,000",
    );
    expect(smoke(wide, "tasks=316").tasks).toBe(316);
    expect(complaint(() => smoke("tasks=2147483647"))).toMatch(/^--set tasks: .*, got 2147483647$/); // at once
  });
});
