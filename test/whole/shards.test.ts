import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readJournal } from "../../src/records/read-journals.ts";
import { exited, firstRun, start, timelessCsv } from "../support/bin.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

const SWEEP = ["sweep", "smoke", "--runs", "7", "--models", "mmoe,omoe", "--steps", "60", "--jobs", "1"];

test("shards in one folder at once leave the CSV of one process, a journal each, and no lock", async () => {
  const [out, alone] = [join(temporaryFolder(), "results"), join(temporaryFolder(), "alone")];
  const shards = ["1/2", "2/2"].map((shard) => start(...SWEEP, "--shard", shard, "--out", out));
  expect((await Promise.all(shards.map(exited))).map(({ code }) => code)).toEqual([0, 0]);
  await runMain([...SWEEP, "--out", alone]);
  expect(timelessCsv(out)).toEqual(timelessCsv(alone));
  const journals = readdirSync(join(out, "journal"));
  expect(journals.filter((name) => name.endsWith(".jsonl"))).toHaveLength(2);
  expect(journals).toHaveLength(4);
});

test("a second process for the same shard is refused and the first goes on", async () => {
  const out = join(temporaryFolder(), "results");
  const argv = [...SWEEP, "--runs", "5000", "--shard", "1/2", "--out", out];
  const first = start(...argv);
  const end = exited(first);
  const journal = await firstRun(out);
  const second = await runMain(argv);
  expect(second.code).toBe(2);
  expect(second.stderr).toMatch(/^mmoe: .*: process \d+ on \S+ has been writing here since .*\n$/);
  const kept = [...readJournal(journal, () => {})].length;
  first.kill("SIGTERM");
  expect((await end).code).toBe(75);
  expect([...readJournal(journal, () => {})].length).toBeGreaterThanOrEqual(kept);
});
