import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Writer, writersIn } from "../../src/records/writers.ts";
import { timelessCsv } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";
import { Cluster, logOf, type Tracking } from "./cluster.ts";

/** Sixteen runs of about a second: as many steps as a task needs to be caught in, on tiny data. */
const SWEEP = [
  ..."smoke --models mmoe --corr 0.5 --runs 16 --steps 50000 --batch 4".split(" "),
  ..."--set trainRows=100 --set heldoutRows=20 --set evalEvery=25000".split(" "),
];

/** Both where the machine lets them. */
function trackings(): Tracking[] {
  try {
    accessSync("/sys/fs/cgroup/freezer/cgroup.procs", constants.W_OK);
    return ["linuxproc", "cgroup"];
  } catch {
    return ["linuxproc"];
  }
}

/**
 * A folder with a name that a shell reads otherwise; in it, stand-ins for mmoe: `idle` sweeps, idly, until it is told to
 * stop, `deaf` does until it is killed, `killed` is killed at once.
 */
function study(): string {
  const folder = join(temporaryFolder(), `it's a 50% "study" $HOME`);
  mkdirSync(folder);
  const standIn = (name: string, trap: string, sweep: string) => {
    writeFileSync(join(folder, name), `#!/bin/bash\ntrap ${trap} TERM\necho began\n[ "$1" != sweep ] || ${sweep}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const forever = "while :; do sleep 0.1; done";
  standIn("idle", "'echo told; exit 75'", forever);
  standIn("deaf", "''", forever);
  standIn("killed", "-", "kill -KILL $$");
  return folder;
}

const IDLE = ["--mmoe", "./idle"];
const polled = { timeout: 140_000, interval: 200 };

/** Where a single process has trained the sweep, once that was done. */
let reference = "";

describe.each(trackings())("a Slurm that tracks processes by %s", (tracking) => {
  let cluster: Cluster;
  let folder = "";
  /** An idle task that its time limit is to stop, meanwhile. */
  let limited = "";

  beforeAll(() => {
    cluster = new Cluster(tracking);
    folder = study();
    limited = submit("--array", "1", "--time", "1:00", "--restarts", "1", ...IDLE).array;
  });
  afterAll(() => cluster?.stop());

  function submit(...argv: string[]): { array: string; merge: string } {
    const { code, stdout, stderr } = cluster.mmoe(folder, "slurm", ...SWEEP, ...argv, "--submit");
    expect([code, stderr]).toEqual([0, expect.stringMatching(/mmoe\.js status /)]);
    const [array = "", merge = ""] = stdout.split("\n");
    return { array, merge };
  }

  const state = (job: string) => cluster.state(job);
  const poll = (job: string) => expect.poll(() => state(job), polled);
  const log = (name: string) => logOf(folder, `mmoe-smoke-${name}`);
  const began = (task: string) => expect.poll(() => (state(task).state === "RUNNING" ? log(task) : ""), polled);

  test("tasks that were killed, requeued and stopped go on, and all end with the CSV of one process", async () => {
    const { array, merge } = submit("--array", "4", "--time", "5:00", "--out", "results");
    const journals = join(folder, "results", "journal");
    const training = (i: number) =>
      writersIn(journals).find(({ provenance, runs }) => provenance.shard?.index === i && runs > 0);
    const disturb = async (i: number, how: (writer: Writer) => void) => {
      await expect.poll(() => training(i), polled).toBeDefined();
      const writer = training(i) as Writer;
      how(writer);
      return writer.name;
    };
    const disturbed = await Promise.all([
      disturb(1, ({ provenance: { pid } }) => process.kill(pid, "SIGKILL")),
      disturb(2, () => cluster.slurm("scontrol", "requeue", `${array}_2`)), // as a pre-emption does
      disturb(3, () => cluster.slurm("scancel", "--batch", "--signal=TERM", `${array}_3`)), // as --signal does
    ]);

    await poll(merge).toEqual({ state: "COMPLETED", exitCode: 0, restarts: 0 });
    const ends = [1, 2, 3, 4].map((i) => state(`${array}_${i}`));
    expect(ends).toEqual([1, 1, 1, 0].map((restarts) => ({ state: "COMPLETED", exitCode: 0, restarts })));
    const writers = writersIn(journals);
    expect(writers.reduce((sum, { runs }) => sum + runs, 0)).toBe(16); // none was done twice
    const states = disturbed.map((name) => writers.find((writer) => writer.name === name)?.state);
    expect(states).toEqual(["killed", "ended", "ended"]);
    for (const i of [2, 3]) expect(log(`${array}_${i}`)).toContain("mmoe: stopped by SIGTERM;");
    expect(timelessCsv(join(folder, "results"))).toEqual(timelessCsv(join(alone(), "results")));
  });

  test("a task that is stopped ahead of its time limit goes on, and ends for good after --restarts", async () => {
    await poll(`${limited}_1`).toEqual({ state: "FAILED", exitCode: 75, restarts: 1 });
    const lines = log(`${limited}_1`).match(/^(began|told|mmoe:.*)$/gm);
    const end = "mmoe: restarted 1 times and not done: submit the script again to go on";
    expect(lines).toEqual(["began", "told", "began", "told", end]);
  });

  test("a task whose mmoe is killed each time goes on, and ends for good after --restarts", async () => {
    const { array } = submit("--array", "1", "--restarts", "1", "--mmoe", "./killed");
    await poll(`${array}_1`).toEqual({ state: "FAILED", exitCode: 137, restarts: 1 });
    const lines = log(`${array}_1`).match(/^(began|mmoe:.*)$/gm);
    const end = "mmoe: restarted 1 times and not done: submit the script again to go on";
    expect(lines).toEqual(["began", "began", end]);
  });

  test("a cancelled task that has to be killed stays cancelled", async () => {
    const { array } = submit("--array", "1", "--mmoe", "./deaf");
    await began(`${array}_1`).toContain("began");
    cluster.slurm("scancel", array);
    await poll(`${array}_1`).toMatchObject({ state: "CANCELLED", restarts: 0 });
  });

  test("a cancelled task stays cancelled, and the results are merged all the same", async () => {
    const { array, merge } = submit("--array", "2", ...IDLE);
    for (const i of [1, 2]) await began(`${array}_${i}`).toContain("began");
    cluster.slurm("scancel", array);
    await poll(merge).toMatchObject({ state: "COMPLETED", exitCode: 0 });
    for (const i of [1, 2]) {
      expect(state(`${array}_${i}`)).toMatchObject({ state: "CANCELLED", restarts: 0 });
      expect(log(`${array}_${i}`)).toContain("told");
    }
  });

  test("a task with two GPUs has a process on each", async () => {
    const { array } = submit("--array", "1", "--gpus", "2", "--runs", "2", "--steps", "20", "--out", "gpus");
    await poll(`${array}_1`).toMatchObject({ state: "COMPLETED", exitCode: 0 });
    const said = log(`${array}_1`).match(/^\[\d\] gpus: shard \d\/2: 1 run\b/gm);
    expect(said?.sort()).toEqual(["[0] gpus: shard 1/2: 1 run", "[1] gpus: shard 2/2: 1 run"]);
  });

  function alone(): string {
    reference ||= study();
    expect(cluster.mmoe(reference, "sweep", ...SWEEP, "--out", "results").code).toBe(0);
    return reference;
  }
});
