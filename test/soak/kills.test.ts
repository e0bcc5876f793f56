// Processes are killed at random moments, whatever they are doing then.
import { join } from "node:path";
import { expect, test } from "vitest";
import { exited, killedAfter, start, timelessCsv } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";
import { times } from "./times.ts";

const SWEEP = ["sweep", "smoke", "--models", "mmoe,omoe", "--steps", "150"];
const folder = () => join(temporaryFolder(), "results");

test("a sweep that is killed at random moments and resumed writes the CSV of a sweep left alone", async () => {
  const [killed, alone] = [folder(), folder()];
  const argv = (out: string) => [...SWEEP, "--runs", "12", "--out", out];
  for (let kill = 0; kill < times(6); kill++) await killedAfter(150 + 350 * Math.random(), argv(killed));
  for (const out of [killed, alone]) expect((await exited(start(...argv(out)))).code).toBe(0);
  expect(timelessCsv(killed)).toEqual(timelessCsv(alone));
});

test("shards that were killed at random moments go on, as other shards too, to the CSV of one process", async () => {
  const [killed, alone] = [folder(), folder()];
  const argv = (out: string) => [...SWEEP, "--runs", "9", "--jobs", "1", "--out", out];
  const shards = (count: number) =>
    Array.from({ length: count }, (_, i) => [...argv(killed), "--shard", `${i + 1}/${count}`]);
  for (let kill = 0; kill < times(3); kill++) {
    const count = 2 + (kill % 2);
    await Promise.all(shards(count).map((shard) => killedAfter(200 + 900 * Math.random(), shard)));
  }
  const ends = await Promise.all(shards(2).map((shard) => exited(start(...shard))));
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  expect((await exited(start(...argv(alone)))).code).toBe(0);
  expect(timelessCsv(killed)).toEqual(timelessCsv(alone));
});
