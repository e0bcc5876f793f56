import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/config/check.ts";
import { type Config, trainedHash } from "../../src/config/config.ts";
import { loadConfig, override, presetNames, setOverride } from "../../src/config/load.ts";
import { SETTING_KEYS } from "../../src/config/schema.ts";
import { didYouMean } from "../../src/config/suggest.ts";
import { UsageError } from "../../src/errors.ts";
import { complaint } from "../support/complaint.ts";
import { fileOf, smoke, stored } from "../support/configs.ts";
import { temporaryFolder } from "../support/effects.ts";

describe.each(presetNames())("preset %s", (name) => {
  test("is complete, every value marked, and comes back from the file that a sweep writes", () => {
    const config = loadConfig(name);
    const unmarked = SETTING_KEYS.filter((key) => config.origins[key] === "yours");
    expect(unmarked).toEqual(["name", "about"]);
    expect(stored(config)).toEqual(config);
  });
});

test("the preset fixed-rows is 30,000 fixed rows, batch 256, Adam at 0.01, 10,000 steps, watched every 100 on 2,000 rows", () => {
  const sizes = { runs: 200, trainRows: 30_000, batch: 256, steps: 10_000, evalEvery: 100, heldoutRows: 2000 };
  const training = { optimizer: "adam", lr: 0.01, initializer: "glorot-uniform", correlations: [0.5, 0.9, 1] };
  expect(loadConfig("fixed-rows")).toMatchObject({ ...sizes, ...training, models: ["shared-bottom", "omoe", "mmoe"] });
});

describe("loadConfig(file, overrides)", () => {
  test("marks what a flag changed as yours, keeps the mark of what it repeated, and takes -0 for 0", () => {
    const config = loadConfig("fixed-rows", [override("--batch", "batch", "64"), override("--runs", "runs", "200")]);
    expect(config.origins).toMatchObject({ batch: "yours", runs: "paper" });
    const { correlations } = loadConfig("fixed-rows", [override("--corr", "correlations", ["-0"])]);
    expect(Object.is(correlations?.[0], 0)).toBe(true);
  });

  test("reads JSON too, and gives a value that nothing can change", () => {
    const config = loadConfig("fixed-rows") as { -readonly [key in keyof Config]: Config[key] };
    expect(() => {
      config.runs = 1;
    }).toThrow(TypeError);
    expect(() => config.correlations?.push(0)).toThrow(TypeError);
    const { origins: _, ...settings } = loadConfig("smoke");
    expect(loadConfig(fileOf(JSON.stringify({ ...settings, marks: {} }), "config.json")).runs).toBe(8);
  });

  test.each([
    ["correlations=[1.5]", "correlations: expected a number from -1 to 1, got 1.5"],
    ["correlations=[half]", 'correlations: expected a number from -1 to 1, got "half"'],
    ["correlations=[.nan]", "correlations: expected a number from -1 to 1, got NaN"],
    ["correlations=[1, 1.0]", "expected a list of numbers from -1 to 1, at least one, without duplicates, got [1,1]"],
    ["runs=0", "runs: expected a whole number from 1 to 2147483647, got 0"],
    ["batch=1.5", "batch: expected a whole number from 1 to 2147483647, got 1.5"],
    ["batch=2147483648", "batch: expected a whole number from 1 to 2147483647, got 2147483648"],
    ["lr=0", "lr: expected a number above 0, got 0"],
    ["lr=.nan", "lr: expected a number above 0, got NaN"],
    ["lr=1e-400", "lr: expected a number above 0, got 0"],
    ["lr=.inf", "lr: expected a number above 0, got Infinity"],
    ["patience=none", 'may be no better than the best, or null for all steps, got "none"'],
    ["data=papper", "got \"papper\"; did you mean 'paper'?"],
    ["models=[mmeo]", "got \"mmeo\"; did you mean 'mmoe'?"],
    ["trainRows=frsh", 'trainRows: expected a whole number from 1 to 2147483647, or fresh, got "frsh"'],
  ])("refuses %s", (setting, message) => {
    expect(complaint(() => loadConfig("fixed-rows", [setOverride(setting)]))).toContain(message);
  });

  test("refuses an unknown preset, an empty file, a folder, and values and marks by their places and flags", () => {
    expect(complaint(() => loadConfig("papr"))).toBe("papr: no such file or preset; did you mean 'paper'?");
    expect(complaint(() => loadConfig(fileOf("")))).toContain("expected settings (key: value), got nothing");
    expect(complaint(() => loadConfig(temporaryFolder()))).toMatch(/: can't be read: it is a folder, not a file$/);
    const changed = (from: string, to: string) => complaint(() => stored(smoke(), (text) => text.replace(from, to)));
    expect(changed("  - 1\n", "  - 5\n")).toMatch(/: correlations\[1\]: expected a number from -1 to 1, got 5$/);
    expect(changed("  lr: assumed", "  lr: guessed")).toContain("marks.lr: expected");
    const from = (text: string[]) =>
      complaint(() => loadConfig("fixed-rows", [override("--corr", "correlations", text)]));
    expect(from(["0.5", ""])).toBe("--corr: expected a number from -1 to 1, got nothing");
    expect(complaint(() => loadConfig(fileOf("name: a\nruns: [1, 2\n")))).toMatch(/config\.yaml:\d+:\d+: /);
    expect(complaint(() => loadConfig(fileOf("name: a\nname: b\n")))).toMatch(
      /config\.yaml:2:1: Map keys must be unique/,
    );
    expect(complaint(() => loadConfig(fileOf("name: a\n---\nname: b\n")))).toMatch(
      /config\.yaml:2:1: Source contains multiple documents$/,
    );
  });
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

test("trainedHash(config) is the same for other runs, correlations and models, and differs for what trains otherwise", () => {
  const hashOf = (...settings: string[]) => trainedHash(loadConfig("fixed-rows", settings.map(setOverride)));
  expect(hashOf("runs=7", "correlations=[0.1]", "models=[mmoe]")).toBe(hashOf());
  const others = "seed=1 batch=64 lr=0.1 data=linear dropout=0.5 trainRows=fresh initializer=he-uniform".split(" ");
  expect(new Set([hashOf(), ...others.map((one) => hashOf(one))]).size).toBe(1 + others.length);
});

describe("keys that every object inherits", () => {
  const inherited = ["constructor", "toString", "hasOwnProperty", "__proto__", "__defineGetter__"];

  test.each(inherited)("%s is an unknown key of a config as any other", (key) => {
    expect(complaint(() => loadConfig(fileOf(`extends: smoke\n${key}: 1\n`)))).toMatch(
      new RegExp(`config\\.yaml: unknown key '${key}'$`),
    );
  });

  test.each(inherited)("%s is one where names are free", (key) => {
    const model = `{name: a, file: a.py, options: {${key}: 3}}`;
    const options = () => loadConfig(fileOf(`extends: smoke\nmodels: [${model}]\n`)).ownModels;
    if (key === "__proto__") expect(complaint(options)).toMatch(/: unknown key '__proto__'$/);
    else expect(complaint(options)).toMatch(/a\.py: can't be read: no such file or directory$/);
    expect(complaint(() => loadConfig(fileOf(`extends: smoke\nmarks: {${key}: paper}\n`)))).toMatch(
      new RegExp(`unknown key '${key}'$`),
    );
  });
});

test("a config's texts have no control characters, which a terminal would obey", () => {
  const about = "a sentence: what the sweep reproduces, without control characters";
  expect(complaint(() => loadConfig(fileOf('extends: smoke\nabout: "a\\e]0;x\\a"\n')))).toMatch(
    `about: expected ${about}, got "a\\u001b]0;x\\u0007"`,
  );
  expect(loadConfig(fileOf("extends: smoke\nabout: |\n  one\n  two\n")).about).toBe("one\ntwo\n");
});

test("didYouMean(word, known) names the nearest word, or none that has few of its letters", () => {
  const known = ["lr", "name", "batch", "trainRows"];
  expect(didYouMean("lt", known)).toBe("; did you mean 'lr'?");
  expect(didYouMean("TrainRow", known)).toBe("; did you mean 'trainRows'?");
  expect(didYouMean("bathc", known)).toBe("; did you mean 'batch'?");
  expect(didYouMean("x", known)).toBe("");
  expect(didYouMean("nope", known)).toBe("");
  expect(didYouMean("optimiser", known)).toBe("");
});
