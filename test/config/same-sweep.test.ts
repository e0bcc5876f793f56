import { describe, expect, test } from "vitest";
import { loadConfig, override } from "../../src/config/load.ts";
import { configDifferences, widened } from "../../src/config/same-sweep.ts";
import { configYaml } from "../../src/config/write.ts";

const paper = loadConfig("fixed-rows");
const some = loadConfig("fixed-rows", [override("--runs", "runs", "2"), override("--corr", "correlations", ["0.5"])]);

describe("widened(config, other)", () => {
  test("has the runs, models and correlations of both", () => {
    const more = loadConfig("fixed-rows", [
      override("--runs", "runs", "300"),
      override("--corr", "correlations", ["0.2"]),
    ]);
    expect(widened(more, paper)).toMatchObject({ runs: 300, correlations: [0.5, 0.9, 1, 0.2] });
  });

  test("is the other, marks and all, where that holds all of it", () => {
    expect(configYaml(widened(some, paper))).toBe(configYaml(paper));
  });

  test("keeps no mark for a value that is new", () => {
    const more = loadConfig("fixed-rows", [override("--runs", "runs", "300")]);
    const { origins } = widened(more, paper);
    expect([origins.runs, origins.correlations]).toEqual(["yours", "paper"]);
  });
});

test("configDifferences(there, here) names the settings that train otherwise, and no others", () => {
  const other = loadConfig("fixed-rows", [override("--batch", "batch", "64"), override("--runs", "runs", "3")]);
  expect(configDifferences(paper, other)).toEqual(["batch: 256 there, 64 here"]);
  expect(configDifferences(paper, some)).toEqual([]);
});
