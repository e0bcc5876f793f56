import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import type { AnyRun } from "../../src/engines/engine.ts";
import { MachineError } from "../../src/machine-error.ts";
import { runSweep, type SweepListener } from "../../src/sweep/run-sweep.ts";
import { chosenEngine } from "../support/chosen-engine.ts";
import { temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";

const engine = chosenEngine();

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
  engine.load = () => fakeEngine();
});

const NONE = { runs: 0, share: 0 };
const values = { correlations: [0.3, 0.7], models: ["mmoe", "omoe"], runs: 3 };
const config = loadConfig("smoke", [{ source: "test", values }]);
const sweep = (listener: SweepListener = {}, signal?: AbortSignal) =>
  runSweep({ config, out }, { listener, ...(signal && { signal }) });

describe("runSweep(request, { listener, signal })", () => {
  test("gives the outcome as a value, with the record of every run", async () => {
    const { records, ...outcome } = await sweep();
    expect(outcome).toEqual({ out, done: 12, failed: 0, missing: 0, kept: NONE, stopped: undefined });
    expect(records).toHaveLength(12);
    expect(existsSync(join(out, "curves.csv"))).toBe(true);
  });

  test("tells of start, progress and results in order", async () => {
    const told: string[] = [];
    await sweep({
      start: ({ todo, engine, device }) => told.push(`start ${todo.length} on ${engine} (${device})`),
      progress: ({ id }, step) => told.push(`${id} at ${step}`),
      result: ({ id, status }) => told.push(`${id} ${status}`),
    });
    expect(told.slice(0, 3)).toEqual([
      "start 12 on fake (none)",
      `mmoe/p=0.30/000 at ${config.steps}`,
      "mmoe/p=0.30/000 done",
    ]);
    expect(told).toHaveLength(25);
  });

  test("has a run's record on disk when it tells its result", async () => {
    let kept = 0;
    await sweep({
      result: ({ id }) => {
        const journal = readFileSync(join(out, "journal", journalName()), "utf8");
        if (journal.includes(`"id":"${id}"`)) kept++;
      },
    });
    expect(kept).toBe(12);
  });

  test("stopped by its signal, counts what is kept and what is missing; the same request does the rest", async () => {
    const stop = new AbortController();
    const stopAtFifth = ({ id }: { id: string }) => id === "mmoe/p=0.30/001" && stop.abort();
    const first = await sweep({ result: stopAtFifth }, stop.signal);
    expect(first).toMatchObject({ done: 5, missing: 7, stopped: "signal" });
    let todo = 0;
    const second = await sweep({ start: (start) => (todo = start.todo.length) });
    expect([todo, second.done, second.missing, second.stopped]).toEqual([7, 12, 0, undefined]);
  });

  test("stopped when all is trained, was not stopped", async () => {
    const stop = new AbortController();
    const stopAtLast = ({ id }: { id: string }) => id === "omoe/p=0.70/002" && stop.abort();
    expect(await sweep({ result: stopAtLast }, stop.signal)).toMatchObject({ done: 12, stopped: undefined });
  });

  test("counts failed runs, and trains them again only with retryFailed", async () => {
    engine.load = () => fakeEngine({ failing: ["omoe/p=0.70/002"] });
    expect(await sweep()).toMatchObject({ done: 11, failed: 1, missing: 0 });
    engine.load = () => fakeEngine();
    expect(await sweep()).toMatchObject({ done: 11, failed: 1 });
    expect(await runSweep({ config, out, retryFailed: true })).toMatchObject({ done: 12, failed: 0 });
  });

  test("disposes of its engine, also where it refuses a model", async () => {
    const disposed: string[] = [];
    const refusing = fakeEngine();
    engine.load = () => ({
      ...refusing,
      check: ({ model }: AnyRun) => {
        throw new RangeError(`no ${model.name}`);
      },
      dispose: async () => void disposed.push("refusing"),
    });
    await expect(sweep()).rejects.toThrow("no mmoe");
    expect([disposed, existsSync(out)]).toEqual([["refusing"], false]);
  });

  describe("where the machine is in trouble", () => {
    const trouble = new MachineError("threads", "EAGAIN");
    const stop = new AbortController();
    /** At the fifth run, whose result stays out, after `before`. */
    const troubled = (before = () => {}) => {
      engine.load = () =>
        fakeEngine({
          before: ({ id }) => {
            if (id !== "mmoe/p=0.30/001") return;
            before();
            throw trouble;
          },
        });
    };

    test("keeps what has ended, writes its CSV, tells the trouble and leaves the rest; the same request does it", async () => {
      troubled();
      const { records, ...outcome } = await sweep();
      expect(outcome).toEqual({ out, done: 4, failed: 0, missing: 8, kept: NONE, stopped: "machine", trouble });
      expect(records).toHaveLength(4);
      expect(readFileSync(join(out, "runs.csv"), "utf8").split("\n")).toHaveLength(6);
      engine.load = () => fakeEngine();
      expect(await sweep()).toMatchObject({ done: 12, failed: 0, missing: 0, stopped: undefined });
    });

    test("and stopped by its signal, was stopped by the signal", async () => {
      troubled(() => stop.abort());
      const outcome = await sweep({}, stop.signal);
      expect([outcome.stopped, outcome.trouble]).toEqual(["signal", undefined]);
    });

    test("throws what is no trouble of the machine", async () => {
      engine.load = () =>
        fakeEngine({
          before: () => {
            throw new TypeError("a bug");
          },
        });
      await expect(sweep()).rejects.toThrow("a bug");
    });
  });

  test("stops at its time limit, without the runs in flight", async () => {
    engine.load = () => fakeEngine({ before: () => new Promise((resolve) => setTimeout(resolve, 150)) });
    const outcome = await runSweep({ config, out, limitMs: 100 });
    expect(outcome).toMatchObject({ done: 0, missing: 12, stopped: "limit" });
  });
});

function journalName(): string {
  return readdirSync(join(out, "journal")).find((name) => name.endsWith(".jsonl")) as string;
}
