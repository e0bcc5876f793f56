// Sweeps that are killed at random moments, whatever they are doing then, or that start together.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readResults } from "../../src/records/read-results.ts";
import { exited, killedAfter, start, timelessCsv } from "../support/bin.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { times } from "./times.ts";

const SWEEP = ["sweep", "smoke", "--models", "mmoe,omoe", "--steps", "150"];
const MIXED_MODELS = ["--models", "mmoe,dselect-k,my-mmoe", "--model", "examples/my-mmoe.mjs"];
const MIXED = ["sweep", "smoke", ...MIXED_MODELS, "--steps", "60"];
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

test("a sweep on cpu and tfjs that is killed again and again and resumed writes the CSV of a sweep left alone", async () => {
  const [killed, alone] = [folder(), folder()];
  const argv = (out: string) => [...MIXED, "--runs", "4", "--checkpoint-every", "1s", "--out", out];
  for (let kill = 0; kill < times(3); kill++) await killedAfter(500 + 1500 * Math.random(), argv(killed));
  for (const out of [killed, alone]) expect((await exited(start(...argv(out)))).code).toBe(0);
  expect(timelessCsv(killed)).toEqual(timelessCsv(alone));
  const { records } = await readResults(killed, () => {});
  const trainers = records.map(({ model, engine }) => `${model} on ${engine}`);
  expect([...new Set(trainers)].sort()).toEqual(["dselect-k on cpu", "mmoe on cpu", "my-mmoe on node"]);
  expect(records).toHaveLength(3 * 2 * 4);
});

test("shards of two seeds that start together into a new folder: one trains, the other is refused", async () => {
  for (let i = 0; i < times(2); i++) {
    const out = folder();
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
