import { describe, expect, test } from "vitest";
import { belongTogether, type Config, configAt, folderHash, modelOf, trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { configDifferences, widened } from "../../src/config/same-sweep.ts";
import { OPTIONAL_SETTINGS } from "../../src/config/schema.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { complaint } from "../support/complaint.ts";
import { fileOf, smoke, stored } from "../support/configs.ts";

const WIDE = "{name: wide, like: mmoe, experts: {layers: [32, 16]}}";

/** The smoke preset with other models, as a file with what a file must have. */
function fileWith(models: string): string {
  const { origins, models: _, ...all } = loadConfig("smoke");
  const isRequired = ([key]: [string, unknown]) => !(key in OPTIONAL_SETTINGS);
  const settings = Object.fromEntries(Object.entries(all).filter(isRequired));
  const { name, about, ...marks } = Object.fromEntries(Object.entries(origins).filter(isRequired));
  return fileOf(`${JSON.stringify({ ...settings, marks }).slice(0, -1)}, models: ${models}}`, "mine.yaml");
}

const specOf = (config: Config, name: string) => modelOf(configAt(config, {}), name) as ModelSpec;
const loaded = (models: string) => loadConfig(fileWith(models));
const setTo = (models: string) => smoke(`models=${models}`);

describe("a model defined in the list of models", () => {
  const config = loaded(`[omoe, ${WIDE}]`);

  test("is like the zoo's but for what it changes, and names its runs", () => {
    const [zoos, own] = ["mmoe", "wide"].map((name) => specOf(config, name));
    expect(own).toEqual({ ...zoos, name: "wide", experts: { ...zoos?.experts, layers: [32, 16] } });
    const ids = planRuns(config).map(({ id }) => id);
    expect(ids.slice(0, 4)).toEqual(["omoe/p=0.50/000", "wide/p=0.50/000", "omoe/p=1.00/000", "wide/p=1.00/000"]);
  });

  test.each([
    [
      "like: omoe, experts: {shared: 3, perTask: 2, layers: [7]}, gating: per-task, gate: {layers: [5], bias: true}",
      { experts: { shared: 3, perTask: 2, layers: [7] }, gating: "per-task", gate: { layers: [5], bias: true } },
    ],
    ["like: mmoe, experts: {activation: swish, norm: true}", { experts: { activation: "swish", norm: true } }],
    ["like: mmoe, tower: {gate: 4}", { tower: { layers: [8], gate: 4 } }],
    ["like: omoe, gate: {dropout: 0.3}", { gating: "single", gate: { layers: [], bias: false, dropout: 0.3 } }],
    [
      "like: mmoe, gate: {noise: true, importance: 2}",
      { gate: { layers: [], bias: false, noise: true, importance: 2 } },
    ],
    ["like: mtan, gate: {layers: []}", { gating: "attention", gate: { layers: [], bias: true } }],
    ["like: mmoe-ex, experts: {closed: 2}", { experts: { shared: 8, perTask: 0, closed: 2, layers: [16] } }],
    ["like: omoe, tower: {layers: []}, bias: false", { tower: { layers: [] }, bias: false, gating: "single" }],
    ["like: ple, levels: 3, gate: {top: 4}", { levels: 3, gate: { layers: [], bias: false, top: 4 } }],
    ["like: omoe, gate: {select: {experts: 3}}", { gate: { select: { experts: 3, gamma: 1, entropy: 0.01 } } }],
    [
      "like: dselect-k, gate: {bias: true, select: {gamma: 0.5, entropy: 0}}",
      { gate: { bias: true, select: { experts: 2, gamma: 0.5, entropy: 0 } } },
    ],
    ["like: dselect-k, gate: {layers: [7]}", { gate: { select: { experts: 2, gamma: 1, entropy: 0.01 } } }],
    ["like: mmoe, gating: residual, experts: {shared: 0, perTask: 1}", { gating: "residual" }],
    ["like: mmoe, gating: detached, experts: {shared: 0, perTask: 1}", { gating: "detached" }],
    ["like: mmoe, gating: cross-stitch, experts: {shared: 0, perTask: 1}", { gating: "cross-stitch" }],
    ["like: mmoe, gating: snr-trans, experts: {shared: 3}", { gating: "snr-trans" }],
    [
      "like: mmoe, experts: {activation: none}",
      { experts: { shared: 8, perTask: 0, layers: [16], activation: "none" } },
    ],
    ["like: omoe-linear, experts: {activation: relu}", { experts: { activation: "relu" } }],
    ["like: single-task, gating: l2-constrained, constraint: 0.25", { gating: "l2-constrained", constraint: 0.25 }],
    ["like: l2-constrained, constraint: 3", { constraint: 3 }],
    ["like: tensor-factorization, ranks: {tasks: 1}", { ranks: { inputs: 32, units: 32, tasks: 1 } }],
    [
      "like: single-task, gating: tensor-factorization, ranks: {units: 3}",
      { ranks: { inputs: 32, units: 3, tasks: 2 } },
    ],
  ])("may change any field; what is left out is as in the zoo: {%s}", (fields, expected) => {
    expect(specOf(loaded(`[{name: x, ${fields}}]`), "x")).toMatchObject(expected);
  });

  test("takes dropout, inputs and tasks from the sweep", () => {
    const changed = loadConfig(fileWith(`[${WIDE}]`), ["dropout=0.2", "tasks=3", "data=ple"].map(setOverride));
    const { dropout, tasks, inputs } = specOf(changed, "wide");
    expect([dropout, tasks, inputs]).toEqual([0.2, 3, 512]);
  });

  test("comes back from a stored config, marked as yours, and is a row among the settings", () => {
    expect(stored(config)).toEqual(config);
    expect(config).toMatchObject({ models: ["omoe", "wide"], origins: { models: "paper", ownModels: "yours" } });
    const row = (one: typeof config) => settingRows(one).find(({ name }) => name === "ownModels");
    expect(row(config)).toMatchObject({ value: "wide: like mmoe, experts.layers=[32,16]", from: "yours" });
    expect(row(loadConfig("smoke"))).toBeUndefined();
  });

  test("can be chosen by its name, is forgotten where it is not, and can be defined by --set too", () => {
    const path = fileWith(`[omoe, ${WIDE}]`);
    expect(loadConfig(path, [setOverride("models=wide,mmoe")])).toMatchObject({ ownModels: [{ name: "wide" }] });
    expect(loadConfig(path, [setOverride("models=mmoe")])).toMatchObject({
      ownModels: [],
      origins: { ownModels: "assumed" },
    });
    const other = loadConfig(fileWith(`[${WIDE}]`), [setOverride("models=[omoe, {name: wide, like: omoe}]")]);
    expect(other.ownModels).toEqual([{ name: "wide", like: "omoe" }]);
  });
});

test("a model of a name that the zoo got later stays what the config says", () => {
  expect(loaded("[omoe, {name: mtan, like: omoe}]").ownModels).toEqual([{ name: "mtan", like: "omoe" }]);
});

describe("a model that is none is refused by its place:", () => {
  test.each([
    ["[omoe, wode]", "models[1]: expected one of shared-bottom, "],
    [`[wode, ${WIDE}]`, `got "wode"; did you mean 'wide'?`],
    ["[{name: mmoe, like: omoe}]", "models: model mmoe: mmoe has a model of this name; give yours another"],
    ["[{name: wide, like: mmeo}]", `got "mmeo"; did you mean 'mmoe'?`],
    ["[omoe, {name: wide}]", "models[1].like: expected one of "],
    ["[{name: '', like: mmoe}]", "models[0].name: expected a name of at most 60 characters, "],
    ["[{name: wide, like: mmoe, expert: {}}]", "models[0]: unknown key 'expert'; did you mean 'experts'?"],
    ["[{name: x, like: mmoe, experts: {share: 4}}]", "models[0].experts: unknown key 'share'; did you mean 'shared'?"],
    [
      "[omoe, {name: x, like: mmoe, experts: {layers: [9, 0]}}]",
      "[1].experts.layers[1]: expected a whole number from 1",
    ],
    ["[{name: wide, like: mmoe, bias: 1}]", "models[0].bias: expected true or false, got 1"],
    ["[{name: wide, like: mmoe, gating: none}]", "models: model wide: gating none: expected one expert a task, got 8"],
    ["[{name: x, like: ple, levels: 0}]", "models[0].levels: expected a whole number from 1 to 100, got 0"],
    ["[{name: x, like: mmoe, gate: {select: {gamma: 0}}}]", "gate.select.gamma: expected a number above 0, got 0"],
    ["[{name: x, like: mmoe, gate: {select: {entropie: 1}}}]", "unknown key 'entropie'; did you mean 'entropy'?"],
    ["[{name: x, like: mmoe, experts: {activation: tanh}}]", "activation"],
    [`[${WIDE}, ${WIDE}]`, "models: expected a list of models, at least one, without duplicates, got "],
  ])("%s", (models, message) => {
    expect(complaint(() => loaded(models))).toContain(message);
  });

  test("two definitions of one name", () => {
    const twice = "ownModels=[{name: wide, like: mmoe}, {name: wide, like: omoe}]";
    const said = complaint(() => smoke(twice, "models=wide"));
    expect(said).toContain("--set ownModels: expected a list of model definitions, without duplicate names, got [");
  });
});

describe("two sweeps with a model of one name", () => {
  const wide = setTo(`[omoe, ${WIDE}]`);
  const other = setTo("[omoe, {name: wide, like: mmoe, experts: {layers: [16, 32]}}]");

  test("belong together only if it is the same model, whatever other models they have", () => {
    const hashes = [wide, other, setTo(`[${WIDE}, {name: flat, like: omoe, bias: false}]`), setTo("[mmoe]")].map(
      trainedHash,
    );
    const [a, b, more, none] = hashes as [string, string, string, string];
    expect([belongTogether(a, b), belongTogether(b, a), belongTogether(b, more)]).toEqual([false, false, false]);
    expect([belongTogether(a, more), belongTogether(more, a), belongTogether(none, b)]).toEqual([true, true, true]);
    expect(belongTogether(a, trainedHash(smoke(`models=[${WIDE}]`, "lr=1")))).toBe(false);
  });

  test("have folders of different names and are named where they differ, but not by the order of their fields; a sweep has those of both", () => {
    expect(new Set([wide, other, loadConfig("smoke")].map(folderHash)).size).toBe(3);
    expect(folderHash(setTo("mmoe"))).toBe(trainedHash(loadConfig("smoke")));
    const [text] = configDifferences(other, wide);
    expect(text).toBe("model wide: like mmoe, experts.layers=[16,32] there, like mmoe, experts.layers=[32,16] here");
    expect(configDifferences(setTo("[{name: flat, like: omoe}]"), wide)).toEqual([]);
    const [one, turned] = ["gate: {bias: true}, bias: false", "bias: false, gate: {bias: true}"].map((fields) =>
      setTo(`[{name: x, like: mmoe, ${fields}}]`),
    );
    expect(trainedHash(one as never)).toBe(trainedHash(turned as never));
    const flat = setTo("[{name: flat, like: omoe}, omoe]");
    const { models, ownModels } = widened(wide, flat);
    expect([models, ownModels.map(({ name }) => name)]).toEqual([
      ["flat", "omoe", "wide"],
      ["flat", "wide"],
    ]);
  });
});

describe("before its tensors are listed, a model is refused", () => {
  const wide = "data={inputs: 1000000, scale: 1, alpha: [1], beta: [0], noiseStd: 0}";

  test.each([
    // 100 experts of 1,000,000 x 64, two gates of 1,000,000 x 100, two towers of 64 x 8 + 8
    [
      "{name: big, like: mmoe, experts: {shared: 100, layers: [64]}}",
      "model big: .* 2,147,483,647 weights, got about 6,600,001,040",
    ],
    [
      "{name: wide, like: cgc, experts: {perTask: 100, layers: [64]}}",
      "model wide: .* 2,147,483,647 weights, got about ",
    ],
    [
      "{name: deep, like: ple, levels: 2, gate: {layers: []}, experts: {shared: 10000, layers: [2, 2, 2, 2, 2, 2]}}",
      "model deep: .* 100,000 layers of its networks, got about 120,",
    ],
  ])("that is too large: %s", (model, size) => {
    expect(complaint(() => smoke(wide, `models=[${model}]`))).toMatch(new RegExp(`^--set models: ${size}`));
  });
});
