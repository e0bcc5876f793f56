import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { configAt, modelOf, trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { modelFileOverrides, modelSetOverrides } from "../../src/config/model-set.ts";
import { definitionText, modelLabel } from "../../src/config/own-models.ts";
import { configYaml } from "../../src/config/write.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { complaint } from "../support/complaint.ts";
import { temporaryFolder } from "../support/effects.ts";
import { pythonModel } from "../support/python.ts";

const { file, sha256 } = pythonModel("x = 1\n");
const short = sha256.slice(0, 8);
const given = (...models: string[]) => loadConfig("smoke", [setOverride("models=mmoe"), ...modelFileOverrides(models)]);
const setTo = (...settings: string[]) => loadConfig("smoke", settings.map(setOverride));

describe("a model in Python", () => {
  test.each([
    ["", { name: "mine" }],
    [":Wide", { name: "Wide", class: "Wide" }],
    [":Wide:width=64", { name: "Wide-width-64", class: "Wide", options: { width: 64 } }],
    [
      ":width=0.5,act=relu,deep=true,layers=[3, 4]",
      {
        name: "mine-width-0.5-act-relu-deep-true-layers-3-4",
        options: { width: 0.5, act: "relu", deep: true, layers: [3, 4] },
      },
    ],
  ])("is added by --model FILE.py%s, named by what tells it from others", (rest, expected) => {
    const { models, ownModels } = given(`${file}${rest}`);
    expect(models).toEqual(["mmoe", expected.name]);
    expect(ownModels).toEqual([{ ...expected, file, sha256 }]);
  });

  test.each([
    ["=My model", { name: "My-model", label: "My model" }],
    [
      "=My model (ours):Wide:width=64",
      { name: "My-model-ours", label: "My model (ours)", class: "Wide", options: { width: 64 } },
    ],
    ["=plain", { name: "plain" }],
    ["=模型", { name: "mine", label: "模型" }],
  ])("has any name by --model FILE.py%s; ids have what is plain of it", (rest, expected) => {
    const { models, ownModels } = given(`${file}${rest}`);
    expect(models).toEqual(["mmoe", expected.name]);
    expect(ownModels).toEqual([{ ...expected, file, sha256 }]);
  });

  test("has any name in a config too, which figures show, as they show those of mmoe's models; a hash has the plain one", () => {
    const config = setTo(
      `models=[ple, {name: My model, file: ${file}}, {name: Four experts, like: mmoe, experts: {shared: 4}}]`,
    );
    expect(config.models).toEqual(["ple", "My-model", "Four-experts"]);
    expect(config.models.map((name) => modelLabel(config, name))).toEqual(["PLE", "My model", "Four experts"]);
    expect(planRuns(config).map(({ id }) => id)).toContain("Four-experts/p=0.50/000");
    const plain = setTo(
      `models=[ple, {name: My-model, file: ${file}}, {name: Four-experts, like: mmoe, experts: {shared: 4}}]`,
    );
    expect(trainedHash(config)).toBe(trainedHash(plain));
    expect(modelOf(configAt(config, {}), "Four-experts")).toEqual(modelOf(configAt(plain, {}), "Four-experts"));
    const stored = join(temporaryFolder(), "config.yaml");
    writeFileSync(stored, configYaml(config, dirname(stored)));
    expect(loadConfig(stored).ownModels).toEqual(config.ownModels);
  });

  test("may be there several times, with other options", () => {
    expect(given(`${file}:A`, `${file}:A:width=2`, `${file}:B`).models).toEqual(["mmoe", "A", "A-width-2", "B"]);
  });

  test("has its class and options in a config's list too", () => {
    const config = setTo(`models=[{name: wide, file: ${file}, class: Wide, options: {width: 64}}]`, "tasks=3");
    expect(modelOf(configAt(config, {}), "wide")).toEqual({
      name: "wide",
      inputs: 100,
      tasks: 3,
      file,
      sha256,
      class: "Wide",
      options: { width: 64 },
    });
  });

  test("is another by another class or other options, as by another file", () => {
    const of = (rest: string) => setTo(`models=[{name: mine, file: ${file}${rest}}]`);
    const configs = ["", ", class: A", ", class: B", ", class: A, options: {w: 1}", ", class: A, options: {w: 2}"].map(
      of,
    );
    expect(new Set(configs.map(trainedHash)).size).toBe(configs.length);
    expect(trainedHash(configs[0])).toContain(` mine=${short}`);
    expect(definitionText(configs[3]?.ownModels[0] as never)).toMatch(
      /^mine\.py, class="A", options\.w=1 \(sha256 [0-9a-f]{8}\)$/,
    );
  });

  test.each([
    [
      `${file}:A:B`,
      `--model: expected FILE.py:CLASS:OPTION=VALUE,... such as nets.py:Wide:width=64, got '${file}:A:B'`,
    ],
    [`${file}=`, `--model: expected FILE=NAME such as "my.py=My model", got '${file}='`],
    [`${file}=a\u001b[1mb`, "--model: label: expected a name of at most 60 characters, without control characters"],
    [`${file}:A-B`, '--model: class: expected a name of Python\'s, got "A-B"'],
    [`${dirname(file)}/gone.py`, "/gone.py: can't be read: no such file or directory"],
  ])("is refused: %s", (model, message) => {
    expect(complaint(() => given(model))).toContain(message);
  });

  test("is refused beside another that would have its name", () => {
    const other = pythonModel("x = 2\n").file;
    expect(complaint(() => given(file, other))).toBe(
      `--model: ${file} and ${other} would both be named mine; name them in a config's models`,
    );
    expect(given(file, file).models).toEqual(["mmoe", "mine"]);
  });

  test("alone has a class and options", () => {
    expect(
      complaint(() => setTo("models=[{name: mine, file: gone.mjs, sha256: SUM, class: A}]".replace("SUM", sha256))),
    ).toBe("--set models: model mine: class is for models in Python, this is JavaScript");
  });

  test("is refused with dropout of the sweep's", () => {
    expect(complaint(() => setTo(`models=[{name: mine, file: ${file}}]`, "dropout=0.1"))).toBe(
      "--set dropout: model mine: dropout 0.1 is not for models in code; leave out the model, or give --set dropout=0",
    );
  });

  test("is not changed by --model-set, which names the way", () => {
    const overrides = [...modelFileOverrides([file]), ...modelSetOverrides(["mine.bias=false"])];
    expect(complaint(() => loadConfig("smoke", overrides))).toBe(
      "--model-set: model mine is Python; give options, as --model nets.py:Wide:width=64",
    );
  });
});
