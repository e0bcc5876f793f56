// Processes are killed at random moments, whatever they are doing then.
import { join } from "node:path";
import { expect, test } from "vitest";
import { exited, killedAfter, start, timelessCsv } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";

const SWEEP = ["sweep", "smoke", "--models", "mmoe,omoe", "--steps", "150"];
const folder = () => join(temporaryFolder(), "results");

test("a sweep that is killed 15 times at random moments and resumed writes the CSV of a sweep left alone", async () => {
  const [killed, alone] = [folder(), folder()];
  const argv = (out: string) => [...SWEEP, "--runs", "30", "--out", out];
  for (let kill = 0; kill < 15; kill++) await killedAfter(150 + 350 * Math.random(), argv(killed));
  for (const out of [killed, alone]) expect((await exited(start(...argv(out)))).code).toBe(0);
  expect(timelessCsv(killed)).toEqual(timelessCsv(alone));
});

test("shards that were killed at random moments go on, as other shards too, to the CSV of one process", async () => {
  const [killed, alone] = [folder(), folder()];
  const argv = (out: string) => [...SWEEP, "--runs", "13", "--jobs", "1", "--out", out];
  const shards = (count: number) =>
    Array.from({ length: count }, (_, i) => [...argv(killed), "--shard", `${i + 1}/${count}`]);
  for (const count of [2, 3, 2, 3, 2])
    await Promise.all(shards(count).map((shard) => killedAfter(200 + 900 * Math.random(), shard)));
  const ends = await Promise.all(shards(2).map((shard) => exited(start(...shard))));
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  expect((await exited(start(...argv(alone)))).code).toBe(0);
  expect(timelessCsv(killed)).toEqual(timelessCsv(alone));
});
