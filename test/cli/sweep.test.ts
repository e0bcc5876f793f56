import { EventEmitter } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { MachineError } from "../../src/system-errors.ts";
import { chosenEngine } from "../support/chosen-engine.ts";
import { csvFile } from "../support/csv.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";

const engine = chosenEngine();

let out = "";
beforeEach(() => {
  engine.load = () => fakeEngine();
  out = join(temporaryFolder(), "results");
});

const sweep = (...argv: string[]) => runMain(["sweep", "smoke", "--out", out, ...argv]);
const csv = (file: string) => csvFile(out, file);

describe("mmoe sweep", () => {
  test("writes one row per run, cells within repeats, and says so", async () => {
    const { code, stdout, stderr } = await sweep("--runs", "2");
    expect(code).toBe(0);
    expect(csv("runs.csv").map((row) => row.id)).toEqual([
      ..."shared-bottom/p=0.50/000 omoe/p=0.50/000 mmoe/p=0.50/000 shared-bottom/p=1.00/000".split(" "),
      ..."omoe/p=1.00/000 mmoe/p=1.00/000 shared-bottom/p=0.50/001 omoe/p=0.50/001 mmoe/p=0.50/001".split(" "),
      ..."shared-bottom/p=1.00/001 omoe/p=1.00/001 mmoe/p=1.00/001".split(" "),
    ]);
    expect(stderr).toBe(`${out}: 12 runs on fake (none)\n`);
    expect(stdout).toMatch(new RegExp(`\n${out}/runs\\.csv,\\s${out}/curves\\.csv\n$`)); // a long line has a break
  });

  test.each([
    ["threads", 75, "no more threads can be started (as the system says); end other processes, or raise ulimit -u"],
    ["worker", 75, "a worker died (as the system says)"],
    ["memory", 2, "out of memory (as the system says); free some, or give fewer --jobs or fewer rows"],
    ["files", 2, "too many open files (as the system says); raise ulimit -n, or give fewer --jobs"],
    ["disk", 2, "the disk is full (as the system says); free some space"],
  ] as const)(
    "stopped by trouble with %s ends with %i, its cause and the command that goes on",
    async (kind, code, text) => {
      engine.load = () =>
        fakeEngine({
          before: ({ id }) => {
            if (id === "mmoe/p=1.00/000") throw new MachineError(kind, "as the system says");
          },
        });
      const ended = await sweep("--models", "mmoe", "--quiet");
      const goOn = `mmoe sweep smoke --out ${out} --models mmoe --quiet`;
      const told = `mmoe: stopped: ${text}; 1 run is kept in ${out}, 15 remain; resume with:\n${goOn}\n`;
      expect(ended).toMatchObject({ code, stderr: told });
      engine.load = () => fakeEngine();
      expect((await sweep("--models", "mmoe", "--quiet")).code).toBe(0);
      expect(csv("runs.csv").map(({ status }) => status)).toEqual(new Array(16).fill("done"));
    },
  );

  test("that the machine does not let begin says so in one line and is no bug of ours", async () => {
    engine.load = () => {
      throw Object.assign(new Error("EMFILE: too many open files, open 'x.js'"), { code: "EMFILE", syscall: "open" });
    };
    const cause = "too many open files (EMFILE: too many open files, open 'x.js')";
    expect(refusal(await sweep())).toBe(`${cause}; raise ulimit -n, or give fewer --jobs`);
  });

  test("records a failed run as a row with its reason, does the rest and exits with 3", async () => {
    engine.load = () => fakeEngine({ failing: ["omoe/p=0.50/000"] });
    const { code, stderr, stdout } = await sweep("--runs", "2");
    expect(code).toBe(3);
    expect(stderr).toContain("mmoe: run omoe/p=0.50/000: loss is NaN at step 7 (recorded as failed; 2 of 12 so far)");
    expect(stdout).toMatch(/omoe +0\.50 +1 +1 /);
    const rows = csv("runs.csv");
    expect(rows).toHaveLength(12);
    expect(rows[1]).toMatchObject({ status: "failed", reason: "loss is NaN at step 7", finalTrainLossMean: "" });
  });

  test("prints events as JSON lines with --json, and no table", async () => {
    const { stdout } = await sweep("--runs", "1", "--models", "mmoe", "--json");
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.slice(1, -1).map(({ event, id }) => `${event} ${id}`)).toEqual([
      "progress mmoe/p=0.50/000",
      "run mmoe/p=0.50/000",
      "progress mmoe/p=1.00/000",
      "run mmoe/p=1.00/000",
    ]);
    expect(events.at(0)).toEqual({ event: "start", version: 1, out, runs: 2, kept: 0, engine: "fake", device: "none" });
    expect(events.at(-1)).toEqual({ event: "end", out, done: 2, failed: 0, missing: 0, kept: 0 });
  });

  test("says nothing on stderr with --quiet", async () => {
    expect((await sweep("--quiet")).stderr).toBe("");
  });

  test("--dry-run prints settings with their marks, cells, time and memory, and writes nothing", async () => {
    const stdout = printed(await sweep("--dry-run", "--batch", "32"));
    expect(stdout).toMatch(/^batch +32 +yours$/m);
    expect(stdout).toMatch(/^optimizer +adam +paper$/m);
    expect(stdout).toMatch(/^ {2}scale +0\.58 +assumed$/m);
    expect(stdout).toMatch(/^mmoe +1\.00 +8 +14,818$/m);
    expect(stdout).toMatch(
      /48 runs, to do 48: 9,600 run-steps on fake \(none\)\nabout .* \(.* to .*\), from a short trial; about 2 MB of memory\n4 evaluations of a run; about 1 MB of journals and 1 MB of CSV\n/,
    );
    expect(existsSync(out)).toBe(false);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 75],
  ] as const)("on %s keeps what is finished, writes it as CSV and exits with %d", async (name, exitCode) => {
    const signals = new EventEmitter();
    engine.load = () => fakeEngine({ before: (run) => run.id === "mmoe/p=1.00/001" && signals.emit(name) });
    const { code, stderr } = await runMain(["sweep", "smoke", "--out", out], signals);
    expect(code).toBe(exitCode);
    expect(stderr).toContain(`; 11 runs are kept in ${out}, 37 remain; resume with:\nmmoe sweep smoke --out ${out}\n`);
    expect(csv("runs.csv")).toHaveLength(11);
    expect(signals.listenerCount("SIGINT") + signals.listenerCount("SIGTERM")).toBe(0);
  });
});

describe("mmoe sweep refuses, in one line with exit code 2 and before writing anything,", () => {
  test("to replace the user's own files, --overwrite or not", async () => {
    mkdirSync(out);
    writeFileSync(join(out, "runs.csv"), "date,distance\n");
    const line = `${out}/runs.csv was not written by a sweep; move it away, or give another --out`;
    expect([refusal(await sweep()), refusal(await sweep("--overwrite"))]).toEqual([line, line]);
    expect(readdirSync(out)).toEqual(["runs.csv"]);
  });

  test("a file in the folder's place, and a folder inside a file", async () => {
    writeFileSync(out, "");
    expect((await sweep()).stderr).toBe(`mmoe: ${out} is a file; give another --out\n`);
    const inside = await runMain(["sweep", "smoke", "--out", join(out, "deeper")]);
    expect(inside).toMatchObject({ code: 2, stderr: expect.stringContaining(`${out} is a file`) });
  });

  test("a folder that can't be written", async () => {
    expect(refusal(await runMain(["sweep", "smoke", "--out", "/sys/mmoe-results"]))).toMatch(
      /^\/sys\/mmoe-results: can't be written: /,
    );
  });

  test.each([
    [["--engine", "tfsj"], "--engine: expected one of auto, cpu, cuda, tfjs, got 'tfsj'; did you mean 'tfjs'?"],
    [["--backend", "webgl"], "--backend: expected one of wasm, cpu, tensorflow, got 'webgl'"],
    [["--backend", "tensorflow"], "--backend tensorflow is for --engine tfjs, not auto"],
    [["--engine", "tfjs", "--kernels", "wasm"], "--kernels wasm is for --engine cpu, not tfjs"],
    [["--engine", "tfjs", "--allow-cpu"], "--allow-cpu is for --engine cuda, not tfjs"],
    [["--jobs", "0"], "--jobs: expected a whole number from 1 to 1024, got '0'"],
    [["--runs"], "option '--runs <n>' argument missing"],
    [["--runs", "2147483647"], "more than 10000000 runs; give fewer"],
    [["--time-limit", "soon"], "--time-limit: expected a time such as 3h50m, at most 24d, got 'soon'"],
    [["--checkpoint-every", "often"], "--checkpoint-every: expected a time such as 3h50m, at most 24d, got 'often'"],
    [["--resume"], "holds no sweep to resume; leave out --resume"],
    [["--resume", "--overwrite"], "--resume and --overwrite: expected one of them"],
    [["more", "words"], "too many arguments"],
  ])("%j", async (argv, message) => {
    expect(refusal(await sweep(...argv))).toContain(message);
    expect(existsSync(out)).toBe(false);
  });

  test("a sweep that memory can't hold", async () => {
    engine.load = () => ({ ...fakeEngine(), memoryBytes: () => 1e15 });
    expect((await sweep()).stderr).toMatch(/^mmoe: training needs about 1,000,000,000 MB, this machine has .*\n$/);
  });
});
