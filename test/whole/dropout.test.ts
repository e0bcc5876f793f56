import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { timelessCsv } from "../support/bin.ts";
import { expectRelative } from "../support/close.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

/** Writes a small sweep with dropout; gives its results folder. */
async function sweep(...argv: string[]): Promise<string> {
  const out = join(temporaryFolder(), "results");
  const small = ["--corr", "0.5", "--runs", "2", "--steps", "40", "--set", "evalEvery=10"];
  const words = ["sweep", "smoke", "--set", "dropout=0.3", ...small, "--out", out, ...argv];
  expect(await runMain(words)).toMatchObject({ code: 0 });
  return out;
}

/** The mean losses of curves.csv on held-out rows, row after row. */
function losses(out: string): number[] {
  const rows: Record<string, string>[] = parse(readFileSync(join(out, "curves.csv")), { columns: true });
  return rows.map(({ heldoutMean }) => Number(heldoutMean));
}

describe("mmoe sweep --set dropout=0.3 on the cpu engine", () => {
  let out = "";
  beforeAll(async () => {
    out = await sweep("--engine", "cpu", "--jobs", "1");
  });

  test("gives the same CSV with one worker and with two", async () => {
    expect(timelessCsv(await sweep("--engine", "cpu", "--jobs", "2"))).toEqual(timelessCsv(out));
  });

  test("gives the losses of tfjs within rounding, and others than without dropout", async () => {
    const [tfjs, whole] = [await sweep("--engine", "tfjs"), await sweep("--set", "dropout=0", "--engine", "cpu")];
    expect(losses(out)).toHaveLength(3 * 3 * 4);
    expectRelative(losses(out), losses(tfjs), 1e-3);
    expect(() => expectRelative(losses(out), losses(whole), 1e-2)).toThrow(/^\[\d+\]: /);
  });

  test("is verified to the last bit", async () => {
    expect(await runMain(["verify", out])).toMatchObject({ code: 0 });
  });
});
