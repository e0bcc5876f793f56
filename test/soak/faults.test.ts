import { chmodSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readJournal } from "../../src/records/read-journals.ts";
import {
  exited,
  firstRun,
  mayMount,
  maySetUser,
  onDisk,
  start,
  startIn,
  startUnder,
  stdoutOf,
  timelessCsv,
} from "../support/bin.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { times } from "./times.ts";

/** Each time that it is asked, the wall clock is some days away from the time before. */
const JUMPING_CLOCK = `
  const Steady = Date;
  const jumped = () => Steady.now() + 86_400_000 * (20 * Math.random() - 10);
  globalThis.Date = class extends Steady {
    constructor(...time) { super(...(time.length > 0 ? time : [jumped()])); }
    static now() { return jumped(); }
  };
`;

describe("a sweep that is killed", () => {
  test("has every finished run in its journal", async () => {
    const out = join(temporaryFolder(), "results");
    const child = start("sweep", "smoke", "--runs", "5000", "--models", "mmoe", "--out", out);
    const end = exited(child);
    const journal = await firstRun(out);
    child.kill("SIGKILL");
    expect((await end).signal).toBe("SIGKILL");
    const records = [...readJournal(journal, () => {})];
    expect(records.length).toBeGreaterThan(0);
    for (const { status, curve } of records) expect([status, curve.steps.at(-1)]).toEqual(["done", 200]);
  });
});

test("a sweep whose clock jumps by days, on and back, trains all the same, and its status tells sane times", async () => {
  const [jumping, steady] = ["jumping", "steady"].map((name) => join(temporaryFolder(), name)) as [string, string];
  const argv = "sweep smoke --runs 2 --models mmoe,omoe --steps 150 --time-limit 1h --out".split(" ");
  for (const runs of ["1", "2"]) {
    expect(await exited(startIn(JUMPING_CLOCK, ...argv, jumping, "--runs", runs))).toMatchObject({ code: 0 });
  }
  expect((await exited(start(...argv, steady))).code).toBe(0);
  expect(timelessCsv(jumping)).toEqual(timelessCsv(steady));
  const { runsPerMinute, processes } = JSON.parse(await stdoutOf(startIn(JUMPING_CLOCK, "status", jumping, "--json")));
  expect(runsPerMinute).toBe(0); // all have ended
  for (const { elapsedMs } of processes) {
    expect(elapsedMs).toBeGreaterThan(0);
    expect(elapsedMs).toBeLessThan(600_000);
  }
});

/** Refuses memory to kernels as V8 does where the system has none, in some threads: `refused` is their condition. */
const refusing = (refused: string) => `
  const { threadId } = await import("node:worker_threads");
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (...pages) {
    if (${refused}) throw new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
    return grow.apply(this, pages);
  };
`;

const otherUser = maySetUser();
if (!otherUser) console.warn("the test of too few threads is skipped: only root can start a process of another user");

describe("a sweep on a machine that is short of something", () => {
  const SWEEP = ["sweep", "smoke", "--engine", "cpu", "--runs", "12", "--models", "mmoe", "--out"];
  const folder = () => join(temporaryFolder(), "results");
  const alone = folder();
  beforeAll(async () => {
    expect((await exited(start(...SWEEP, alone))).code).toBe(0);
  });

  test("of address space goes on with fewer workers, says so, and has the same CSV", async () => {
    const out = folder(); // V8 takes some 10 GB of addresses for the memory of a worker's kernels
    const { code, stderr } = await exited(startUnder("-v 30000000", [...SWEEP, out, "--jobs", "8"]));
    const says = /: 24 runs on cpu \(\w+\)\n(out of memory \(.*\) with \d workers; continuing with fewer\n)+$/;
    expect([code, stderr]).toEqual([0, expect.stringMatching(says)]);
    expect(timelessCsv(out)).toEqual(timelessCsv(alone));
  });

  test("of memory for some workers trains all runs by the others", async () => {
    const out = folder();
    const { code, stderr } = await exited(
      startIn(refusing("threadId > 2 && threadId <= 8"), ...SWEEP, out, "--jobs", "8"),
    );
    const cause = "out of memory (WebAssembly.Memory.grow(): Unable to grow instance memory)";
    const says = `${cause} with 8 workers; continuing with fewer\n`;
    expect([code, stderr.replace(/^.*: 24 runs on cpu \(\w+\)\n/, "")]).toEqual([0, says]);
    expect(timelessCsv(out)).toEqual(timelessCsv(alone));
  });

  test("of memory for a single worker ends with 2 and records no run as failed; the same command does them", async () => {
    const out = folder();
    const { code, stderr } = await exited(startIn(refusing("threadId > 0"), ...SWEEP, out, "--jobs", "3"));
    const goOn = `no run has ended, 24 remain; resume with:\nnode bin/mmoe.js ${SWEEP.join(" ")} ${out} --jobs 3\n`;
    const says = `mmoe: stopped: out of memory (WebAssembly.Memory.grow(): Unable to grow instance memory); free some, or give fewer --jobs or fewer rows; ${goOn}`;
    expect([code, stderr.slice(stderr.indexOf("mmoe: "))]).toEqual([2, says]);
    expect((await exited(start(...SWEEP, out))).stderr).toContain("24 runs on cpu");
    expect(timelessCsv(out)).toEqual(timelessCsv(alone));
  });

  test("of open files ends with 2 and says so, or has fewer workers, whatever the limit", async () => {
    const out = folder();
    const ends: (number | null)[] = [];
    for (let files = 24; ends.at(-1) !== 0; files += times(1) > 1 ? 4 : 32) {
      const { code, stderr } = await exited(startUnder(`-n ${files}`, [...SWEEP, out, "--jobs", "12"]));
      ends.push(code);
      if (code !== 0)
        expect([files, code, stderr]).toEqual([files, 2, expect.stringMatching(/^mmoe: .*too many open files.*\n$/m)]);
    }
    expect(ends.length).toBeGreaterThan(2);
    expect(timelessCsv(out)).toEqual(timelessCsv(alone));
  });

  test.runIf(otherUser)("of threads ends with 75 and records no run as failed, or has fewer workers", async () => {
    const out = folder();
    chmodSync(dirname(out), 0o777);
    const ends: (number | null)[] = [];
    for (let threads = 8; ends.at(-1) !== 0; threads++) {
      const { code, signal, stderr } = await exited(
        startUnder(`-u ${threads}`, [...SWEEP, out, "--jobs", "9"], "nobody"),
      );
      const says = code === 0 ? "with 9 workers; continuing with fewer\n" : "24 remain; resume with:";
      // Node aborts where it can't start its own threads
      if (signal !== "SIGABRT")
        expect([code, stderr]).toEqual([expect.toBeOneOf([0, 75]), expect.stringContaining(says)]);
      ends.push(code);
    }
    expect(ends).toContain(75);
    expect(timelessCsv(out)).toEqual(timelessCsv(alone));
  });
});

const mounts = mayMount();
if (!mounts)
  console.warn("the tests of a full and of a read-only disk are skipped: file systems can't be mounted here");

describe.runIf(mounts)("a sweep on a disk", () => {
  const SWEEP = ["sweep", "smoke", "--runs", "40", "--models", "mmoe", "--out"];

  test("that is full keeps what is finished, says so and exits with 2; with space again it goes on", () =>
    onDisk("28k", async (disk, remount) => {
      const out = join(disk, "results");
      const full = await exited(start(...SWEEP, out));
      const says = /no space left on device; finished runs are kept.*\n$/;
      expect([full.code, full.stderr]).toEqual([2, expect.stringMatching(says)]);
      remount("size=4m");
      const again = await exited(start(...SWEEP, out));
      expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/reused [1-9]\d*, to do [1-9]\d* runs/)]);
      expect(csvFile(out, "runs.csv").length).toBe(80);
    }));

  test("that is read-only is refused before the first step, can still be looked at, and goes on when it is not", () =>
    onDisk("4m", async (disk, remount) => {
      const out = join(disk, "results");
      expect((await exited(start(...SWEEP, out, "--runs", "2"))).code).toBe(0);
      remount("ro");
      const says = `mmoe: ${out}: can't be written: read-only file system; give another --out\n`;
      expect(await exited(start(...SWEEP, out))).toMatchObject({ code: 2, stderr: says });
      expect(await exited(start("status", out))).toMatchObject({ code: 0, stderr: "" });
      expect(await exited(start("verify", out))).toMatchObject({ code: 0 });
      expect(await exited(start("merge", out))).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("read-only"),
      });
      remount("rw");
      expect((await exited(start(...SWEEP, out))).stderr).toContain("reused 4, to do 76 runs");
    }));
});

test("a sweep shows the start of a line of 600 MB that a model prints, and goes on", async () => {
  const flood = `if (B === 64 && !globalThis.done) {
      globalThis.done = true;
      const part = Buffer.alloc(1e6, "x");
      for (let left = 6e8; left > 0; ) try { left -= writeSync(1, part); } catch {} // a full pipe
    }
    const outputs`;
  const { file } = codeModel(`import { writeSync } from "node:fs";\n${LINEAR.replace("const outputs", flood)}`);
  const few = ["--corr", "0.5", "--runs", "2", "--steps", "20", "--models", "mmoe", "--jobs", "1", "--model", file];
  const { code, stderr } = await exited(start("sweep", "smoke", ...few, "--out", join(temporaryFolder(), "results")));
  expect([code, stderr]).toEqual([0, expect.stringMatching(/model mine prints: x{2000}\.\.\. \(cut\)/)]);
});
