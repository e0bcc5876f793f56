import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readResults } from "../../src/records/read-results.ts";
import { runMain, temporaryFolder } from "../../test/support/effects.ts";
import { runFinals } from "../src/finals.ts";
import { folderOf, readPlan } from "../src/plan.ts";
import { type Sweep, unpack } from "../src/store.ts";
import { sweeps } from "./committed-search.ts";

const rates = sweeps.get("rates") as Sweep;

test("holds 6,179 runs of 453 sweeps: those of the plans and two more", () => {
  const names = [
    ...["plan", "linear", "bars"].flatMap((plan) => readPlan(plan).map(({ name }) => name)),
    "rates",
    "two-rows",
  ];
  expect([...sweeps.keys()].filter((name) => !names.includes(name))).toEqual([]);
  expect([sweeps.size, [...sweeps.values()].flatMap(({ records }) => records).length]).toEqual([453, 6179]);
});

test("unpack(sweep, folder) writes results that read as the sweep, and that mmoe trains again bit for bit", async () => {
  const folder = join(temporaryFolder(), "rates");
  unpack(rates, folder);
  const { config, records, provenances } = await readResults(folder, console.warn);
  expect({ config, provenances }).toEqual({ config: rates.config, provenances: rates.provenances });
  expect(records).toEqual(rates.records);
  const { code, stdout } = await runMain(["verify", folder, "--runs", "1", "--quiet"]);
  expect([code, stdout.match(/ same$/gm)?.length]).toEqual([0, 1]);
});

test("unpack(sweep, folder) leaves a folder as it is that is there", () => {
  const folder = temporaryFolder();
  unpack(rates, folder);
  expect(existsSync(join(folder, "config.yaml"))).toBe(false);
});

test("a run's last running mean is the mean of its losses, weighted by the steps of each", () => {
  const { records } = sweeps.get("two-rows") as Sweep;
  const [final] = runFinals({ ...(sweeps.get("two-rows") as Sweep), records: records.slice(0, 1) });
  const { steps, train } = records[0].curve;
  const sum = steps.reduce((all, step, i) => all + (step - (steps[i - 1] ?? 0)) * train[2 * i], 0);
  expect(final?.running[0]).toBeCloseTo(sum / 10_000_000, 9);
});

test("git ignores the folders that the search trains into", () => {
  expect(readFileSync(".gitignore", "utf8")).toContain(`/${folderOf({ name: "" })}\n`);
});
