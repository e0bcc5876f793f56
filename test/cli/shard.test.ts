import { EventEmitter } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { chosenEngine } from "../support/chosen-engine.ts";
import { csvFile } from "../support/csv.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";

const engine = chosenEngine();

let out = "";
/** Ids of the runs that were trained. */
let trained: string[] = [];

beforeEach(() => {
  out = join(temporaryFolder(), "results");
  trained = [];
  engine.load = () => fakeEngine({ before: ({ id }) => trained.push(id) });
});

const inArray = (env: Record<string, string>, ...argv: string[]) =>
  runMain(["sweep", "smoke", "--out", out, ...argv], new EventEmitter(), env);
const sweep = (...argv: string[]) => inArray({}, ...argv);
const written = () => ["config.yaml", "runs.csv", "curves.csv"].map((file) => readFileSync(join(out, file), "utf8"));
const slurm = (id: number, changes: Record<string, string> = {}) => ({
  SLURM_ARRAY_TASK_ID: `${id}`,
  SLURM_ARRAY_TASK_COUNT: "3",
  SLURM_ARRAY_TASK_MIN: "4",
  SLURM_ARRAY_TASK_MAX: "6",
  ...changes,
});
const kubernetes = (index: string, count: string) => ({ JOB_COMPLETION_INDEX: index, MMOE_SHARD_COUNT: count });

describe("mmoe sweep --shard i/n", () => {
  test("into one folder, each in its turn, gives the config and the CSV of a sweep by one process", async () => {
    for (const i of [3, 1, 4, 2]) expect((await sweep("--shard", `${i}/4`)).code).toBe(0);
    expect(trained).toHaveLength(48);
    const shared = written();
    out = join(temporaryFolder(), "alone");
    await sweep();
    expect(shared).toEqual(written());
  });

  test("does what other numbers of shards left, and nothing twice", async () => {
    await sweep("--shard", "2/3");
    for (const i of [1, 2, 3, 4, 5]) await sweep("--shard", `${i}/5`);
    await sweep();
    expect(trained).toHaveLength(48);
    expect(new Set(trained).size).toBe(48);
  });

  test("trains beside another process's shard of this machine, and not beside its own", async () => {
    await sweep("--runs", "1");
    const owner = { pid: process.ppid, host: hostname(), began: null, since: "2026-01-01T00:00:00Z" };
    const lock = join(out, "journal", `${hostname()}-${process.ppid}.lock`);
    writeFileSync(lock, JSON.stringify({ ...owner, shard: { index: 1, count: 2 } }));
    expect((await sweep("--shard", "2/2")).code).toBe(0);
    for (const shard of ["1/2", "1/3", "1/1"]) expect((await sweep("--shard", shard)).code).toBe(2);
  });

  test("keeps what another shard trained after its look into the new folder, config included", async () => {
    engine.load = async () => {
      engine.load = () => fakeEngine();
      expect((await sweep("--shard", "2/2", "--runs", "3")).code).toBe(0);
      return fakeEngine();
    };
    expect((await sweep("--shard", "1/2", "--runs", "2")).code).toBe(0);
    expect(csvFile(out, "runs.csv")).toHaveLength(9 + 6);
    expect(loadConfig(join(out, "config.yaml")).runs).toBe(3);
  });

  test.each(["0/4", "5/4", "2", "1/0", "a/b", "1/2/3", "-1/4", "1/9999999999"])("refuses %s", async (shard) => {
    expect(refusal(await sweep(`--shard=${shard}`))).toBe(
      `--shard: expected i/n, i from 1 to n, such as 2/16, got '${shard}'`,
    );
  });

  test("refuses --overwrite, which would delete what the others train", async () => {
    await sweep("--shard", "1/2");
    expect(refusal(await sweep("--shard", "2/2", "--overwrite"))).toMatch(/^--overwrite with --shard would delete/);
  });
});

describe("mmoe sweep in a job array", () => {
  test.each([
    ["a Slurm array", slurm(5), "2/3", "SLURM_ARRAY_TASK_ID=5 in an array of 3 from 4 to 6"],
    [
      "a Slurm array with a step",
      slurm(11, { SLURM_ARRAY_TASK_MIN: "1", SLURM_ARRAY_TASK_MAX: "11", SLURM_ARRAY_TASK_STEP: "5" }),
      "3/3",
      "SLURM_ARRAY_TASK_ID=11 in an array of 3 from 1 to 11 by 5",
    ],
    ["an indexed Kubernetes Job", kubernetes("0", "3"), "1/3", "JOB_COMPLETION_INDEX=0, MMOE_SHARD_COUNT=3"],
  ])("takes the shard of %s and says so", async (_, env, shard, why) => {
    const { code, stderr } = await inArray(env);
    const [first, second] = [`${why} (--shard 1/1 trains the whole sweep)`, `${trained.length} runs on fake (none)`];
    expect([code, stderr]).toEqual([0, `shard ${shard}: ${first}\n${out}: shard ${shard}: ${second}\n`]);
    const detected = trained;
    rmSync(out, { recursive: true });
    trained = [];
    await sweep("--shard", shard);
    expect(detected).toEqual(trained);
  });

  test("stopped, names a command that goes on with the same shard outside of the array", async () => {
    const signals = new EventEmitter();
    engine.load = () => fakeEngine({ before: ({ id }) => id === "mmoe/p=1.00/004" && signals.emit("SIGTERM") });
    const { code, stderr } = await runMain(["sweep", "smoke", "--out", out], signals, slurm(5));
    expect(code).toBe(75);
    expect(stderr).toMatch(
      /stopped by SIGTERM; 11 runs are kept in \S+, 5 remain; resume with:\nmmoe sweep smoke --out \S+ --shard 2\/3\n$/,
    );
  });

  const UNCLEAR = "is not clear";
  test.each([
    [
      slurm(5, { SLURM_ARRAY_TASK_COUNT: "2" }),
      `SLURM_ARRAY_TASK_ID=5: its place in an array of 2 from 4 to 6 ${UNCLEAR}`,
    ],
    [slurm(3), `SLURM_ARRAY_TASK_ID=3: its place in an array of 3 from 4 to 6 ${UNCLEAR}`],
    [slurm(5, { SLURM_ARRAY_TASK_COUNT: "" }), "SLURM_ARRAY_TASK_COUNT is not set in an array of jobs"],
    [slurm(5, { SLURM_ARRAY_TASK_STEP: "0" }), "SLURM_ARRAY_TASK_STEP: expected a whole number from 1, got '0'"],
    [kubernetes("3", "3"), "JOB_COMPLETION_INDEX=3 is not below MMOE_SHARD_COUNT=3"],
    [{ JOB_COMPLETION_INDEX: "1" }, "MMOE_SHARD_COUNT is not set in an array of jobs"],
    [{ ...slurm(5), ...kubernetes("1", "3") }, "SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are both set"],
  ])("refuses %j in one line with the way out", async (env, says) => {
    expect(refusal(await inArray(env))).toBe(`${says}; give --shard i/n (--shard 1/1: the whole sweep)`);
    expect(existsSync(out)).toBe(false);
  });
});
