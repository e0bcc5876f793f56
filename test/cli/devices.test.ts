import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Writer, writersIn } from "../../src/records/writers.ts";
import { BIN, exited, pause, timelessCsv } from "../support/bin.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { inTime } from "../support/in-time.ts";

let out = "";
let parents: ChildProcess[] = [];
beforeEach(() => {
  out = join(temporaryFolder(), "results");
});
afterEach(() => {
  for (const parent of parents) parent.kill("SIGKILL");
  parents = [];
});

const env = { ...process.env, CUDA_VISIBLE_DEVICES: "3,5,GPU-7" };

function start(...argv: string[]): ChildProcess {
  const parent = spawn(process.execPath, [BIN, "sweep", "smoke", "--out", out, ...argv], { env });
  parents.push(parent);
  return parent;
}

/** Those for the devices are its children all the same. */
const sweep = (...argv: string[]) => runMain(["sweep", "smoke", "--out", out, ...argv], undefined, env);
const csv = () => timelessCsv(out);
const FEW = ["--runs", "2", "--steps", "20"];
/** More runs than are trained while a test looks. */
const MANY = ["--runs", "1000", "--models", "mmoe", "--corr", "0.5"];
const LAST = "mmoe/p=0.50/999";

/** Waits until each device has kept a run. */
async function writers(): Promise<Writer[]> {
  for (;;) {
    const found = writersIn(join(out, "journal")).filter(({ runs }) => runs > 0);
    if (found.length === 2) return found;
    await pause(20);
  }
}

/** Kills a process; false if it has ended. */
function endsNow(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

const isAlive = ({ provenance }: Writer) => {
  try {
    return readFileSync(`/proc/${provenance.pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
};

describe("mmoe sweep --devices", () => {
  test("divides a shard, tells which device speaks, has the events of all on stdout, and leaves the CSV of one process", async () => {
    const { code, stdout, stderr } = await sweep("--devices", "2,0", ...FEW, "--shard", "2/2", "--json");
    const events = stdout.trim().split("\n");
    const count = (name: string) => events.filter((line) => JSON.parse(line).event === name).length;
    expect([code, count("start"), count("run"), count("end")]).toEqual([0, 2, 6, 2]);
    const said = stderr.replaceAll(/cpu \(\w+\)/g, "cpu").split("\n");
    expect(said[0]).toBe(`${out}: shard 2/2: 6 runs on device GPU-7, 3`);
    expect(stderr).not.toContain("remain");
    expect(said).toContain(`[3] ${out}: shard 4/4: 3 runs on cpu`);
    expect(said).toContain(`[GPU-7] ${out}: shard 3/4: 3 runs on cpu`);
    await sweep(...FEW);
    const shared = csv();
    out = join(temporaryFolder(), "alone");
    await sweep(...FEW);
    expect(shared).toEqual(csv());
  });

  test("gives each process its device and its part of the threads, passes SIGTERM on, and ends with 75 and the command that goes on", async () => {
    const parent = start(...MANY, "--devices", "0,1", "--jobs", "5");
    const end = exited(parent);
    const processes = (await writers()).map(({ provenance: { pid, argv } }) => {
      const visible = readFileSync(`/proc/${pid}/environ`, "utf8").match(/CUDA_VISIBLE_DEVICES=([^\0]*)/)?.[1];
      return `device ${visible}, ${argv[argv.indexOf("--jobs") + 1]} threads`;
    });
    parent.kill("SIGTERM");
    const stopped = await end;
    expect(processes.sort()).toEqual(["device 3, 2 threads", "device 5, 2 threads"]);
    expect([stopped.code, stopped.stderr.match(/^\[[35]\] mmoe: stopped by/gm)?.length]).toEqual([75, 2]);
    expect(stopped.stderr).toMatch(
      /\nmmoe: stopped; finished runs are kept in .*; resume with:\nnode bin\/mmoe.js sweep smoke --out .* --devices 0,1 --jobs 5\n$/,
    );
  });

  test("goes on where one process is killed, says so by its exit code, and does its rest the next time, with the table of all", async () => {
    const argv = [...MANY.with(1, "40"), "--devices", "0,1"];
    const { code, stderr } = await inTime(async () => {
      out = join(temporaryFolder(), "results");
      const end = sweep(...argv);
      const killed = (await writers()).find(({ provenance }) => endsNow(provenance.pid));
      const ended = await end;
      return killed && ended.stderr.includes("SIGKILL") ? ended : undefined;
    });
    expect([code, stderr]).toEqual([137, expect.stringMatching(/\nmmoe: device \d: its process ended with SIGKILL\n/)]);
    expect(stderr).toMatch(/\nmmoe: \d+ runs? remains?; resume with:\n/);
    const rest = await sweep(...argv);
    expect([rest.code, rest.stdout]).toEqual([0, expect.stringMatching(/^mmoe +0\.50 +40 +0 /m)]);
    expect(csv()[0]).toHaveLength(40);
  });

  test("leaves no process behind when it is killed itself", async () => {
    const parent = start(...MANY, "--devices", "0,1");
    const children = await writers();
    expect(children.map(isAlive)).toEqual([true, true]);
    parent.kill("SIGKILL");
    await expect.poll(() => children.map(isAlive), { timeout: 60_000 }).toEqual([false, false]);
    expect(csv()[0]).not.toContainEqual(expect.objectContaining({ id: LAST }));
  });

  test("where none can begin ends with the exit code and the reason of each", async () => {
    const { code, stderr } = await sweep("--devices", "0,1", "--set", "heldoutRows=11000000");
    expect([code, stderr.match(/^\[[35]\] mmoe: run .* a worker of the cpu engine holds/gm)?.length]).toEqual([2, 2]);
  });

  test("refuses --overwrite", async () => {
    expect(refusal(await runMain(["sweep", "smoke", "--out", out, "--devices", "0,1", "--overwrite"]))).toMatch(
      /^--overwrite with --devices would delete/,
    );
  });
});
