import { describe, expect, test } from "vitest";
import { folderHash, trainedHash } from "../../src/config/config.ts";
import { crossedPair, crossedPairs, crossedRun } from "../../src/config/cross.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { configDifferences, widened } from "../../src/config/same-sweep.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
import { complaint } from "../support/complaint.ts";
import { fileOf } from "../support/configs.ts";

const cross = (data: number, initial: number) => ({ source: "--cross", values: { cross: { data, initial } } });
const crossed = (data: number, initial: number, ...set: string[]) =>
  loadConfig("smoke", [...set.map(setOverride), cross(data, initial)]);

describe("crossedPairs(cross)", () => {
  test("has every pair once, in order and told back by crossedPair, and keeps a pair's number in a larger square", () => {
    const pairs = crossedPairs({ data: 3, initial: 4 });
    expect(new Set(pairs.map(({ data, initial }) => `${data} ${initial}`)).size).toBe(12);
    const numbers = pairs.map(crossedRun);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(numbers.map(crossedPair)).toEqual(pairs);
    expect(Math.max(...pairs.map(({ data }) => data))).toBe(2);
    expect(crossedPairs({ data: 3, initial: 3 }).map(crossedRun)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(crossedPairs({ data: 5, initial: 5 }).slice(0, 9)).toEqual(crossedPairs({ data: 3, initial: 3 }));
    const rectangle = crossedPairs({ data: 9, initial: 2 }).map(crossedRun);
    expect(new Set(rectangle).size).toBe(18);
  });
});

describe("the setting cross", () => {
  test("takes the place of runs, also of a file's if a flag gives it", () => {
    expect(crossed(4, 3)).toMatchObject({ cross: { data: 4, initial: 3 }, runs: 12 });
    expect(settingRows(crossed(4, 3)).find(({ name }) => name === "cross")?.value).toBe("4x3");
    expect(settingRows(loadConfig("smoke")).some(({ name }) => name === "cross")).toBe(false);
    expect(loadConfig(fileOf("extends: smoke\nruns: 5\n"), [cross(4, 3)]).runs).toBe(12);
    const path = fileOf("extends: smoke\nruns: 5\ncross: { data: 4, initial: 3 }\n");
    expect(complaint(() => loadConfig(path))).toBe(`${path}: runs: a cross of 4x3 has 12 runs, got 5; leave it out`);
  });

  test("refuses a factor of one seed, which tells no variance", () => {
    expect(complaint(() => crossed(1, 3))).toMatch(/^--cross: data: expected .* from 2 .*, got 1$/);
  });

  test("is in no hash where it is null, of any size in the same one, and is widened to the seeds of either", () => {
    const plain = loadConfig("smoke");
    expect(trainedHash(crossed(4, 3))).not.toBe(trainedHash(plain));
    expect(trainedHash(crossed(4, 3))).toBe(trainedHash(crossed(2, 9)));
    expect(folderHash(loadConfig("smoke", [setOverride("cross=null")]))).toBe(folderHash(plain));
    expect(configDifferences(plain, crossed(4, 3))).toEqual(["cross: none there, crossed here"]);
    expect(widened(crossed(4, 3), crossed(2, 9))).toMatchObject({ cross: { data: 4, initial: 9 }, runs: 36 });
  });
});
