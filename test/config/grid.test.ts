import { describe, expect, test } from "vitest";
import { configAt, trainedHash, trainingOf } from "../../src/config/config.ts";
import { listOverride, loadConfig, setOverride } from "../../src/config/load.ts";
import { configDifferences, widened } from "../../src/config/same-sweep.ts";
import { gridPoints, listedKeys, pointCount } from "../../src/config/schema.ts";
import { configYaml } from "../../src/config/write.ts";
import { pointText } from "../../src/identity/cell.ts";
import { complaint } from "../support/complaint.ts";
import { smoke, stored } from "../support/configs.ts";

describe("a setting of several values", () => {
  test("is the same in a file, by its own flag and by --set, as YAML or by commas", () => {
    const lists = [
      stored(smoke(), (text) => text.replace(/^lr: .*$/m, "lr: [0.001, 0.01]")),
      loadConfig("smoke", [listOverride("--lr", "lr", "1e-3, 1e-2")]),
      smoke("lr=0.001,0.01"),
      smoke("lr=[0.001, 0.01]"),
    ];
    expect(lists.map(({ lr }) => lr)).toEqual(Array(4).fill([0.001, 0.01]));
  });

  test("comes back from the file that is stored, and is one value where the list has only one", () => {
    const config = smoke("lr=0.001,0.01", "trainRows=500,fresh", "optimizer=adam,sgd");
    expect(stored(config)).toEqual(config);
    expect(smoke("lr=[0.01]", "batch=[64]")).toEqual(smoke("lr=0.01", "batch=64"));
    expect(stored(smoke(), (text) => text.replace(/^batch: 64$/m, "batch: [64]")).batch).toBe(64);
  });

  test("may be the models or the correlations, by commas too, but not evaluations; a text stays a text", () => {
    expect(smoke("models=mmoe,omoe", "correlations=0.1", "about=a, b")).toMatchObject({
      models: ["mmoe", "omoe"],
      correlations: [0.1],
      about: "a, b",
    });
    const config = smoke("evalEvery=10,20");
    expect([config.evalEvery, listedKeys(config)]).toEqual([[10, 20], []]);
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
    ["evalEvery=[20, 10]", "an increasing list of steps, or auto: 30 points or more, got [20,10]"],
    [
      "initializerStd=0.1,0.2",
      "expected one value, since the initializer glorot-uniform does not use it; got 0.1, 0.2",
    ],
  ])("is refused as %s", (setting, message) => {
    expect(complaint(() => smoke(setting))).toContain(message);
  });

  test.each([
    [["method=cagrad,pcgrad", "method.c=default,0.5"], "method.c: default and 0.5"],
    [["method=dwa", "method.momentum=0.1,0,default"], "method.momentum: 0 and default"],
    [["noiseStd=data,0.3,0.1"], "noiseStd: data and 0.1"],
    [["taskWeights=none,1:1"], "taskWeights: none and 1:1"],
    [["labelled=0.5,all,1:1"], "labelled: all and 1:1"],
    [["labels=raw", "labelScale=none,1"], "labelScale: none and 1"],
    [["tasks=3", "groupSize=none,3"], "groupSize: none and 3"],
    [["inputs=data,100", "lr=0.1,0.2"], "inputs: data and 100"],
  ])("is refused where two values mean the same run: %s", (settings, which) => {
    expect(complaint(() => smoke(...settings))).toBe(`--set ${which} mean the same run; leave out one`);
  });

  test("is refused where it would train the same run under several names, not where every run uses it", () => {
    const lists = ["trainRows=100,fresh", "sampling=epochs,replacement"];
    expect(complaint(() => smoke(...lists))).toBe(
      "--set sampling: expected one value, since fresh rows are not sampled; got epochs, replacement",
    );
    expect(smoke("trainRows=100,200", "sampling=epochs,replacement").sampling).toEqual(["epochs", "replacement"]);
    expect(smoke("initializer=truncated-normal", "initializerStd=0.1,0.2").initializerStd).toEqual([0.1, 0.2]);
  });
});

describe("gridPoints(config)", () => {
  test("are all combinations, in the order of a config's settings; one empty point without a list", () => {
    const config = smoke("lr=0.001,0.01", "batch=1,64,16");
    expect(listedKeys(config)).toEqual(["batch", "lr"]);
    const points = gridPoints(config).map((point) => pointText(point, "/"));
    expect(points).toEqual([1, 64, 16].flatMap((batch) => [0.001, 0.01].map((lr) => `batch=${batch}/lr=${lr}`)));
    expect(pointCount(config)).toBe(6);
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

  test("is the same for more values of a list, not for a list and one of its values, and tells grids apart by what they do not list", () => {
    const hashes = ["lr=0.001,0.01", "lr=0.1,0.01,0.001", "lr=0.01", "batch=32,64"].map((one) =>
      trainedHash(smoke(one)),
    );
    expect(hashes[1]).toBe(hashes[0]);
    expect(new Set(hashes).size).toBe(3);
    const [a, b, c] = ["batch=64", "batch=32", "initializerStd=0.3"].map((one) =>
      trainedHash(smoke("initializer=glorot-uniform,truncated-normal", one)),
    );
    expect(new Set([a, b, c]).size).toBe(3);
  });
});

describe("two grids over the same settings", () => {
  const [some, others] = [smoke("lr=0.001,0.01"), smoke("lr=0.01,0.1")];

  test("are one sweep whatever their values, and another with another setting or with one value", () => {
    expect(configDifferences(some, others)).toEqual([]);
    expect(widened(others, some).lr).toEqual([0.001, 0.01, 0.1]);
    expect(configDifferences(smoke("lr=0.001,0.01", "batch=32"), others)).toEqual(["batch: 32 there, 64 here"]);
    expect(configDifferences(some, smoke("lr=0.01"))).toEqual(["lr: [0.001, 0.01] there, 0.01 here"]);
  });
});

describe("widened(config, other)", () => {
  const [paper, more] = [
    loadConfig("fixed-rows"),
    loadConfig("fixed-rows", ["runs=300", "correlations=0.2"].map(setOverride)),
  ];

  test("has the runs and correlations of both, and is the other, marks and all, where that holds all of it", () => {
    const both = widened(more, paper);
    expect(both).toMatchObject({ runs: 300, correlations: [0.5, 0.9, 1, 0.2] });
    expect([both.origins.runs, both.origins.models]).toEqual(["yours", "paper"]);
    const some = loadConfig("fixed-rows", ["runs=2", "correlations=0.5"].map(setOverride));
    expect(configYaml(widened(some, paper))).toBe(configYaml(paper));
    expect(configDifferences(paper, some)).toEqual([]);
  });
});

describe("constants of methods", () => {
  const grid = smoke("method=sum,cagrad", "method.c=0.2,0.4", "lr=0.01,0.1");

  test("make points of the methods that have them", () => {
    const points = gridPoints(grid).filter(({ lr }) => lr === 0.01);
    expect(points.map((point) => pointText(point))).toEqual([
      "lr=0.01, method=sum, method.c=default",
      "lr=0.01, method=cagrad, method.c=0.2",
      "lr=0.01, method=cagrad, method.c=0.4",
    ]);
    expect(pointCount(grid)).toBe(gridPoints(grid).length);
    expect(pointCount({ ...grid, method: "sum" })).toBe(2); // a part of its results
  });

  test("reach the runs of those methods alone", () => {
    const constants = gridPoints(grid).map((point) => trainingOf(configAt(grid, point)).constants);
    expect(constants.slice(0, 3)).toEqual([undefined, { c: 0.2 }, { c: 0.4 }]);
    const both = smoke("method=sum,famo", "method.decay=0.1", "method.rate=0.5");
    const ofBoth = gridPoints(both).map((point) => trainingOf(configAt(both, point)).constants);
    expect(ofBoth).toEqual([undefined, { decay: 0.1, rate: 0.5 }]);
  });

  test.each([
    [
      ["method.c=0.4"],
      "--set method.c: 0.4: expected a method that has the constant c (cagrad), got sum; add --method cagrad",
    ],
    [
      ["method=cagrad", "method.c=0"],
      "--set method.c: expected a number from 0.001 to 10 (used by cagrad), or default, got 0",
    ],
    [["method.d=1"], "--set: unknown key 'method.d'; did you mean 'method.c'?"],
  ])("are refused as %s", (settings, message) => {
    expect(complaint(() => smoke(...settings))).toBe(message);
  });

  test("are another sweep if they are not the defaults", () => {
    const hash = (...settings: string[]) => trainedHash(smoke("method=cagrad", ...settings));
    expect(hash("method.c=default")).toBe(hash());
    expect(new Set([hash(), hash("method.c=0.4"), hash("method.momentum=0.4")]).size).toBe(3);
  });
});
