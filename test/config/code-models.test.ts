import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { belongTogether, configAt, modelOf, trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { modelFileOverrides, modelSetOverrides } from "../../src/config/model-set.ts";
import { configDifferences } from "../../src/config/same-sweep.ts";
import { configYaml } from "../../src/config/write.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { complaint } from "../support/complaint.ts";
import { temporaryFolder } from "../support/effects.ts";

const { file, sha256 } = codeModel(LINEAR);
const short = sha256.slice(0, 8);
const setTo = (...settings: string[]) => loadConfig("smoke", settings.map(setOverride));
const config = setTo(`models=[omoe, {name: mine, file: ${file}}]`);

describe("a model in JavaScript", () => {
  test("is its file, by its path and hash, with the sweep's inputs and tasks", () => {
    const model = modelOf(configAt(setTo(`models=[{name: mine, file: ${file}}]`, "tasks=3"), {}), "mine");
    expect(model).toEqual({ name: "mine", inputs: 100, tasks: 3, file, sha256 });
  });

  test("is found from the folder of the config, and from where it is stored", () => {
    const folder = join(dirname(file), "configs");
    mkdirSync(folder);
    const own = join(folder, "own.yaml");
    writeFileSync(
      own,
      configYaml(loadConfig("smoke")).replace("ownModels: []", `ownModels: [{name: mine, file: ../mine.mjs}]`),
    );
    const loaded = loadConfig(own, [setOverride("models=mine")]);
    expect(loaded.ownModels).toEqual([{ name: "mine", file, sha256 }]);
    const stored = temporaryFolder();
    writeFileSync(join(stored, "config.yaml"), configYaml(loaded, stored));
    expect(configYaml(loaded, stored)).toContain(`file: ${relative(stored, file)}\n`);
    expect(loadConfig(join(stored, "config.yaml"))).toEqual(loaded);
  });

  test("of a stored config needs no file, and is the one that was stored", () => {
    const gone = setTo(`models=[{name: mine, file: gone.mjs, sha256: ${sha256}}]`);
    expect(belongTogether(trainedHash(gone), trainedHash(config))).toBe(true);
  });

  test("that is another file by the same name is another model", () => {
    const other = setTo(`models=[{name: mine, file: ${codeModel(`${LINEAR}\n`).file}}]`);
    expect(belongTogether(trainedHash(other), trainedHash(config))).toBe(false);
    const [text] = configDifferences(config, other);
    expect(text).toMatch(
      new RegExp(`^model mine: mine.mjs \\(sha256 ${short}\\) there, mine.mjs \\(sha256 [0-9a-f]{8}\\) here$`),
    );
  });

  test("is added by --model, named by its file, after those of the list", () => {
    expect(loadConfig("smoke", modelFileOverrides([file])).models).toEqual(["shared-bottom", "omoe", "mmoe", "mine"]);
  });

  test.each([
    [
      "models=[{name: mine, file: gone.mjs}]",
      "--set models: model mine: gone.mjs: can't be read: no such file or directory",
    ],
    ["models=[{file: gone.mjs}]", "--set models: name: expected a name of at most 60 characters, "],
    ["models=[{name: mine, file: gone.mjs, like: mmoe}]", "--set models: unknown key 'file'"],
    ["models=[{name: mine, file: gone.mjs, sha256: 12}]", "--set models: sha256: expected the SHA-256 of that file, "],
    [
      "models=[{name: mmoe, file: gone.mjs, sha256: SUM}]",
      "model mmoe: mmoe has a model of this name; give yours another",
    ],
  ])("is refused: %s", (setting, message) => {
    expect(complaint(() => setTo(setting.replace("SUM", sha256)))).toContain(message);
  });

  test("is refused with the sweep's dropout, in a list too", () => {
    const own = `models=[omoe, {name: mine, file: ${file}}]`;
    for (const dropout of ["dropout=0.1", "dropout=0,0.1"])
      expect(complaint(() => setTo(own, dropout))).toBe(
        "--set dropout: model mine: dropout 0.1 is not for models in code; leave out the model, or give --set dropout=0",
      );
  });

  test("is not changed by --model-set", () => {
    const overrides = [...modelFileOverrides([file]), ...modelSetOverrides(["mine.bias=false"])];
    expect(complaint(() => loadConfig("smoke", overrides))).toBe(
      "--model-set: model mine is JavaScript; change its file",
    );
  });
});
