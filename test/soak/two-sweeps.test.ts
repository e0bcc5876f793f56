import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exited, start } from "../support/bin.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { times } from "./times.ts";

test("shards of two seeds that start together into a new folder: one trains, the other is refused", async () => {
  for (let i = 0; i < times(2); i++) {
    const out = join(temporaryFolder(), "results");
    const shard = (seed: number) =>
      exited(start("sweep", "smoke", "--runs", "4", "--out", out, "--seed", `${seed}`, "--shard", `${1 + seed}/2`));
    const ends = await Promise.all([shard(0), shard(1)]);
    const seed = ends[0].code === 0 ? 0 : 1;
    expect(ends[seed]?.code).toBe(0);
    expect(ends[1 - seed]).toMatchObject({ code: 2, stderr: expect.stringMatching(/another config \(seed: \d there/) });
    const rows = csvFile(out, "runs.csv");
    expect(new Set(rows.map((row) => row.seed))).toEqual(new Set([`${seed}`]));
    expect(readdirSync(join(out, "journal"))).toHaveLength(2);
  }
});
