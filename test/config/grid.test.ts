import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configAt, trainedHash } from "../../src/config/config.ts";
import { listOverride, loadConfig, setOverride } from "../../src/config/load.ts";
import { configDifferences, widened } from "../../src/config/same-sweep.ts";
import { gridPoints, listedKeys, pointCount } from "../../src/config/schema.ts";
import { configYaml } from "../../src/config/write.ts";
import { pointText } from "../../src/identity/cell.ts";
import { complaint } from "../support/complaint.ts";
import { temporaryFolder } from "../support/effects.ts";

const smoke = (...settings: string[]) => loadConfig("smoke", settings.map(setOverride));
const fromFile = (change: (text: string) => string) => {
  const path = join(temporaryFolder(), "config.yaml");
  writeFileSync(path, change(configYaml(loadConfig("smoke"))));
  return loadConfig(path);
};

describe("a setting of several values", () => {
  test("is the same in a file, by its own flag and by --set, as YAML or by commas", () => {
    const lists = [
      fromFile((text) => text.replace(/^lr: .*$/m, "lr: [0.001, 0.01]")),
      loadConfig("smoke", [listOverride("--lr", "lr", "1e-3, 1e-2")]),
      smoke("lr=0.001,0.01"),
      smoke("lr=[0.001, 0.01]"),
    ];
    expect(lists.map(({ lr }) => lr)).toEqual(Array(4).fill([0.001, 0.01]));
  });

  test("comes back from the file that is stored", () => {
    const config = smoke("lr=0.001,0.01", "trainRows=500,fresh", "optimizer=adam,sgd");
    expect(fromFile(() => configYaml(config))).toEqual(config);
  });

  test("is one value where the list has only one", () => {
    expect(smoke("lr=[0.01]", "batch=[64]")).toEqual(smoke("lr=0.01", "batch=64"));
    expect(fromFile((text) => text.replace(/^batch: 64$/m, "batch: [64]")).batch).toBe(64);
  });

  test("is no grid where it is the steps of evaluations", () => {
    const config = smoke("evalEvery=10,20");
    expect([config.evalEvery, listedKeys(config)]).toEqual([[10, 20], []]);
  });

  test("may be the models or the correlations, by commas too; a text stays a text", () => {
    expect(smoke("models=mmoe,omoe", "correlations=0.1", "about=a, b")).toMatchObject({
      models: ["mmoe", "omoe"],
      correlations: [0.1],
      about: "a, b",
    });
  });

  test.each([
    ["lr=0.01,0.010", "--set lr: expected a list of values, at least one, without duplicates, got [0.01,0.01]"],
    ["lr=[]", "--set lr: expected a list of values, at least one, without duplicates, got []"],
    ["lr=0.01,0", "--set lr: expected a number above 0, got 0"],
    ["lr=0.01,", "--set lr: expected a number above 0, got nothing"],
    ["lr=[[0.01, 0.1], 1]", "--set lr: expected a number above 0, got [0.01,0.1]"],
    ["trainRows=1,frsh", '--set trainRows: expected a whole number from 1 to 2147483647, or fresh, got "frsh"'],
    ["optimizer=adam,sdg", "--set optimizer: expected one of adam, adamw, sgd, got \"sdg\"; did you mean 'sgd'?"],
    ["seed=1,2", '--set seed: expected a whole number from 0 to 2147483647, got "1,2"'],
    ["runs=[1, 2]", "--set runs: expected a whole number from 1 to 2147483647, got [1,2]"],
    [
      "evalEvery=[20, 10]",
      "--set evalEvery: expected a number of steps, a number of points per decade such as log:20, an increasing list of steps, or auto: 30 points or more, got [20,10]",
    ],
    [
      "initializerStd=0.1,0.2",
      "--set initializerStd: expected one value, since the initializer glorot-uniform does not use it; got 0.1, 0.2",
    ],
  ])("is refused as %s", (setting, message) => {
    expect(complaint(() => smoke(setting))).toBe(message);
  });

  test("is refused where it would train the same run under several names", () => {
    const lists = ["trainRows=100,fresh", "sampling=epochs,replacement"];
    expect(complaint(() => smoke(...lists))).toBe(
      "--set sampling: expected one value, since fresh rows are not sampled; got epochs, replacement",
    );
    expect(smoke("trainRows=100,200", "sampling=epochs,replacement").sampling).toEqual(["epochs", "replacement"]);
  });

  test("is refused in a file by the place of the value", () => {
    expect(complaint(() => fromFile((text) => text.replace(/^batch: 64$/m, "batch: [64, 0]")))).toMatch(
      /config\.yaml: batch\[1\]: expected a whole number from 1 to 2147483647, got 0$/,
    );
  });

  test("may be the initial values' spread if every run uses it", () => {
    expect(smoke("initializer=truncated-normal", "initializerStd=0.1,0.2").initializerStd).toEqual([0.1, 0.2]);
  });
});

describe("gridPoints(config)", () => {
  test("are all combinations, in the order of a config's settings, not of the flags", () => {
    const config = smoke("lr=0.001,0.01", "batch=1,64,16");
    expect(listedKeys(config)).toEqual(["batch", "lr"]);
    expect(gridPoints(config).map((point) => pointText(point, "/"))).toEqual([
      "batch=1/lr=0.001",
      "batch=1/lr=0.01",
      "batch=64/lr=0.001",
      "batch=64/lr=0.01",
      "batch=16/lr=0.001",
      "batch=16/lr=0.01",
    ]);
    expect(pointCount(config)).toBe(6);
  });

  test("are one empty point without a list", () => {
    expect([gridPoints(smoke()), pointCount(smoke()), pointText({})]).toEqual([[{}], 1, ""]);
  });
});

test("configAt(config, point) has one value of each setting, and needs all of them", () => {
  const config = smoke("lr=0.001,0.01", "batch=1,64");
  expect(configAt(config, { lr: 0.01, batch: 1 })).toEqual({ ...config, lr: 0.01, batch: 1 });
  expect(() => configAt(config, { lr: 0.01 })).toThrow("configAt: expected a value of batch, got none");
});

describe("trainedHash(config)", () => {
  // at commit 6220fd8, before there were grids: trainedHash(loadConfig(preset, settings.map(setOverride)))
  test.each([
    ["fixed-rows", [], "20ca4b02"],
    ["fixed-rows", ["trainRows=fresh"], "db5046aa"],
    ["fixed-rows", ["trainRows=5000", "lr=0.001", "initializer=truncated-normal"], "38a3b6c3"],
    ["smoke", [], "03bf053a"],
    ["smoke", ["initializerStd=0.2"], "03bf053a"],
    ["smoke", ["initializer=truncated-normal", "initializerStd=0.2"], "f3637f86"],
    ["smoke", ["dropout=0.1"], "42735642"],
    ["smoke", ["tasks=3", "optimizer=sgd", "lr=0.1"], "1eefe26e"],
  ])("of %s %j is what it was before there were grids", (preset, settings, hash) => {
    expect(trainedHash(loadConfig(preset, settings.map(setOverride)))).toBe(hash);
  });

  test("is the same for more values of a list, as for more models; not for a list and one of its values", () => {
    const hashes = ["lr=0.001,0.01", "lr=0.1,0.01,0.001", "lr=0.01", "batch=32,64"].map((one) =>
      trainedHash(smoke(one)),
    );
    expect(hashes[1]).toBe(hashes[0]);
    expect(new Set(hashes).size).toBe(3);
  });

  test("tells grids apart by what they do not list", () => {
    const [a, b, c] = ["batch=64", "batch=32", "initializerStd=0.3"].map((one) =>
      trainedHash(smoke("initializer=glorot-uniform,truncated-normal", one)),
    );
    expect(new Set([a, b, c]).size).toBe(3);
  });
});

describe("two grids over the same settings", () => {
  const [some, others] = [smoke("lr=0.001,0.01"), smoke("lr=0.01,0.1")];

  test("are one sweep, whatever their values", () => {
    expect(configDifferences(some, others)).toEqual([]);
  });

  test("have together the values of both", () => {
    expect(widened(others, some).lr).toEqual([0.001, 0.01, 0.1]);
  });

  test("that differ in another setting differ in that alone", () => {
    expect(configDifferences(smoke("lr=0.001,0.01", "batch=32"), others)).toEqual(["batch: 32 there, 64 here"]);
  });

  test("are another sweep than one value", () => {
    expect(configDifferences(some, smoke("lr=0.01"))).toEqual(["lr: [0.001, 0.01] there, 0.01 here"]);
  });
});
