import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { readJournal } from "../src/records/read-journals.ts";
import { exited, firstRun, mayMount, onDisk, pause, start, startIn, stdoutOf, timelessCsv } from "./support/bin.ts";
import { temporaryFolder } from "./support/effects.ts";

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
    const child = start("sweep", "smoke", "--runs", "400", "--models", "mmoe", "--out", out);
    const end = exited(child);
    const journal = await firstRun(out);
    child.kill("SIGKILL");
    expect((await end).signal).toBe("SIGKILL");
    const records = [...readJournal(journal, () => {})];
    expect(records.length).toBeGreaterThan(0);
    for (const { status, curve } of records) expect([status, curve.steps.at(-1)]).toEqual(["done", 200]);
  });

  test("30 times at random moments and resumed, writes the CSV of a sweep left alone", {
    timeout: 120_000,
  }, async () => {
    const argv = ["sweep", "smoke", "--runs", "30", "--models", "mmoe,omoe", "--steps", "150", "--out"];
    const [killed, alone] = ["killed", "alone"].map((name) => join(temporaryFolder(), name)) as [string, string];
    for (let kill = 0; kill < 30; kill++) {
      const child = start(...argv, killed);
      const end = exited(child);
      await pause(150 + 350 * Math.random());
      child.kill("SIGKILL");
      await end;
    }
    for (const out of [killed, alone]) expect((await exited(start(...argv, out))).code).toBe(0);
    expect(timelessCsv(killed)).toEqual(timelessCsv(alone));
  });
});

test("a sweep whose clock jumps by days, on and back, trains all the same, and its status tells sane times", async () => {
  const [jumping, steady] = ["jumping", "steady"].map((name) => join(temporaryFolder(), name)) as [string, string];
  const argv = [
    "sweep",
    "smoke",
    "--runs",
    "4",
    "--models",
    "mmoe,omoe",
    "--steps",
    "150",
    "--time-limit",
    "1h",
    "--out",
  ];
  for (const runs of ["2", "4"]) {
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

const mounts = mayMount();
if (!mounts)
  console.warn("the tests of a full and of a read-only disk are skipped: file systems can't be mounted here");

describe.runIf(mounts)("a sweep on a disk", { timeout: 120_000 }, () => {
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
      expect(parse(readFileSync(join(out, "runs.csv"))).length).toBe(81);
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
