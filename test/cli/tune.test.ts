import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { csvFile } from "../support/csv.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";

const SET = ["runs=20", "models=omoe,mmoe", "correlations=0.5,1", "lr=0.001,0.01", "seed=1"];

/** A folder in which omoe is best at 0.001, and mmoe at 0.01. */
function made(set: readonly string[] = [], missing = false): string {
  const folder = join(temporaryFolder(), "rates");
  mkdirSync(folder);
  const lossOf = ({ model, index, training: { lr } }: Parameters<Parameters<typeof writeResults>[1]>[0]) => {
    if (missing && index === 3 && lr === 0.01) return "missing";
    return (model.name === "omoe") === (lr === 0.001) ? 0.1 + index / 1000 : 0.3 + (index % 7) / 1000;
  };
  writeResults(folder, lossOf, [...SET, ...set]);
  return folder;
}

test("mmoe tune shows what it chose from, how sure it is, and where the config is", async () => {
  const folder = made();
  const file = join(temporaryFolder(), "tuned.yaml");
  const stdout = printed(await runMain(["tune", folder, "-o", file]));
  const lines = stdout.split("\n");
  expect(lines[0]).toBe(folder);
  expect(lines.filter((line) => line.endsWith("<")).map((line) => line.split(/ +/).slice(0, 2))).toEqual([
    ["omoe", "0.001"],
    ["mmoe", "0.01"],
  ]);
  expect(stdout).toMatch(/^omoe +lr=0\.001 +lr=0\.01 +0\.19\d\d \[0\.19\d\d, 0\.19\d\d\] +yes +at an end of lr$/m);
  expect(lines.slice(-3)).toEqual([`${file}: train it with:`, `mmoe sweep ${file}`, ""]);
});

test("mmoe sweep trains what mmoe tune chose, and its provenance keeps why", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "tuned.yaml");
  await runMain(["tune", made(), "-o", file, "--runs", "1", "--seed", "0", "--by", "cell"]);
  const out = join(folder, "results");
  const { code } = await runMain(["sweep", file, "--steps", "3", "--out", out, "--engine", "cpu"]);
  expect(code).toBe(0);
  const rows = csvFile(out, "runs.csv");
  expect(rows.map(({ id, lr, seed }) => `${id} ${lr} ${seed}`)).toEqual([
    "omoe/p=0.50/000 0.001 0",
    "mmoe/p=0.50/000 0.01 0",
    "omoe/p=1.00/000 0.001 0",
    "mmoe/p=1.00/000 0.01 0",
  ]);
  expect(loadConfig(join(out, "config.yaml")).tuned).toMatchObject({ sweep: "rates", by: "cell", runs: 20 });
  expect((await runMain(["verify", out])).code).toBe(0);
});

test("mmoe tune chooses what --at leaves open, by a loss, both of which the config says", async () => {
  const folder = made(["batch=64,256"]);
  const file = join(temporaryFolder(), "tuned.yaml");
  const { stdout } = await runMain(["tune", folder, "-o", file, "--at", "batch=64", "--loss", "heldout"]);
  expect(stdout).toContain(`${folder} at batch=64\n`);
  expect(loadConfig(file)).toMatchObject({
    name: "fixed-rows-tuned",
    about: "Sweep fixed-rows with the lr that mmoe tune chose for each model from rates, by held-out loss",
    batch: 64,
    tuned: { choices: [{ values: { lr: 0.001 } }, { values: {} }] },
  });
});

test("mmoe tune refuses in a line what it can't choose from, and writes nothing", async () => {
  const file = join(temporaryFolder(), "tuned.yaml");
  const tune = async (folder: string, ...argv: string[]) =>
    refusal(await runMain(["tune", folder, "-o", file, ...argv])).replaceAll(folder, "DIR");
  expect(await tune("results/figure3")).toBe(
    "DIR: no setting has several values; train a grid first, such as mmoe sweep --lr 0.001,0.01",
  );
  expect(await tune(made([], true))).toBe(
    "DIR: 4 runs are missing, which might choose otherwise; train them with: mmoe sweep DIR/config.yaml --out DIR",
  );
  expect(await tune(made(), "--by", "models")).toBe(
    "--by: expected one of model, cell, got 'models'; did you mean 'model'?",
  );
  expect(await tune(made(), "--seed", "1")).toBe("--seed: must differ from 1, the seed of the tuning runs; omit it");
  const each = (of: string) => tune(made(["batch=64,256"]), "--each", of);
  expect(await each("depth")).toMatch(/^--each: expected some of batch, lr, which .* lists, got 'depth'$/);
  expect(await tune(made(["batch=64,256"]), "--at", "batch=64,lr=0.01")).toBe(
    "--at: expected a listed setting to be left to choose, got all: batch, lr",
  );
  expect(await each("lr,batch")).toBe("--each: expected a listed setting to be left to choose, got all: batch, lr");
  expect(existsSync(file)).toBe(false);
});
