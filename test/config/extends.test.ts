import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { configYaml } from "../../src/config/write.ts";
import { configIn } from "../../src/records/read-results.ts";
import { complaint } from "../support/complaint.ts";
import { temporaryFolder } from "../support/effects.ts";

/** Files by their names, in one folder; the path of the first. */
function written(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(files)[0]);
}

/** What is wrong with a file, without its path. */
function complaints(text: string, ...overrides: string[]): string[] {
  const path = written({ "mine.yaml": text });
  return complaint(() => loadConfig(path, overrides.map(setOverride)))
    .split("\n")
    .map((line) => line.replace(path, "mine.yaml"));
}

describe("a file that gives some settings", () => {
  test("has the others, and their marks, from the preset that it extends; flags override both", () => {
    const { origins, ...smoke } = loadConfig("smoke");
    const path = written({ "my sweep.yaml": "extends: smoke\nsteps: 7\nlr: 0.003" });
    const own = { name: "my-sweep", about: "Like smoke, except for steps and lr", steps: 7, lr: 0.003 };
    expect(loadConfig(path)).toEqual({ ...smoke, ...own, origins: { ...origins, steps: "yours", lr: "yours" } });
    expect(loadConfig(path, [setOverride("steps=9")])).toMatchObject({ steps: 9, lr: 0.003 });
  });

  test("extends a config anywhere by its absolute path", () => {
    const base = written({ "base.yaml": "extends: smoke\nsteps: 7" });
    expect(loadConfig(written({ "mine.yaml": `extends: ${base}\nlr: 0.003` }))).toMatchObject({ steps: 7, lr: 0.003 });
    expect(complaints("extends: /nowhere/base.yaml")).toEqual([
      expect.stringMatching(/^mine\.yaml: extends: \/nowhere\/base\.yaml: no such file or preset; /),
    ]);
  });

  test("has them from preset paper if it does not say", () => {
    const { name: _, about: __, origins, ...paper } = loadConfig("paper");
    expect(loadConfig(written({ "mine.yaml": "batch: 32" }))).toMatchObject({
      ...paper,
      batch: 32,
      origins: { ...origins, batch: "yours" },
    });
    expect(loadConfig(written({ "mine.yaml": "{}" })).about).toBe("Like paper");
  });

  test("may say its name, what it is about, and where its values come from", () => {
    const text = "name: other\nabout: Fewer rows\nbatch: 32\nmarks: {batch: read off}";
    const { name, about, origins } = loadConfig(written({ "mine.yaml": text }));
    expect([name, about, origins.batch, origins.lr]).toEqual(["other", "Fewer rows", "read off", "assumed"]);
  });

  test("is stored complete: what it extends may change or go", () => {
    const own = loadConfig(written({ "mine.yaml": "extends: smoke\nmodels: [omoe, {name: wide, like: mmoe}]" }));
    const text = configYaml(own);
    expect(text).not.toMatch(/^extends/m);
    const stored = loadConfig(written({ "config.yaml": text }));
    expect(stored).toEqual(own);
    expect(trainedHash(stored)).toBe(trainedHash(own));
  });

  test("extends another file, by its path from the folder of the one that names it", () => {
    const path = written({
      "a/first.yaml": "extends: ../b/second.yaml\nsteps: 3",
      "b/second.yaml": "extends: third.yaml\nsteps: 4\nbatch: 16\nname: second",
      "b/third.yaml": "extends: smoke\nmodels: [{name: wide, like: mmoe, experts: {layers: [9]}}]\nbatch: 8",
    });
    const { name, about, steps, batch, models, ownModels, correlations } = loadConfig(path);
    expect([name, about]).toEqual(["first", "Like second.yaml, except for steps"]);
    expect([steps, batch, models, correlations]).toEqual([3, 16, ["wide"], loadConfig("smoke").correlations]);
    expect(ownModels).toEqual([{ name: "wide", like: "mmoe", experts: { layers: [9] } }]);
  });

  test("on rows of a file has their sizes, and reports held-out losses", () => {
    const path = written({ "mine.yaml": "rows: data/t.csv\nsteps: 9", "data/t.csv": table(10) });
    const { data, correlations, tasks, trainRows, heldoutRows, report, steps } = loadConfig(path);
    expect([data, correlations, tasks, trainRows, heldoutRows, report, steps]).toEqual([
      null,
      null,
      2,
      8,
      2,
      "heldout",
      9,
    ]);
    expect(loadConfig(path, [setOverride("trainRows=5")]).trainRows).toBe(5);
    expect(loadConfig(written({ "mine.yaml": "rows: t.csv\nreport: train", "t.csv": table(10) })).report).toBe("train");
  });
});

describe("what a file extends is refused in one line", () => {
  test.each([
    ["extends: papr", /^mine.yaml: extends: papr: no such file in .* or preset; did you mean 'paper'\?$/],
    ["extends: ../gone.yaml", /^mine.yaml: extends: ..\/gone.yaml: no such file in .* or preset; presets: .*paper/],
    ["extends: 3", /^mine.yaml: extends: expected a preset \(.*paper.*\) or the path of a config, got 3$/],
    ["extends: [paper, zoo]", /^mine.yaml: extends: expected a preset .* got \["paper","zoo"\]$/],
    ["extends: null", /^mine.yaml: extends: expected a preset .* got nothing$/],
    ["extends: paper\nversion: 5", /^mine.yaml: extends: .*a stored config, which is complete; leave out one$/],
    ["extends: mine.yaml", /^mine.yaml: extends: .* got a circle: mine.yaml extends mine.yaml$/],
  ])("%s", (text, expected) => {
    expect(complaints(text)).toEqual([expect.stringMatching(expected)]);
  });

  test("a circle of several files, by all of them", () => {
    const path = written({
      "start.yaml": "extends: a.yaml",
      "a.yaml": "extends: b.yaml",
      "b.yaml": "extends: ./a.yaml",
    });
    expect(complaint(() => loadConfig(path))).toMatch(
      /b\.yaml: extends: .* got a circle: a\.yaml extends b\.yaml extends a\.yaml$/,
    );
  });
});

test("a config in a results folder has nothing from a preset, whatever its version", () => {
  const text = configYaml(loadConfig("smoke")).replace(/^(version|batch): .*\n/gm, "");
  const path = written({ "config.yaml": text });
  expect(loadConfig(path).batch).toBe(loadConfig("paper").batch);
  expect(complaint(() => configIn(dirname(path)))).toMatch(/config\.yaml: batch: expected .*, got nothing$/);
});

describe("all that is wrong with a file is said at once", () => {
  test("a line for each value, key and name", () => {
    expect(
      complaints(`
extends: paper
batchs: 64
lr: -1
steps: 0
models: [mmeo, {name: wide, like: mmoe, exprts: {}, tower: {layers: 3}}, omo]
`),
    ).toEqual([
      "mine.yaml: models[1]: unknown key 'exprts'; did you mean 'experts'?",
      "mine.yaml: unknown key 'batchs'; did you mean 'batch'?",
      expect.stringMatching(/^mine.yaml: models\[1\]\.tower\.layers: expected a list of units .*, got 3$/),
      "mine.yaml: steps: expected a whole number from 1 to 2147483647, got 0",
      "mine.yaml: lr: expected a number above 0, got -1",
    ]);
  });

  test("of values, flags and a table; what does not fit together only once all fit by themselves, the first alone", () => {
    const both = "tasks: 200\nmodels: [mmeo, omo]\nsampling: [epochs, replacement]";
    expect(complaints(`lr: -1\ndata: nope\n${both}`, "steps=0")).toEqual([
      expect.stringMatching(/^mine.yaml: data: expected .* got "nope"/),
      "mine.yaml: lr: expected a number above 0, got -1",
      "--set steps: expected a whole number from 1 to 2147483647, got 0",
    ]);
    expect(complaints("rows: gone.csv", "steps=0")).toEqual([
      expect.stringMatching(/gone\.csv/),
      "--set steps: expected a whole number from 1 to 2147483647, got 0",
    ]);
    expect(complaints(both)).toEqual([
      "mine.yaml: tasks: expected at most 100, the inputs of the generator 'four-sines', got 200",
    ]);
  });
});

test("a setting that 'tuned' of a base would hide is refused, and one that is given with it is not", () => {
  const tuned = `{sweep: s, loss: train, by: model, seed: 9, runs: 2, choices: [{model: mmoe, values: {lr: 0.1}}], points: []}`;
  const base = `extends: smoke\nmodels: [mmoe]\nlr: 0.5\ntuned: ${tuned}`;
  expect(loadConfig(written({ "base.yaml": base })).tuned?.choices).toHaveLength(1);
  const path = written({ "mine.yaml": "extends: base.yaml\nlr: 0.2", "base.yaml": base });
  expect(complaint(() => loadConfig(path))).toMatch(/mine\.yaml: lr: 'tuned' has a value of lr for each model; leave/);
});

/** A table of two inputs and two labels. */
function table(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => `${i},${(i * 7) % 5},${i % 3},${(i * i) % 7}`);
  return ["x:a,x:b,y:c,y:d", ...lines, ""].join("\n");
}
