import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readJournal } from "../../src/records/read-journals.ts";
import { exited, firstRun, start, timelessCsv } from "../support/bin.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

const SWEEP = ["sweep", "smoke", "--runs", "13", "--models", "mmoe,omoe", "--steps", "60", "--jobs", "1"];

/** Shards of one sweep, each in a process of its own, all at once; their exit codes. */
async function sweepInShards(out: string, count: number): Promise<(number | null)[]> {
  const shards = Array.from({ length: count }, (_, i) => start(...SWEEP, "--shard", `${i + 1}/${count}`, "--out", out));
  return (await Promise.all(shards.map(exited))).map(({ code }) => code);
}

/** The CSV of the sweep by one process that nothing disturbed. */
let alone: unknown[];
beforeAll(async () => {
  const out = join(temporaryFolder(), "alone");
  await runMain([...SWEEP, "--out", out]);
  alone = timelessCsv(out);
});

test("shards in one folder at once leave the CSV of one process, a journal each, and no lock", async () => {
  const out = join(temporaryFolder(), "results");
  expect(await sweepInShards(out, 3)).toEqual([0, 0, 0]);
  expect(timelessCsv(out)).toEqual(alone);
  const journals = readdirSync(join(out, "journal"));
  expect(journals.filter((name) => name.endsWith(".jsonl"))).toHaveLength(3);
  expect(journals).toHaveLength(6);
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
