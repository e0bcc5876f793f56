import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cellWords, committedRuns, regimeSweeps } from "../../src/regimes/regimes.ts";
import { temporaryFolder } from "../support/effects.ts";

/** What is said of a copy of the committed runs of `paper` and its methods after a change of the first. */
async function saidAfter(change: (folder: string) => void): Promise<string> {
  const root = temporaryFolder();
  for (const name of ["paper", "paper-methods"])
    cpSync(`results/regimes/${name}`, join(root, name), { recursive: true });
  change(join(root, "paper"));
  const reading = committedRuns(regimeSweeps(["paper"]), () => {}, root);
  const said = await reading.then((found) => `${[...found.values()][0]?.length} folders`, String);
  return said.replace(`${root}/`, "");
}

const edited = (from: string, to: string) => (folder: string) => {
  const file = join(folder, "config.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
};

test("committedRuns(sweeps) pairs with no folder whose config is not its regime's, nor with journals of another", async () => {
  expect(await saidAfter(() => {})).toBe("2 folders");
  expect(await saidAfter(edited("about: Does", "about: Did"))).toBe("2 folders");
  const refusal = (why: string) => `UsageError: paper: not the runs of regime paper (${why}); bring back what it was`;
  expect(await saidAfter(edited("seed: 0", "seed: 1"))).toBe(refusal("seed: 1 there, 0 here"));
  expect(await saidAfter(edited("noiseStd: data", "noiseStd: 0.2"))).toBe(refusal("noiseStd: 0.2 there, data here"));
  expect(await saidAfter(edited("batch: 6", "batch: 5"))).toMatch(
    /^UsageError: paper\/journal\/.*: the journal of another/,
  );
  const others = (folder: string) => {
    rmSync(join(folder, "journal"), { recursive: true });
    cpSync("results/regimes/kinds/journal", join(folder, "journal"), { recursive: true });
  };
  expect(await saidAfter(others)).toMatch(/^UsageError: paper\/journal\/[^\n]*: the journal of another sweep [^\n]*$/);
});

test.each([
  ["paper p=1.00", "correlation 1"],
  ["few-rows p=0.90, trainRows=300", "300 rows, correlation 0.9"],
  ["rare-label p=0.00, labelled=all:0.1", "10 % labelled, correlation 0"],
  ["irrelevant p=0.90, noiseStd=0.3:0.3:10", "noise 0.3, 0.3 and 10, correlation 0.9"],
  ["kinds p=0.90, positives=mean:0.02", "2 % positive, correlation 0.9"],
  ["scales p=0.90, labelScale=1:100", "scales 1 and 100, correlation 0.9"],
  ["many-tasks-16 p=0.00", "16 tasks, correlation 0"],
  ["groups p=0.90, groupSize=4", "groups of 4, correlation 0.9"],
])("cellWords(%j) says %j", (cell, words) => {
  expect(cellWords(cell)).toBe(words);
});
