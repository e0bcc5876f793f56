import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
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

test("writeTrials(folder) has each correlation's closed form beside what was measured, by quadrature", () => {
  const { scale, alpha, beta, noiseStd } = GENERATOR_PRESETS.paper.settings;
  const f = (z: number) => alpha.reduce((sum, a, i) => sum + Math.sin(a * scale * z + (beta[i] as number)), scale * z);
  const nodes = Array.from({ length: 1201 }, (_, i) => (i - 600) / 100);
  const density = (z: number) => Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI) / 100;
  const expected = (of: (z: number) => number) => nodes.reduce((sum, z) => sum + of(z) * density(z), 0);
  const mean = expected(f);
  const variance = expected((z) => f(z) ** 2) - mean ** 2;
  const given = (p: number) => (z: number) => expected((e) => f(p * z + Math.sqrt(1 - p ** 2) * e));
  const covariance = (p: number) => expected((z) => f(z) * given(p)(z)) - mean ** 2;
  const rows = readFileSync(written().labels, "utf8").trim().split("\n").slice(1);
  const closedForm = rows.map((row) => Number(row.split(",").at(-1)));
  const byQuadrature = [0.5, 1].map((p) => covariance(p) / (variance + noiseStd ** 2));
  expect(closedForm).toHaveLength(6);
  for (const [i, value] of closedForm.entries()) expect(value).toBeCloseTo(byQuadrature[i % 2], 6);
});

test("readTrials(folder) gives back what was written, and refuses it without some or all measurements, or with else", () => {
  const { folder, labels } = written();
  expect(readTrials(folder)).toEqual(trials);
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
