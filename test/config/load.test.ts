import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/config/check.ts";
import { type Config, trainedHash } from "../../src/config/config.ts";
import { loadConfig, override, presetNames, setOverride } from "../../src/config/load.ts";
import { SETTING_KEYS } from "../../src/config/schema.ts";
import { configYaml } from "../../src/config/write.ts";
import { UsageError } from "../../src/errors.ts";
import { complaint } from "../support/complaint.ts";
import { temporaryFolder } from "../support/effects.ts";

function written(text: string, name = "config.yaml"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

describe.each(presetNames())("preset %s", (name) => {
  test("is complete, and every value of it has a mark", () => {
    const { origins } = loadConfig(name);
    const unmarked = SETTING_KEYS.filter((key) => origins[key] === "yours");
    expect(unmarked).toEqual(["name", "about"]);
  });

  test("comes back from the file that a sweep writes beside its results", () => {
    const config = loadConfig(name);
    expect(loadConfig(written(configYaml(config)))).toEqual(config);
  });
});

test("the paper preset is 30,000 fixed rows, batch 256, Adam at 0.01, 10,000 steps, watched every 100 on 2,000 rows", () => {
  expect(loadConfig("fixed-rows")).toMatchObject({
    correlations: [0.5, 0.9, 1],
    models: ["shared-bottom", "omoe", "mmoe"],
    runs: 200,
    trainRows: 30000,
    batch: 256,
    steps: 10000,
    optimizer: "adam",
    lr: 0.01,
    initializer: "glorot-uniform",
    evalEvery: 100,
    heldoutRows: 2000,
  });
});

describe("loadConfig(file, overrides)", () => {
  test("marks what a flag changed as yours, and keeps the mark of what it repeated", () => {
    const config = loadConfig("fixed-rows", [override("--batch", "batch", "64"), override("--runs", "runs", "200")]);
    expect(config.origins).toMatchObject({ batch: "yours", runs: "paper" });
  });

  test("gives a value that nothing can change", () => {
    const config = loadConfig("fixed-rows") as { -readonly [key in keyof Config]: Config[key] };
    expect(() => {
      config.runs = 1;
    }).toThrow(TypeError);
    expect(() => config.correlations?.push(0)).toThrow(TypeError);
  });

  test("reads JSON too", () => {
    const { origins: _, ...settings } = loadConfig("smoke");
    expect(loadConfig(written(JSON.stringify({ ...settings, marks: {} }), "config.json")).runs).toBe(8);
  });

  test("takes -0 for 0", () => {
    const { correlations } = loadConfig("fixed-rows", [override("--corr", "correlations", ["-0"])]);
    expect(Object.is(correlations?.[0], 0)).toBe(true);
  });

  const flags: [string, string, string | string[], string][] = [
    ["--corr", "correlations", ["1.5"], "--corr: expected a number from -1 to 1, got 1.5"],
    ["--corr", "correlations", ["half"], '--corr: expected a number from -1 to 1, got "half"'],
    ["--corr", "correlations", ["0.5", ""], "--corr: expected a number from -1 to 1, got nothing"],
    ["--corr", "correlations", [".nan"], "--corr: expected a number from -1 to 1, got NaN"],
    [
      "--corr",
      "correlations",
      ["1", "1.0"],
      "--corr: expected a list of numbers from -1 to 1, at least one, without duplicates, got [1,1]",
    ],
    ["--runs", "runs", "0", "--runs: expected a whole number from 1 to 2147483647, got 0"],
    ["--steps", "steps", "-3", "--steps: expected a whole number from 1 to 2147483647, got -3"],
    ["--batch", "batch", "1.5", "--batch: expected a whole number from 1 to 2147483647, got 1.5"],
    ["--batch", "batch", "2147483648", "--batch: expected a whole number from 1 to 2147483647, got 2147483648"],
    ["--lr", "lr", "0", "--lr: expected a number above 0, got 0"],
    ["--lr", "lr", ".nan", "--lr: expected a number above 0, got NaN"],
    [
      "--patience",
      "patience",
      "none",
      '--patience: expected a whole number of looks at the validation rows that may be no better than the best, or null for all steps, got "none"',
    ],
    ["--lr", "lr", "1e-400", "--lr: expected a number above 0, got 0"],
    ["--lr", "lr", ".inf", "--lr: expected a number above 0, got Infinity"],
    ["--set data", "data", "papper", "got \"papper\"; did you mean 'paper'?"],
    ["--models", "models", ["mmeo"], "got \"mmeo\"; did you mean 'mmoe'?"],
    [
      "--set trainRows",
      "trainRows",
      "frsh",
      '--set trainRows: expected a whole number from 1 to 2147483647, or fresh, got "frsh"',
    ],
  ];
  test.each(flags)("refuses %s (%s) %j", (source, key, text, message) => {
    expect(complaint(() => loadConfig("fixed-rows", [override(source, key, text)]))).toContain(message);
  });

  test("refuses an unknown preset, naming the nearest", () => {
    expect(complaint(() => loadConfig("papr"))).toBe("papr: no such file or preset; did you mean 'paper'?");
  });

  test("refuses an unknown key, naming file and nearest key", () => {
    const path = written(configYaml(loadConfig("smoke")).replace("batch: 64", "batchs: 64"));
    expect(complaint(() => loadConfig(path))).toMatch(/config\.yaml: unknown key 'batchs'; did you mean 'batch'\?$/);
  });

  test("refuses a missing key by its name", () => {
    const path = written(configYaml(loadConfig("smoke")).replace(/^batch: 64\n/m, ""));
    expect(complaint(() => loadConfig(path))).toMatch(/config\.yaml: batch: expected a whole number .*, got nothing$/);
  });

  test("refuses a value in a list by its place", () => {
    const path = written(configYaml(loadConfig("smoke")).replace("  - 1\n", "  - 5\n"));
    expect(complaint(() => loadConfig(path))).toMatch(/: correlations\[1\]: expected a number from -1 to 1, got 5$/);
  });

  test("refuses a mark that there is not", () => {
    const path = written(configYaml(loadConfig("smoke")).replace("  lr: assumed", "  lr: guessed"));
    expect(complaint(() => loadConfig(path))).toContain("marks.lr: expected");
  });

  test("refuses malformed YAML by line and column", () => {
    expect(complaint(() => loadConfig(written("name: a\nruns: [1, 2\n")))).toMatch(/config\.yaml:\d+:\d+: /);
    expect(complaint(() => loadConfig(written("name: a\nname: b\n")))).toMatch(
      /config\.yaml:2:1: Map keys must be unique/,
    );
  });

  test("refuses an empty file and a folder", () => {
    expect(complaint(() => loadConfig(written("")))).toContain("expected settings (key: value), got nothing");
    expect(complaint(() => loadConfig(temporaryFolder()))).toMatch(/: can't be read: it is a folder, not a file$/);
  });
});

test("setOverride refuses what is not key=value, and a key that there is not", () => {
  expect(complaint(() => setOverride("batch"))).toBe("--set: expected key=value, got 'batch'");
  expect(complaint(() => setOverride("bach=3"))).toBe("--set: unknown key 'bach'; did you mean 'batch'?");
});

test("a config of any JSON value is taken, or refused with one line for each thing that is wrong, never a crash", () => {
  const base = loadConfig("smoke");
  const { origins: _, ...settings } = base;
  const change = fc.record({ key: fc.constantFrom(...SETTING_KEYS), value: fc.jsonValue() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 3 }), fc.option(fc.jsonValue()), (changes, whole) => {
      const changed = Object.fromEntries(changes.map(({ key, value }) => [key, value]));
      for (const values of [whole, { ...settings, marks: {}, ...changed }]) {
        try {
          checkConfig({ source: "test", values }, []);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          const { lines } = error as UsageError;
          expect(lines.filter((line) => line === "" || line.includes("\n"))).toEqual([]);
          expect(new Set(lines).size).toBe(lines.length);
        }
      }
    }),
  );
});

describe("trainedHash(config)", () => {
  const hashOf = (...pairs: [string, string][]) =>
    trainedHash(
      loadConfig(
        "fixed-rows",
        pairs.map(([k, v]) => override(k, k, v)),
      ),
    );

  test("is the same for other runs, correlations and models", () => {
    expect(hashOf(["runs", "7"], ["correlations", "[0.1]"], ["models", "[mmoe]"])).toBe(hashOf());
  });

  test.each([
    ["seed", "1"],
    ["batch", "64"],
    ["lr", "0.1"],
    ["data", "linear"],
    ["dropout", "0.5"],
    ["trainRows", "fresh"],
    ["initializer", "he-uniform"],
  ] as [string, string][])("differs for another %s", (key, value) => {
    expect(hashOf([key, value])).not.toBe(hashOf());
  });
});

describe("keys that every object inherits", () => {
  const inherited = ["constructor", "toString", "hasOwnProperty", "__proto__", "__defineGetter__"];

  test.each(inherited)("%s is an unknown key of a config as any other", (key) => {
    expect(complaint(() => loadConfig(written(`extends: smoke\n${key}: 1\n`)))).toMatch(
      new RegExp(`config\\.yaml: unknown key '${key}'$`),
    );
  });

  test.each(inherited)("%s is one where names are free", (key) => {
    const model = `{name: a, file: a.py, options: {${key}: 3}}`;
    const options = () => loadConfig(written(`extends: smoke\nmodels: [${model}]\n`)).ownModels;
    if (key === "__proto__") expect(complaint(options)).toMatch(/: unknown key '__proto__'$/);
    else expect(complaint(options)).toMatch(/a\.py: can't be read: no such file or directory$/);
    expect(complaint(() => loadConfig(written(`extends: smoke\nmarks: {${key}: paper}\n`)))).toMatch(
      new RegExp(`unknown key '${key}'$`),
    );
  });
});

test("a config's texts have no control characters, which a terminal would obey", () => {
  const about = "a sentence: what the sweep reproduces, without control characters";
  expect(complaint(() => loadConfig(written('extends: smoke\nabout: "a\\e]0;x\\a"\n')))).toMatch(
    `about: expected ${about}, got "a\\u001b]0;x\\u0007"`,
  );
  expect(loadConfig(written("extends: smoke\nabout: |\n  one\n  two\n")).about).toBe("one\ntwo\n");
});
