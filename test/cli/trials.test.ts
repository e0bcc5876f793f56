import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";

describe("mmoe data --trials N -o DIR", () => {
  const measure = (folder: string, ...argv: string[]) =>
    runMain(["data", "--corr", "0.5,1", "--trials", "4", "--rows", "50", "-o", folder, ...argv]);

  test("records every trial, which mmoe verify measures again", async () => {
    const folder = join(temporaryFolder(), "trials");
    const { code, stdout } = await measure(folder);
    expect([code, stdout.split("\n").length]).toEqual([0, 4]);
    expect(readdirSync(folder).sort()).toEqual(["labels.csv", "provenance.json", "trials.yaml"]);
    const provenance = JSON.parse(readFileSync(join(folder, "provenance.json"), "utf8"));
    expect(provenance.end >= provenance.start).toBe(true);
    expect(await runMain(["verify", folder, "--quiet"])).toMatchObject({ code: 0, stderr: "" });
  });

  test("verify exits with 4 where a recorded correlation is another in its last digit", async () => {
    const folder = join(temporaryFolder(), "trials");
    await measure(folder);
    const file = join(folder, "labels.csv");
    const rows = readFileSync(file, "utf8").split("\n");
    const [trial, p, value, closed] = rows[3].split(",");
    rows[3] = [trial, p, String(Number(value) + Number.EPSILON), closed].join(",");
    writeFileSync(file, rows.join("\n"));
    const { code, stdout } = await runMain(["verify", folder, "--runs", "9", "--json"]);
    const verified = JSON.parse(stdout) as { trial: number; same: boolean }[];
    expect([code, verified.length]).toEqual([4, 4]);
    expect(verified.filter(({ same }) => !same).map(({ trial }) => trial)).toEqual([Number(trial)]);
  });

  test("refuses a folder of trials without --overwrite, and a file", async () => {
    const folder = join(temporaryFolder(), "trials");
    await measure(folder);
    expect((await measure(folder)).stderr).toBe(`mmoe: ${folder} exists; give another -o, or --overwrite\n`);
    expect((await measure(folder, "--overwrite")).code).toBe(0);
    expect((await measure(join(folder, "labels.csv"))).stderr).toBe(
      `mmoe: ${join(folder, "labels.csv")} is a file; give a folder as -o\n`,
    );
  });

  test("names what is wrong with records that were changed", async () => {
    const folder = join(temporaryFolder(), "trials");
    await measure(folder);
    const labels = join(folder, "labels.csv");
    writeFileSync(labels, readFileSync(labels, "utf8").replace("\n2,1,", "\n7,1,"));
    expect((await runMain(["verify", folder])).stderr).toBe(
      `mmoe: ${labels}: trial 2 is not whole; measure again with mmoe data --trials\n`,
    );
    writeFileSync(labels, "trial,correlation\n1,2,3\n");
    expect((await runMain(["verify", folder])).stderr).toMatch(/^mmoe: .*labels\.csv: not readable as CSV: .*\n$/);
    const settings = join(folder, "trials.yaml");
    writeFileSync(settings, readFileSync(settings, "utf8").replace("trials: 4", "trails: 4"));
    expect((await runMain(["verify", folder])).stderr).toBe(
      `mmoe: ${settings}: unknown key 'trails'; did you mean 'trials'?\n`,
    );
  });
});
