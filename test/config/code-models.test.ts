import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { belongTogether, configAt, modelOf, trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { modelFileOverrides, modelSetOverrides } from "../../src/config/model-set.ts";
import { definitionText, modelLabel } from "../../src/config/own-models.ts";
import { configDifferences } from "../../src/config/same-sweep.ts";
import { configYaml } from "../../src/config/write.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { complaint } from "../support/complaint.ts";
import { smoke, stored, storedFile } from "../support/configs.ts";
import { pythonModel } from "../support/python.ts";

const { file, sha256 } = pythonModel("x = 1\n");
const javaScript = codeModel(LINEAR);
const short = sha256.slice(0, 8);
const given = (...models: string[]) => loadConfig("smoke", [setOverride("models=mmoe"), ...modelFileOverrides(models)]);

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
    ["=模型:日本:鍵=1", { name: "mine", label: "模型", class: "日本", options: { 鍵: 1 } }],
  ])("has any name by --model FILE.py%s; ids have what is plain of it", (rest, expected) => {
    const { models, ownModels } = given(`${file}${rest}`);
    expect(models).toEqual(["mmoe", expected.name]);
    expect(ownModels).toEqual([{ ...expected, file, sha256 }]);
  });

  test("has any name by its file's; ids without plain letters have its hash", () => {
    const others = ["模型", "日本"].map((name) => join(dirname(file), `${name}.py`));
    for (const other of others) copyFileSync(file, other);
    const { models, ownModels } = given(...others);
    const names = ["model-c98e118e", "model-cf2abf0c"]; // printf 日本 | sha256sum
    expect(models).toEqual(["mmoe", ...names]);
    expect(ownModels).toEqual([
      expect.objectContaining({ name: names[0], label: "模型" }),
      expect.objectContaining({ name: names[1], label: "日本" }),
    ]);
    expect(smoke("models=[{name: 日本, like: ple}]").models).toEqual(["ple-cf2abf0c"]);
  });

  test("is refused where ids would have the name of another", () => {
    expect(() => given(`${file}=模型`, `${file}=日本`)).toThrow("would both be named mine");
    expect(() => smoke(`models=[{name: 模型, file: ${file}}, {name: 日本, file: ${file}}]`)).toThrow(
      "--set models: several would be named mine in ids and files; give them other names",
    );
  });

  test("has any name in a config too, which figures show, as they show those of mmoe's models; a hash has the plain one", () => {
    const config = smoke(
      `models=[ple, {name: My model, file: ${file}}, {name: Four experts, like: mmoe, experts: {shared: 4}}]`,
    );
    expect(config.models).toEqual(["ple", "My-model", "Four-experts"]);
    expect(config.models.map((name) => modelLabel(config, name))).toEqual(["PLE", "My model", "Four experts"]);
    expect(planRuns(config).map(({ id }) => id)).toContain("Four-experts/p=0.50/000");
    const plain = smoke(
      `models=[ple, {name: My-model, file: ${file}}, {name: Four-experts, like: mmoe, experts: {shared: 4}}]`,
    );
    expect(trainedHash(config)).toBe(trainedHash(plain));
    expect(modelOf(configAt(config, {}), "Four-experts")).toEqual(modelOf(configAt(plain, {}), "Four-experts"));
    expect(stored(config).ownModels).toEqual(config.ownModels);
  });

  test("has its class and options in a config's list too", () => {
    const config = smoke(`models=[{name: wide, file: ${file}, class: Wide, options: {width: 64}}]`, "tasks=3");
    const given = { file, sha256, class: "Wide", options: { width: 64 } };
    expect(modelOf(configAt(config, {}), "wide")).toEqual({ name: "wide", inputs: 100, tasks: 3, ...given });
  });

  test("is another by another class or other options, as by another file", () => {
    const of = (rest: string) => smoke(`models=[{name: mine, file: ${file}${rest}}]`);
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
    expect(given(`${file}:A`, `${file}:A:width=2`, `${file}:B`).models).toEqual(["mmoe", "A", "A-width-2", "B"]);
  });

  test("takes no change by --model-set, and no dropout of the sweep's, in a list too", () => {
    for (const [of, way] of [
      [file, "Python; give options, as --model nets.py:Wide:width=64"],
      [javaScript.file, "JavaScript; change its file"],
    ] as const) {
      const overrides = [...modelFileOverrides([of]), ...modelSetOverrides(["mine.bias=false"])];
      expect(complaint(() => loadConfig("smoke", overrides))).toBe(`--model-set: model mine is ${way}`);
      for (const dropout of ["dropout=0.1", "dropout=0,0.1"])
        expect(complaint(() => smoke(`models=[omoe, {name: mine, file: ${of}}]`, dropout))).toBe(
          "--set dropout: model mine: dropout 0.1 is not for models in code; leave out the model, or give --set dropout=0",
        );
    }
  });
});

describe("a model in JavaScript", () => {
  const { file, sha256 } = javaScript;
  const config = smoke(`models=[omoe, {name: mine, file: ${file}}]`);

  test("is its file, by its path and hash, with the sweep's inputs and tasks", () => {
    const model = modelOf(configAt(smoke(`models=[{name: mine, file: ${file}}]`, "tasks=3"), {}), "mine");
    expect(model).toEqual({ name: "mine", inputs: 100, tasks: 3, file, sha256 });
    expect(loadConfig("smoke", modelFileOverrides([file])).models).toEqual(["shared-bottom", "omoe", "mmoe", "mine"]);
  });

  test("is found from the folder of the config, and from where it is stored", () => {
    const folder = join(dirname(file), "configs");
    mkdirSync(folder);
    const own = join(folder, "own.yaml");
    const defined = "ownModels: [{name: mine, file: ../mine.mjs}]";
    writeFileSync(own, configYaml(loadConfig("smoke")).replace("ownModels: []", defined));
    const loaded = loadConfig(own, [setOverride("models=mine")]);
    expect(loaded.ownModels).toEqual([{ name: "mine", file, sha256 }]);
    const path = storedFile(loaded);
    expect(readFileSync(path, "utf8")).toContain(`file: ${relative(dirname(path), file)}\n`);
    expect(loadConfig(path)).toEqual(loaded);
  });

  test("of a stored config needs no file; another file by the same name is another model", () => {
    const gone = smoke(`models=[{name: mine, file: gone.mjs, sha256: ${sha256}}]`);
    expect(belongTogether(trainedHash(gone), trainedHash(config))).toBe(true);
    const other = smoke(`models=[{name: mine, file: ${codeModel(`${LINEAR}\n`).file}}]`);
    expect(belongTogether(trainedHash(other), trainedHash(config))).toBe(false);
    const [there, here] = [sha256.slice(0, 8), "[0-9a-f]{8}"];
    expect(configDifferences(config, other)[0]).toMatch(
      new RegExp(`^model mine: mine.mjs \\(sha256 ${there}\\) there, mine.mjs \\(sha256 ${here}\\) here$`),
    );
  });

  test.each([
    ["name: mine, file: gone.mjs", "--set models: model mine: gone.mjs: can't be read: no such file or directory"],
    ["file: gone.mjs", "--set models: name: expected a name of at most 60 characters, "],
    ["name: mine, file: gone.mjs, like: mmoe", "--set models: unknown key 'file'"],
    ["name: mine, file: gone.mjs, sha256: 12", "--set models: sha256: expected the SHA-256 of that file, "],
    ["name: mmoe, file: gone.mjs, sha256: SUM", "model mmoe: mmoe has a model of this name; give yours another"],
    ["name: mine, file: gone.mjs, sha256: SUM, class: A", "mine: class is for models in Python, this is JavaScript"],
  ])("is refused as {%s}", (fields, message) => {
    expect(complaint(() => smoke(`models=[{${fields.replace("SUM", sha256)}}]`))).toContain(message);
  });
});
