// A sweep whose runs train on two engines at once, killed at random moments.
import { join } from "node:path";
import { expect, test } from "vitest";
import { readResults } from "../../src/records/read-results.ts";
import { exited, killedAfter, start, timelessCsv } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";
import { times } from "./times.ts";

const MODELS = ["--models", "mmoe,dselect-k,my-mmoe", "--model", "examples/my-mmoe.mjs"];
const SWEEP = ["sweep", "smoke", ...MODELS, "--steps", "120"];
const argv = (out: string) => [...SWEEP, "--runs", "4", "--checkpoint-every", "1s", "--out", out];

test("a sweep on cpu and tfjs that is killed again and again and resumed writes the CSV of a sweep left alone", async () => {
  const [killed, alone] = ["killed", "alone"].map((name) => join(temporaryFolder(), name)) as [string, string];
  for (let kill = 0; kill < times(3); kill++) await killedAfter(500 + 3000 * Math.random(), argv(killed));
  for (const out of [killed, alone]) expect((await exited(start(...argv(out)))).code).toBe(0);
  expect(timelessCsv(killed)).toEqual(timelessCsv(alone));
  const { records } = await readResults(killed, () => {});
  const trainers = records.map(({ model, engine }) => `${model} on ${engine}`);
  expect([...new Set(trainers)].sort()).toEqual(["dselect-k on cpu", "mmoe on cpu", "my-mmoe on node"]);
  expect(records).toHaveLength(3 * 2 * 4);
});
