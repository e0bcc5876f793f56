import { EventEmitter } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { chosenEngine } from "../support/chosen-engine.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";

const engine = chosenEngine();

/** A busy machine may take its time. */
const PATIENT = { timeout: 60_000 };

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
  engine.load = () => fakeEngine();
});

const sweep = (...argv: string[]) => runMain(["sweep", "smoke", "--models", "mmoe", "--out", out, ...argv]);
const json = async () => JSON.parse((await runMain(["status", out, "--json"])).stdout);

/** What stands beside each of the sweep's journals when its process has trained for so long, and was heard of `ago` ms ago. */
function writeProgress(elapsedMs: number, steps: number, { inFlight = [] as object[], ago = 0 } = {}): void {
  const folder = join(out, "journal");
  const heard = new Date(Date.now() - ago).toISOString();
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".jsonl"))) {
    const text = JSON.stringify({ schema: 1, heard, elapsedMs, steps, inFlight });
    writeFileSync(join(folder, name.replace(".jsonl", ".progress.json")), text);
  }
}

/** Has the sweep's processes train on, on another machine. */
const trainOn = () => changeProvenance((provenance) => ({ ...provenance, host: "another", cores: 4, end: null }));

/** Gives the sweep more runs than it has. */
function widen(from: number, to: number): void {
  const file = join(out, "config.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(`runs: ${from}`, `runs: ${to}`));
}

/** Changes what stands beside each of the sweep's journals. */
function changeProvenance(change: (provenance: Record<string, unknown>) => object): void {
  const folder = join(out, "journal");
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".provenance.json"))) {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));
  }
}

describe("mmoe status DIR", () => {
  test("of a whole sweep exits with 0", async () => {
    await sweep("--runs", "3");
    const stdout = printed(await runMain(["status", out]));
    expect(stdout).toContain("mmoe   0.50     3       0        0");
    expect(stdout).toContain("\n6 runs: 6 done, 0 failed, 0 missing\n");
  });

  test("of one with failed runs exits with 3", async () => {
    engine.load = () => fakeEngine({ failing: ["mmoe/p=1.00/001"] });
    await sweep("--runs", "3");
    expect(await runMain(["status", out])).toMatchObject({ code: 3, stdout: expect.stringContaining("1 failed") });
  });

  test("of one that lacks runs exits with 4 and names the command that trains them", async () => {
    await sweep("--runs", "3");
    widen(3, 5);
    const { code, stdout, stderr } = await runMain(["status", out]);
    expect([code, stderr]).toEqual([4, `the missing ones: mmoe sweep ${out}/config.yaml --out ${out}\n`]);
    expect(stdout).toContain("mmoe   1.00     3       0        2");
  });

  test("tells a process that trains from one that ended, was killed, or can't be seen", async () => {
    await sweep("--runs", "1");
    const state = async () => (await json()).processes[0].state;
    expect(await state()).toBe("ended");
    changeProvenance((provenance) => ({ ...provenance, end: null }));
    expect(await state()).toBe("killed");
    changeProvenance((provenance) => ({ ...provenance, pid: process.ppid }));
    const { host } = (await json()).processes[0];
    const lock = { pid: process.ppid, host, began: null, since: new Date().toISOString(), shard: null };
    writeFileSync(join(out, "journal", `${host}-${process.ppid}.lock`), JSON.stringify(lock));
    expect(await state()).toBe("training");
    changeProvenance((provenance) => ({ ...provenance, host: "another" }));
    expect(await state()).toBe("silent");
  });

  test("takes a process on another machine for one that trains while it says so, for two minutes", async () => {
    await sweep("--runs", "3");
    trainOn();
    const state = async () => (await json()).processes[0].state;
    expect(await state()).toBe("silent");
    writeProgress(40, 100, { ago: 60_000 });
    expect(await state()).toBe("training");
    writeProgress(40, 100, { ago: 180_000 });
    expect(await state()).toBe("silent");
  });

  test("tells the rate of what trains now and the time that is left", async () => {
    await sweep("--runs", "3");
    widen(3, 6);
    expect(await json()).toMatchObject({ runsPerMinute: 0, leftMs: null, done: 6, failed: 0, missing: 6 });
    trainOn();
    writeProgress(50, 6 * 200);
    const { runsPerMinute, leftMs } = await json();
    expect(runsPerMinute).toBeCloseTo(6 / (50 / 60_000), 0);
    expect(leftMs).toBeCloseTo(50, 6);
  });

  test("tells what trains now and how far it is, and names no command while it does", async () => {
    await sweep("--runs", "3");
    widen(3, 6);
    trainOn();
    const inFlight = [
      { id: "mmoe/p=0.50/003", step: 150, steps: 200 },
      { id: "mmoe/p=0.50/004", step: 50, steps: 200 },
      { id: "mmoe/p=0.50/000", step: 200, steps: 200 }, // has ended since
    ];
    writeProgress(1000, 6 * 200 + 200, { inFlight });
    const terminal = { isTTY: true, columns: 80 };
    const { code, stdout, stderr } = await runMain(["status", out], undefined, { NO_COLOR: "1" }, terminal);
    expect([code, stderr]).toEqual([4, ""]);
    expect(stdout).toMatch(
      /^model +p +done +failed +missing +training\nmmoe +0\.50 +3 +0 +3 +2\nmmoe +1\.00 +3 +0 +3 +0\n/,
    );
    expect(stdout).toMatch(/^process +engine +runs +in flight +state +began +for\n.* 6 {2}3 at 66 % +training /m);
    const total = "12 runs: 6 done, 0 failed, 6 missing, 2 of them in training at 50 %; about 0.7 s\nleft\n";
    expect(stdout.slice(-total.length)).toBe(total); // 1000 steps of 1400 a second
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const { stdout: summary } = await runMain(["summary", out]);
    expect(summary).toMatch(/\n6 of 12 runs are missing, 2 of them in training, so all this may change\n$/);
  });
});

describe("mmoe status DIR --watch", () => {
  test("ends at once where nothing is missing", async () => {
    await sweep("--runs", "3");
    expect(await runMain(["status", out, "--watch"])).toEqual({
      code: 0,
      stdout: "6 runs: 6 done, 0 failed, 0 missing\n",
      stderr: "",
    });
  });

  test("draws over what it drew, in the lines that the terminal has, until Ctrl-C", async () => {
    await sweep("--runs", "3");
    widen(3, 6);
    const signals = new EventEmitter();
    const terminal = { isTTY: true, columns: 80, rows: 8 };
    const watching = runMain(["status", out, "--watch"], signals, {}, terminal);
    await vi.waitFor(() => expect(signals.listenerCount("SIGINT")).toBe(1), PATIENT);
    signals.emit("SIGINT");
    const { code, stdout } = await watching;
    expect([code, signals.listenerCount("SIGINT")]).toEqual([130, 0]);
    expect(stdout.startsWith("\u001b[Hmodel ")).toBe(true);
    expect(stdout.split("\n").length).toBeLessThanOrEqual(8);
    expect(stdout).toContain("and 2 more cells");
  });

  test("is not for --json", async () => {
    const line = "--json and --watch: expected one of them";
    expect(refusal(await runMain(["status", "x", "--json", "--watch"]))).toBe(line);
  });
});
