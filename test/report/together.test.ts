import { describe, expect, test } from "vitest";
import type { Results } from "../../src/records/read-results.ts";
import { togetherHtml } from "../../src/report/report.ts";
import { together } from "../../src/report/together.ts";
import { drawn } from "../support/drawer.ts";
import { madeResults } from "../support/made-results.ts";

/** A sweep in a folder of this name. */
function sweep(name: string, loss: number, ...set: string[]): Results {
  const made = madeResults(({ index }) => loss + index / 1000, ["runs=6", "models=omoe,mmoe", ...set]);
  return { ...made, path: `results/${name}` };
}

const [plain, slow] = [sweep("plain", 0.5), sweep("slow", 0.3, "lr=0.001", "steps=200", "correlations=[0.5,1]")];

describe("together(sweeps)", () => {
  const { results, names, asked, differences } = together([plain, slow]);

  test("has each model of each sweep at the correlations that all have, curves in one panel, and folders of one name by their paths", () => {
    expect(names).toEqual(["plain", "slow"]);
    expect(results.config.models).toEqual(["omoe.plain", "omoe.slow", "mmoe.plain", "mmoe.slow"]);
    expect(results.config.correlations).toEqual([0.5, 1]);
    expect([asked, results.records.length]).toEqual([48, 48]);
    expect(new Set(results.records.map(({ id }) => id)).size).toBe(48);
    expect(differences).toContain("lr: 0.01 in plain, 0.001 in slow");
    const { svg } = drawn("figure4", results);
    const shown = [...svg.matchAll(/>(\w+ \((?:plain|slow)\))</g)].map(([, name]) => name);
    expect(shown).toEqual(["OMoE (plain)", "OMoE (slow)", "MMoE (plain)", "MMoE (slow)"]);
    const [panel = ""] = /class="panel".*?class="axes"/s.exec(svg) ?? [];
    expect(panel.match(/class="series"/g)).toHaveLength(4);
    const again = { ...slow, path: "others/plain" };
    expect(together([plain, again]).names).toEqual(["results/plain", "others/plain"]);
  });

  test.each([
    ["the same folder", { ...plain, path: "./results/plain" }, "results/plain is given twice; give it once"],
    ["other tasks", sweep("three", 1, "tasks=3"), "results/plain and results/three: their losses are of other tasks"],
    ["another unit", sweep("huber", 1, "loss=huber"), "results/plain and results/huber: their losses are of other"],
    ["a grid", sweep("grid", 1, "lr=0.1,0.01"), "results/grid: there are several points (lr: 0.1, 0.01); choose one"],
    ["no correlation in common", sweep("far", 1, "correlations=[0]"), "have no correlation in common"],
  ])("refuses %s", (_, other, words) => {
    expect(() => together([plain, other])).toThrow(words);
  });
});

test("togetherHtml(sweeps) says what differs, and tests no claim", () => {
  const html = togetherHtml(together([plain, slow]), "train");
  expect(html).toContain("<h1>plain and slow at correlations 0.5 and 1</h1>");
  expect(html).toContain("48 runs, none failed, none missing.");
  expect(html).toContain("After the last step the mean loss is lowest for");
  expect(html).toContain("<li>lr: 0.01 in plain, 0.001 in slow</li>");
  expect(html).not.toContain('href="#claims"');
});
