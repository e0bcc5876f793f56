import { EventEmitter } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { localTime } from "../../src/units.ts";
import { chosenEngine } from "../support/chosen-engine.ts";
import { csvRows } from "../support/csv.ts";
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

const sweep = (...argv: string[]) => runMain(["sweep", "smoke", "--out", out, ...argv]);
const text = (file: string) => readFileSync(join(out, file), "utf8");
const csv = (file: string) => csvRows(text(file));

/** Sweeps until run `id` begins, then Ctrl-C: it is kept at step `keptAt` of 200, if there is one. */
function sweepUntil(id: string, keptAt?: number, ...argv: string[]) {
  const signals = new EventEmitter();
  const before = (run: { id: string }) => run.id === id && signals.emit("SIGINT");
  engine.load = () => fakeEngine({ before, ...(keptAt !== undefined && { keptAt }) });
  return runMain(["sweep", "smoke", "--out", out, ...argv], signals);
}

describe("a sweep repeated into its folder", () => {
  test("trains nothing again, says so, and leaves the same CSV", async () => {
    await sweep("--runs", "2");
    const before = [text("runs.csv"), text("curves.csv")];
    trained = [];
    const { code, stderr } = await sweep("--runs", "2");
    expect([code, trained]).toEqual([0, []]);
    expect(stderr).toBe(`${out}: reused 12, to do 0 runs on fake (none)\n`);
    expect([text("runs.csv"), text("curves.csv")]).toEqual(before);
  });

  test("trains nothing again that another sweep ended while it began", async () => {
    engine.load = async () => {
      engine.load = () => fakeEngine();
      await sweep("--runs", "1");
      return fakeEngine({ before: ({ id }) => trained.push(id) });
    };
    expect((await sweep("--runs", "2")).stderr).toBe(`${out}: reused 6, to do 6 runs on fake (none)\n`);
    expect(trained).toHaveLength(6);
  });

  test("after Ctrl-C goes on and writes the same CSV as one that was not stopped", async () => {
    expect((await sweepUntil("omoe/p=1.00/003")).code).toBe(130);
    engine.load = () => fakeEngine({ before: ({ id }) => trained.push(id) });
    const { stderr } = await sweep();
    expect(stderr).toContain("reused 22, to do 26 runs");
    const stopped = [text("runs.csv"), text("curves.csv")];
    out = join(temporaryFolder(), "undisturbed");
    await sweep();
    expect(stopped).toEqual([text("runs.csv"), text("curves.csv")]);
  });

  test("is extended by more runs, correlations and models, and comes out as if asked for at once", async () => {
    await sweep("--runs", "1", "--models", "mmoe", "--corr", "0.5");
    trained = [];
    await sweep("--runs", "2", "--models", "omoe,mmoe", "--corr", "1,0.5");
    expect(trained).toHaveLength(7);
    const extended = text("runs.csv");
    expect(loadConfig(join(out, "config.yaml"))).toMatchObject({
      runs: 2,
      models: ["mmoe", "omoe"],
      correlations: [0.5, 1],
    });
    out = join(temporaryFolder(), "at-once");
    await sweep("--runs", "2", "--models", "omoe,mmoe", "--corr", "1,0.5");
    expect(extended).toBe(text("runs.csv"));
  });

  test("keeps failed runs and still exits with 3; --retry-failed does those again", async () => {
    engine.load = () => fakeEngine({ failing: ["mmoe/p=0.50/000"] });
    await sweep("--runs", "1");
    engine.load = () => fakeEngine({ before: ({ id }) => trained.push(id) });
    expect((await sweep("--runs", "1")).code).toBe(3);
    expect(trained).toEqual([]);
    expect((await sweep("--runs", "1", "--retry-failed")).code).toBe(0);
    expect(trained).toEqual(["mmoe/p=0.50/000"]);
    expect(csv("runs.csv").map((row) => row.status)).toEqual(Array(6).fill("done"));
    expect((await sweep("--runs", "1")).code).toBe(0);
  });

  test("goes on after a crash that tore a line, and past a garbage line, which it names", async () => {
    await sweepUntil("omoe/p=0.50/001");
    const journal = join(out, "journal", readdirSync(join(out, "journal"))[0]);
    appendFileSync(journal, 'garbage\n{"id": "omoe/p=0.50/001", "cur');
    engine.load = () => fakeEngine({ before: ({ id }) => trained.push(id) });
    const { code, stderr } = await sweep("--runs", "2");
    expect([code, trained[0], trained.length]).toEqual([0, "omoe/p=0.50/001", 5]);
    expect(stderr).toContain(`${journal}:9: not a record; left out`);
    expect(csv("runs.csv")).toHaveLength(12);
  });

  test("begins where one was killed in its first moments, or in the middle of writing a file", async () => {
    const leave = (name: string, text: string) => {
      const path = join(out, `${name}.elsewhere-12345-0123abcd.partial`);
      writeFileSync(path, text);
      utimesSync(path, 0, 0); // one written just now may be another process's
    };
    mkdirSync(join(out, "journal"), { recursive: true });
    leave("config.yaml", "name: smo");
    expect((await sweep("--runs", "1")).code).toBe(0);
    leave("runs.csv", "id,mod");
    expect((await sweep("--runs", "1")).code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(["config.yaml", "curves.csv", "journal", "runs.csv"]);
  });

  test("starts from scratch with --overwrite", async () => {
    await sweep("--runs", "2");
    await sweep("--runs", "1", "--overwrite");
    expect(csv("runs.csv")).toHaveLength(6);
    expect(readdirSync(join(out, "journal"))).toHaveLength(2); // a journal and its provenance;
  });

  test("begins no run that would end after its time limit; exits with 75 and goes on later", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    engine.load = () => fakeEngine({ before: () => vi.advanceTimersByTime(60_000) });
    const { code, stderr } = await sweep("--time-limit", "10m");
    expect([code, csv("runs.csv").length]).toEqual([75, 9]); // after 9 minutes one would take until 10:06
    expect(stderr).toContain("stopped in time for its limit; 9 runs are kept");
    expect((await sweep("--time-limit", "1h")).code).toBe(0);
    expect(csv("runs.csv")).toHaveLength(48);
  });

  test("stops at its time limit with exit code 75 and the command that goes on", async () => {
    engine.load = () => ({
      ...fakeEngine(),
      train: (_, { signal }) => new Promise((resolve) => signal?.addEventListener("abort", () => resolve())),
    });
    const { code, stderr } = await sweep("--time-limit", "1s", "--overwrite");
    expect(code).toBe(75);
    expect(stderr).toContain("stopped at its time limit; no run has ended, 48 remain; ");
    expect(stderr).toContain(`resume with:\nmmoe sweep smoke --out ${out} --time-limit 1s\n`);
  });
});

describe("a sweep into another's folder is refused and changes nothing:", () => {
  test("another config, with the differences key by key", async () => {
    await sweep("--runs", "1");
    const before = text("runs.csv");
    expect(refusal(await sweep("--runs", "1", "--batch", "32", "--lr", "0.1"))).toBe(
      `${out} holds a sweep of another config (batch: 64 there, 32 here; lr: 0.01 there, 0.1 here); give another --out, or --overwrite`,
    );
    expect(text("runs.csv")).toBe(before);
  });

  test("a folder with journals and without a config", async () => {
    mkdirSync(join(out, "journal"), { recursive: true });
    writeFileSync(join(out, "journal", "1.jsonl"), "");
    expect((await sweep()).stderr).toBe(`mmoe: ${out} has no config.yaml; give another --out, or --overwrite\n`);
  });

  test("one that a living process is writing; the lock of a dead one is taken over", async () => {
    await sweep("--runs", "1");
    const lock = join(out, "journal", `${hostname()}-${process.ppid}.lock`);
    const since = new Date(Date.now() - 7 * 60_000).toISOString();
    const owner = { pid: process.ppid, host: hostname(), began: null, since, shard: null };
    writeFileSync(lock, JSON.stringify(owner));
    const refused = await sweep("--runs", "1");
    const says = `process ${process.ppid} on ${hostname()} has been writing here since ${localTime(since)} (7 min ago)`;
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(says)]);
    writeFileSync(lock, JSON.stringify({ ...owner, began: "another process" }));
    expect((await sweep("--runs", "1")).code).toBe(0);
    expect(existsSync(lock)).toBe(false);
  });
});

describe("a run in flight that is kept", () => {
  const SMALL = ["--runs", "2", "--models", "mmoe"];

  test("is taken along by mmoe merge, of each the state that is furthest, but not of those that have ended", async () => {
    const root = temporaryFolder();
    const places = [
      ["a", "mmoe/p=0.50/001", 30],
      ["b", "mmoe/p=1.00/000", 90],
      ["c", "mmoe/p=0.50/001", 20],
    ] as const;
    for (const [name, id, step] of places) {
      out = join(root, name);
      await sweepUntil(id, step, ...SMALL);
    }
    const [a, b, c] = places.map(([name]) => join(root, name)) as [string, string, string];
    const { code, stderr } = await runMain(["merge", c, a, b, "-o", join(root, "all")]);
    expect([code, readdirSync(join(root, "all", "checkpoints"))]).toEqual([4, ["mmoe_p=0.50_001.json"]]);
    const missing = "2 runs are missing (1 of mmoe at 0.50, 1 of mmoe at 1.00), 1 of them kept at 15 %; train";
    expect(stderr).toContain(missing);
    expect(readdirSync(join(b, "checkpoints"))).toEqual(["mmoe_p=1.00_000.json"]);
  });
});
