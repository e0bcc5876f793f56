// The built program keeps runs in flight, whatever stops it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { exited, mayMount, onDisk, pause, start, stdoutOf, timelessCsv } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";
import { inTime } from "../support/in-time.ts";

const SWEEP = ["sweep", "smoke", "--runs", "2", "--models", "mmoe,omoe", "--corr", "0.5", "--steps", "24000"];
const OFTEN = ["--checkpoint-every", "1s", "--out"];
const SET = ["--set", "trainRows=fresh", "--set", "dropout=0.1", "--set", "evalEvery=log:7", "--set", "loss=huber"];

const folder = () => join(temporaryFolder(), "results");
const files = (out: string) => {
  const names = existsSync(join(out, "checkpoints")) ? readdirSync(join(out, "checkpoints")) : [];
  return names.filter((name) => name.endsWith(".json")).sort();
};
/** The first step of each checkpoint, by file. */
const stepsOf = (out: string) =>
  files(out).map((name) => Number(/"step":(\d+)/.exec(readFileSync(join(out, "checkpoints", name), "utf8"))?.[1]));

/** Waits until `is` or the end of the process. */
async function until(is: () => boolean, end: Promise<unknown>): Promise<void> {
  let over = false;
  void end.then(() => (over = true));
  while (!over && !is()) await pause(20);
}

/** The CSV files but for times and devices. */
function deviceless(out: string): unknown[] {
  const [rows, curves] = timelessCsv(out) as [Record<string, string>[], string];
  return [rows.map((row) => ({ ...row, device: "" })), curves];
}

/** The folder of a sweep whose process was killed on one kernel set, then on another, each time with newer checkpoints. */
async function killedTwice(): Promise<string | undefined> {
  const out = folder();
  let before = 0;
  for (const kernels of ["wasm", "auto"]) {
    const child = start(...SWEEP, ...SET, "--kernels", kernels, ...OFTEN, out);
    const end = exited(child);
    const renewed = () => stepsOf(out).length === 4 && Math.min(...stepsOf(out)) > before;
    await until(renewed, end);
    child.kill("SIGKILL");
    if ((await end).signal !== "SIGKILL") return undefined;
    before = Math.max(0, ...stepsOf(out));
  }
  return out;
}

/** The folder of a sweep that got Ctrl-C before a run had ended, and how it ended. */
async function interrupted() {
  const out = folder();
  const child = start(...SWEEP, ...SET, "--json", "--out", out);
  let events = "";
  child.stdout?.on("data", (text) => (events += text));
  const end = exited(child);
  await until(() => events.includes('"progress"'), end);
  child.kill("SIGINT");
  const { code, stderr } = await end;
  const late = existsSync(join(out, "runs.csv")) && readFileSync(join(out, "runs.csv"), "utf8").includes(",done,");
  return late ? undefined : { out, code, stderr };
}

describe("the runs in flight of a sweep", () => {
  const alone = folder();
  beforeAll(async () => {
    expect((await exited(start(...SWEEP, ...SET, "--out", alone))).code).toBe(0);
  });

  test("that is killed twice go on, on other kernels, to the CSV of one left alone", async () => {
    const out = await inTime(killedTwice);
    const { code, stderr } = await exited(start(...SWEEP, ...SET, ...OFTEN, out));
    expect([code, stderr]).toEqual([0, expect.stringMatching(/: \d of them kept at [1-9]\d? %\n/)]);
    expect(deviceless(out)).toEqual(deviceless(alone));
    expect(readdirSync(out).sort()).toEqual(["config.yaml", "curves.csv", "journal", "runs.csv"]);
  });

  test("that gets Ctrl-C before a run has ended are kept too, and its status counts them", async () => {
    const { out, code, stderr } = await inTime(interrupted);
    expect([code, stderr]).toEqual([
      130,
      expect.stringMatching(
        /stopped by Ctrl-C; no run has ended, 4 remain, [24] of them kept at \d+ %; resume with:\n/,
      ),
    ]);
    expect(await stdoutOf(start("status", out))).toMatch(/4 missing, [24] of them kept at \d+ %\n/);
    expect((await exited(start(...SWEEP, ...SET, "--out", out))).code).toBe(0);
    expect(deviceless(out)).toEqual(deviceless(alone));
  });

  test.runIf(mayMount())("that find no room on the disk are told once, and trained to the end", () =>
    onDisk("100k", async (disk) => {
      const out = join(disk, "results");
      const { code, stderr } = await exited(start(...SWEEP, ...SET, ...OFTEN, out));
      const says = `${out}/checkpoints: can't be written: no space left on device; training goes on, but a stop loses runs in flight\n`;
      expect([code, stderr.match(/can't be written/g)?.length]).toEqual([0, 1]);
      expect(stderr).toContain(says);
      expect(deviceless(out)).toEqual(deviceless(alone));
    }),
  );
});
