// Sweeps on TensorFlow as processes: ended in the middle and gone on with, and several at once.
import type { ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeAll, describe, expect, test } from "vitest";
import { journalPaths, readJournal } from "../../src/records/read-journals.ts";
import { exited, start } from "../support/bin.ts";
import { expectRelative } from "../support/close.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";

/** More runs than a group holds: some are kept while others train. */
const SWEEP = ["sweep", "smoke", "--models", "mmoe", "--runs", "36", "--steps", "150", "--lr", "0.001"];
const RUNS = 2 * 36;

const newFolder = () => join(temporaryFolder(), "results");
const sweep = (out: string, ...argv: string[]) =>
  start(...SWEEP, "--engine", "tfjs", "--backend", "tensorflow", "--out", out, ...argv);

/** Waits until a sweep with --json has kept a group's runs and trains another. */
function inTheMiddle({ stdout }: ChildProcess): Promise<void> {
  let kept = 0;
  return new Promise((resolve) => {
    createInterface({ input: stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const { event } = JSON.parse(line);
      if (event === "run") kept++;
      else if (event === "progress" && kept > 0) resolve();
    });
  });
}

/** Ids of the runs that each process of a sweep has kept. */
function keptIn(out: string): string[][] {
  return journalPaths(join(out, "journal")).map((path) => [...readJournal(path, () => {})].map(({ id }) => id));
}

interface Rows {
  readonly losses: readonly number[];
  /** All else but times. */
  readonly rest: unknown;
}

/** Those of runs.csv. */
function rowsIn(out: string): Rows {
  const rows = csvFile(out, "runs.csv");
  const columns = Object.keys(rows[0] ?? {});
  const losses = columns.filter((column) => column.includes("Loss"));
  const rest = columns.filter((column) => !losses.includes(column) && column !== "elapsedMs");
  return {
    losses: rows.flatMap((row) => losses.map((column) => Number(row[column]))),
    rest: rows.map((row) => rest.map((column) => row[column])),
  };
}

/** The same rows, with losses as far apart as rounding in groups of another size may bring them in 150 steps. */
function expectSameRows(ours: Rows, theirs: Rows): void {
  expect(ours.rest).toEqual(theirs.rest);
  expectRelative(ours.losses, theirs.losses, 1e-3);
}

/** The results of the sweep by one process that nothing disturbed. */
let alone: Rows;
beforeAll(async () => {
  const out = newFolder();
  await exited(sweep(out));
  alone = rowsIn(out);
});

describe("a sweep on TensorFlow goes on, training no finished run again, to the rows of one left alone, after", () => {
  test.each([
    ["SIGKILL", { code: null, signal: "SIGKILL" }],
    ["SIGTERM", { code: 75, signal: null }],
  ] as const)("%s", async (signal, expected) => {
    const out = newFolder();
    const child = sweep(out, "--json");
    const end = exited(child);
    await inTheMiddle(child);
    child.kill(signal);
    expect(await end).toMatchObject(expected);
    const kept = keptIn(out).flat().length;
    expect(kept).toBeLessThan(RUNS);

    const { code, stderr } = await exited(sweep(out));
    expect([code, stderr]).toEqual([0, expect.stringContaining(`reused ${kept}, to do ${RUNS - kept} runs`)]);
    expect(keptIn(out).flat().toSorted()).toEqual([...new Set(keptIn(out).flat())].sort());
    expectSameRows(rowsIn(out), alone);
  });
});

test("two shards at once, on one TensorFlow, leave a journal each, no lock, and the rows of one process", async () => {
  const out = newFolder();
  const shards = await Promise.all(["1/2", "2/2"].map((shard) => exited(sweep(out, "--shard", shard))));
  expect(shards.map(({ code }) => code)).toEqual([0, 0]);
  expect(keptIn(out).map(({ length }) => length)).toEqual([RUNS / 2, RUNS / 2]);
  expect(readdirSync(join(out, "journal")).filter((name) => name.endsWith(".lock"))).toEqual([]);
  expect((await exited(start("merge", out))).code).toBe(0); // no run is missing
  expectSameRows(rowsIn(out), alone);
});
