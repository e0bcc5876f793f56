import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { availableKernels } from "../../src/engines/cpu/native.ts";
import { readJournal } from "../../src/records/read-journals.ts";
import { BIN, exited, firstRun, pause, start, startIn, stdoutOf, timelessCsv } from "../support/bin.ts";
import { csvFile } from "../support/csv.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { inTime } from "../support/in-time.ts";

/** More runs than are trained while a test looks. */
const MANY = ["--runs", "1000", "--models", "mmoe", "--corr", "0.5", "--jobs", "1"];
/** A disk on which the CSV files take minutes. */
const SLOW_WRITING = `
  import timers from "node:timers/promises";
  import { syncBuiltinESMExports } from "node:module";
  timers.setImmediate = () => timers.setTimeout(60_000);
  syncBuiltinESMExports();
`;

/** The CSV files but for times and devices. */
function deviceless(out: string): unknown[] {
  const [rows, curves] = timelessCsv(out) as [Record<string, string>[], string];
  return [rows.map((row) => ({ ...row, device: "" })), curves];
}

describe("the built mmoe", () => {
  test("says by a short trial how long a sweep takes", async () => {
    const stdout = await stdoutOf(start("sweep", "smoke", "--dry-run", "--jobs", "1", "--out", "/tmp/none"));
    expect(stdout).toMatch(
      /^about [\d.:]+ \w+ \([\d.:]+ \w+ to [\d.:]+ \w+\) on (an idle core|\d+ idle cores); about /m,
    );
  });

  test("goes on, without a note, on other kernels than those that began, and leaves the same CSV", async () => {
    const whole = join(temporaryFolder(), "whole");
    const few = ["--runs", "8", "--models", "mmoe", "--corr", "0.5", "--jobs", "1"];
    const out = await inTime(async () => {
      const killed = join(temporaryFolder(), "killed");
      const child = start("sweep", "smoke", ...few, "--kernels", "wasm", "--out", killed);
      const end = exited(child);
      await firstRun(killed);
      child.kill("SIGKILL");
      return (await end).signal === "SIGKILL" ? killed : undefined;
    });
    const { code, stderr } = await runMain(["sweep", "smoke", ...few, "--out", out]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/: reused \d+, to do \d+ runs on cpu \(\w+\)\n/)]);
    expect(stderr).not.toContain("what is there");
    await runMain(["sweep", "smoke", ...few, "--out", whole]);
    expect(deviceless(out)).toEqual(deviceless(whole));
  });

  test("stops on SIGHUP with exit code 75, its finished runs in the CSV", async () => {
    const out = join(temporaryFolder(), "results");
    const child = start("sweep", "smoke", ...MANY, "--out", out);
    const end = exited(child);
    await firstRun(out);
    child.kill("SIGHUP");
    expect((await end).code).toBe(75);
    const runs = csvFile(out, "runs.csv").length;
    expect([runs > 0, runs < 1000]).toEqual([true, true]);
  });

  test("ends at once on a second SIGINT with exit code 130, its finished runs kept", async () => {
    const out = join(temporaryFolder(), "results");
    const child = startIn(SLOW_WRITING, "sweep", "smoke", ...MANY, "--out", out);
    const end = exited(child);
    const journal = await firstRun(out);
    while (child.kill("SIGINT")) await pause(100); // those that come at once count as one
    const says = `mmoe: stopped at once by Ctrl-C; finished runs are kept in ${out}; resume with:\nnode bin/mmoe.js sweep smoke `;
    expect(await end).toMatchObject({ code: 130, signal: null, stderr: expect.stringContaining(says) });
    expect([...readJournal(journal, () => {})].length).toBeGreaterThan(0);
    expect(existsSync(join(out, "runs.csv"))).toBe(false);
  });
});

test("a sweep says in its first line which kernels train, and trains on those that --kernels or MMOE_KERNELS names", async () => {
  for (const { set, argv, env } of [
    { set: availableKernels().sets[0], argv: [], env: {} },
    { set: "wasm", argv: [], env: { MMOE_KERNELS: "wasm" } },
    { set: "wasm", argv: ["--kernels", "wasm"], env: { MMOE_KERNELS: "avx9" } },
  ]) {
    const out = join(temporaryFolder(), "results");
    const few = ["--runs", "1", "--steps", "5", "--models", "mmoe", "--jobs", "1"];
    const ended = await runMain(["sweep", "smoke", ...few, ...argv, "--out", out], undefined, env);
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(`^\\S+: 2 runs on cpu \\(${set}\\)\n`) });
    expect(csvFile(out, "runs.csv").map(({ device }) => device)).toEqual([set, set]);
  }
});

describe("a sweep trains on to its end", () => {
  const SWEEP = ["sweep", "smoke", "--runs", "3", "--steps", "50", "--models", "mmoe", "--jobs", "1", "--out"];
  const statuses = (out: string) => csvFile(out, "runs.csv").map(({ status }) => status);
  const DONE = Array(6).fill("done");

  test("when the reader of its events leaves, and ends with 141", async () => {
    const { out, ended } = await inTime(async () => {
      const out = join(temporaryFolder(), "results");
      const child = start(...SWEEP, out, "--json");
      child.stdout?.once("data", () => child.stdout?.destroy());
      const ended = await exited(child);
      return ended.code === 0 ? undefined : { out, ended }; // it had written all before its reader left
    });
    expect(ended).toMatchObject({ code: 141, stderr: expect.not.stringContaining("EPIPE") });
    expect(statuses(out)).toEqual(DONE);
  });

  test("when its stderr closes, and prints its table", async () => {
    const out = join(temporaryFolder(), "results");
    const child = start(...SWEEP, out);
    child.stderr?.once("data", () => child.stderr?.destroy());
    expect(await stdoutOf(child)).toContain(`${out}/runs.csv`);
    expect(child.exitCode).toBe(0);
    expect(statuses(out)).toEqual(DONE);
  });

  test("when the disk behind its stdout is full, says so once and ends with 2", async () => {
    const out = join(temporaryFolder(), "results");
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [BIN, ...SWEEP, out, "--json", "--quiet"], {
      stdio: ["ignore", full, "pipe"],
    });
    expect(await exited(child)).toMatchObject({
      code: 2,
      stderr: "mmoe: stdout: can't be written: no space left on device\n",
    });
    closeSync(full);
    expect(statuses(out)).toEqual(DONE);
  });
});

const SHARDED = ["sweep", "smoke", "--runs", "7", "--models", "mmoe,omoe", "--steps", "60", "--jobs", "1"];

test("shards in one folder at once leave the CSV of one process, a journal each, and no lock", async () => {
  const [out, alone] = [join(temporaryFolder(), "results"), join(temporaryFolder(), "alone")];
  const shards = ["1/2", "2/2"].map((shard) => start(...SHARDED, "--shard", shard, "--out", out));
  expect((await Promise.all(shards.map(exited))).map(({ code }) => code)).toEqual([0, 0]);
  await runMain([...SHARDED, "--out", alone]);
  expect(timelessCsv(out)).toEqual(timelessCsv(alone));
  const journals = readdirSync(join(out, "journal"));
  expect(journals.filter((name) => name.endsWith(".jsonl"))).toHaveLength(2);
  expect(journals).toHaveLength(4);
});
