import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import type { AnyRun } from "../../src/engines/engine.ts";
import { runSweep, type SweepListener } from "../../src/sweep/run-sweep.ts";
import { MachineError } from "../../src/system-errors.ts";
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
  test("has a run's record on disk when it tells its result", async () => {
    const kept: boolean[] = [];
    const result = ({ id }: { id: string }) => {
      const journals = readdirSync(join(out, "journal")).filter((name) => name.endsWith(".jsonl"));
      kept.push(journals.some((name) => readFileSync(join(out, "journal", name), "utf8").includes(`"id":"${id}"`)));
    };
    await sweep({ result });
    expect(kept).toEqual(Array(12).fill(true));
  });

  test("stopped when all is trained, was not stopped", async () => {
    const stop = new AbortController();
    const stopAtLast = ({ id }: { id: string }) => id === "omoe/p=0.70/002" && stop.abort();
    expect(await sweep({ result: stopAtLast }, stop.signal)).toMatchObject({ done: 12, stopped: undefined });
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

  test("trains several sweeps on an engine that is lent, which goes on living", async () => {
    const disposed: string[] = [];
    const lent = { ...fakeEngine(), dispose: async () => void disposed.push("lent") };
    engine.load = () => {
      throw new Error("another engine was loaded");
    };
    const more = { config: { ...config, runs: 4 }, out };
    expect(await runSweep({ config, out }, { lent })).toMatchObject({ done: 12 });
    expect(await runSweep(more, { lent })).toMatchObject({ done: 16 });
    expect(disposed).toEqual([]);
  });

  test("where the machine is in trouble tells it, and has what has ended; a signal at the same time goes before", async () => {
    const trouble = new MachineError("threads", "EAGAIN");
    const stop = new AbortController();
    /** At the fifth run, whose result stays out, after `before`. */
    const troubled = (before: () => void) => {
      const fail = ({ id }: AnyRun) => {
        if (id !== "mmoe/p=0.30/001") return;
        before();
        throw trouble;
      };
      engine.load = () => fakeEngine({ before: fail });
    };
    troubled(() => {});
    const { records, ...outcome } = await sweep();
    expect(outcome).toEqual({ out, done: 4, failed: 0, missing: 8, kept: NONE, stopped: "machine", trouble });
    expect(records).toHaveLength(4);
    troubled(() => stop.abort());
    const stopped = await sweep({}, stop.signal);
    expect([stopped.stopped, stopped.trouble]).toEqual(["signal", undefined]);
  });

  test("throws what is no trouble of the machine", async () => {
    const before = () => {
      throw new TypeError("a bug");
    };
    engine.load = () => fakeEngine({ before });
    await expect(sweep()).rejects.toThrow("a bug");
  });
});
