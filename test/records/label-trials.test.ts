import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkTrialsFolder, type LabelTrials, readTrials, writeTrials } from "../../src/records/label-trials.ts";
import { computationHere } from "../../src/records/provenance.ts";
import { temporaryFolder } from "../support/effects.ts";

const trials: LabelTrials = {
  settings: { data: "paper", seed: 0, correlations: [0.5, 1], trials: 3, rows: 40 },
  measured: [
    [0.07, 0.99],
    [0.08, 0.98],
    [0.09, 0.97],
  ],
};

/** A folder of trials, and the path of its measurements. */
function written(): { folder: string; labels: string } {
  const folder = temporaryFolder();
  writeTrials(folder, trials, computationHere([]));
  return { folder, labels: join(folder, "labels.csv") };
}

test("readTrials(folder) gives back what was written", () => {
  expect(readTrials(written().folder)).toEqual(trials);
});

test("readTrials(folder) refuses a folder without measurements, with some missing, and with something else", () => {
  const { folder, labels } = written();
  writeFileSync(labels, readFileSync(labels, "utf8").replace(/^1,1,.*\n/m, ""));
  expect(() => readTrials(folder)).toThrow(`${labels}: trial 1 is not whole; measure again with mmoe data --trials`);
  writeFileSync(labels, 'a,"b\n');
  expect(() => readTrials(folder)).toThrow(`${labels}: not readable as CSV: `);
  rmSync(labels);
  expect(() => readTrials(folder)).toThrow(`${folder} has no labels.csv; measure again with mmoe data --trials`);
});

test("writeTrials(folder) may follow a process that was killed there, and removes what it left", () => {
  const folder = temporaryFolder();
  const left = `labels.csv.${hostname()}-${spawnSync("true").pid}-0123abcd.partial`;
  writeFileSync(join(folder, left), "trial,corr");
  checkTrialsFolder(folder, false);
  writeTrials(folder, trials, computationHere([]));
  expect(readdirSync(folder)).toEqual(["labels.csv", "provenance.json", "trials.yaml"]);
});

test("checkTrialsFolder(folder) refuses only files of the user's that have a name of trials", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "notes.txt"), "mine");
  writeFileSync(join(folder, "labels.csv"), "trial,correlation\n");
  checkTrialsFolder(folder, false);
  for (const name of ["labels.csv", "provenance.json"]) {
    writeFileSync(join(folder, name), "{}");
    const line = `${folder}/${name} was not written by mmoe data; move it away, or give another -o`;
    expect(() => checkTrialsFolder(folder, true)).toThrow(line);
    rmSync(join(folder, name));
  }
});
