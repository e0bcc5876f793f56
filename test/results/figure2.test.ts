import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";

const FOLDER = "results/figure2";

describe(`${FOLDER}, as committed`, () => {
  test("comes out the same bit for bit in three of its trials", async () => {
    const { code, stdout } = await runMain(["verify", FOLDER, "--runs", "3", "--quiet"]);
    expect([code, stdout.match(/ same$/gm)?.length]).toEqual([0, 3]);
  });

  test("holds the figure that is drawn of it now, byte for byte", async () => {
    const out = temporaryFolder();
    await runMain(["figures", FOLDER, "-o", out]);
    for (const file of ["svg", "csv", "txt"].map((ending) => `figure2.${ending}`)) {
      expect(readFileSync(join(out, file)).equals(readFileSync(join(FOLDER, "figures", file))), file).toBe(true);
    }
  });

  test("lies within two standard errors of the closed form at most correlations, and within four at all", () => {
    const [, ...lines] = readFileSync(join(FOLDER, "figures/figure2.csv"), "utf8").trim().split("\n");
    const off = lines.map((line) => {
      const [, trials, , mean, twoSd, closedForm] = line.split(",").map(Number) as number[];
      return Math.abs(mean - closedForm) / (twoSd / 2 / Math.sqrt(trials));
    });
    expect(off).toHaveLength(9);
    expect(Math.max(...off)).toBeLessThan(4);
    expect(off.filter((one) => one < 2).length).toBeGreaterThan(5);
  });

  test("names no path of the machine that computed it", () => {
    expect(readFileSync(join(FOLDER, "provenance.json"), "utf8")).not.toMatch(/"\/|\/(root|home|work)\//);
  });
});
