import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import type { AnyRun, Engine, Hooks } from "../../src/engines/engine.ts";
import { isCode } from "../../src/models/code.ts";
import { runsInFlight } from "../../src/records/writers.ts";
import { sideBySide } from "../../src/sweep/engines.ts";
import { runSweep, type SweepListener, type SweepStart } from "../../src/sweep/run-sweep.ts";
import { MachineError } from "../../src/system-errors.ts";
import { chosenEngine } from "../support/chosen-engine.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
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
    expect(readdirSync(out).sort()).toEqual(["config.yaml", "curves.csv", "journal", "runs.csv"]);
  });

  test.each([
    [999, undefined],
    [1000, "signal"],
  ])("stopped when all is trained, was not stopped if it writes the CSV files, %d ms later", async (ms, stopped) => {
    const stop = new AbortController();
    const stopAtLast = ({ id }: { id: string }) => {
      if (id !== "omoe/p=0.70/002") return;
      stop.abort();
      vi.advanceTimersByTime(ms);
    };
    holdTime();
    expect(await sweep({ result: stopAtLast }, stop.signal)).toMatchObject({ done: 12, stopped });
  });

  test("asks for an engine that trains its runs, by default `auto`, and tells its notes", async () => {
    const told: unknown[] = [];
    engine.load = (name, { jobs, note } = {}, runs = []) => {
      note?.("a card is here");
      told.push([name, jobs, runs.length]);
      return { ...fakeEngine(), givesWeights: { mmoe: true, omoe: false } };
    };
    const listener = { note: (line: string) => told.push(line) };
    await sweep(listener);
    const more = { config: { ...config, runs: 4 }, out, engine: "tfjs", engineOptions: { jobs: 7 } } as const;
    await runSweep({ ...more, keep: { weights: true } }, { listener });
    expect(told).toEqual([
      "a card is here",
      ["auto", undefined, 12],
      "a card is here",
      ["tfjs", 7, 16],
      "model omoe: no weights are kept: it has no method weights() (docs/own-models.md)",
    ]);
  });

  test("counts the runs that failed, and repeats them if it is asked to", async () => {
    engine.load = () => fakeEngine({ failing: ["mmoe/p=0.30/001", "omoe/p=0.70/002"] });
    const counts = { done: 10, failed: 2, missing: 0 };
    expect(await sweep()).toMatchObject(counts);
    engine.load = () => fakeEngine();
    expect(await sweep()).toMatchObject(counts);
    expect(await runSweep({ config, out, retryFailed: true })).toMatchObject({ done: 12, failed: 0, missing: 0 });
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

  test("throws what is no trouble of the machine, and leaves no process that trains", async () => {
    const inFlight: string[][] = [];
    const before = ({ id }: AnyRun) => {
      if (id !== "omoe/p=0.30/000") return;
      inFlight.push(runsInFlight(join(out, "journal")));
      throw new TypeError("a bug");
    };
    engine.load = () => fakeEngine({ before });
    const progress = () => vi.advanceTimersByTime(5000);
    holdTime();
    await expect(sweep({ progress })).rejects.toThrow("a bug");
    expect(inFlight).toEqual([["mmoe/p=0.30/000"]]);
    expect(readdirSync(join(out, "journal")).filter((name) => !/\.(jsonl|provenance\.json)$/.test(name))).toEqual([]);
  });

  test("says every five seconds which runs train, until it ends", async () => {
    const inFlight: string[][] = [];
    const progress = () => {
      vi.advanceTimersByTime(5000);
      inFlight.push(runsInFlight(join(out, "journal")));
    };
    const planned: string[] = [];
    holdTime();
    await sweep({ progress, start: ({ todo }) => planned.push(...todo.map(({ id }) => id)) });
    expect(inFlight).toEqual(planned.map((id) => [id]));
    expect(runsInFlight(join(out, "journal"))).toEqual([]);
  });

  test.each([
    [999, 1],
    [1000, undefined],
  ])("stopped, writes the CSV files if the run in flight takes %d ms to end", async (ms, records) => {
    const stop = new AbortController();
    const stopAtSecond = ({ id }: AnyRun) => {
      if (id !== "omoe/p=0.30/000") return;
      vi.advanceTimersByTime(5000);
      stop.abort();
      vi.advanceTimersByTime(ms);
    };
    engine.load = () => fakeEngine({ before: stopAtSecond });
    holdTime();
    const outcome = await sweep({}, stop.signal);
    expect([outcome.stopped, outcome.done, outcome.records?.length]).toEqual(["signal", 1, records]);
    expect(existsSync(join(out, "runs.csv"))).toBe(records !== undefined);
    engine.load = () => fakeEngine();
    const start = () => vi.advanceTimersByTime(ms);
    expect((await sweep({ start }, AbortSignal.abort())).records?.length).toBe(records);
  });

  test("begins no run that could not end before its limit, unless its engine keeps them all", async () => {
    const before = () => vi.advanceTimersByTime(600);
    holdTime();
    engine.load = () => fakeEngine({ before });
    expect(await runSweep({ config, out, limitMs: 1000 })).toMatchObject({ done: 1, stopped: "before-limit" });
    engine.load = () => fakeEngine({ before, keptAt: 3 });
    const left = await runSweep({ config, out, limitMs: 1000 });
    expect(left).toMatchObject({ done: 2, missing: 10, kept: { runs: 1 }, stopped: "limit" });
  });
});

/** Timers wait for the test. */
function holdTime(): void {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
}

describe("runSweep(request) with a model in JavaScript beside one of the family", () => {
  const { name, file, sha256 } = codeModel(LINEAR);
  const values = { steps: 60, correlations: [0.5], runs: 2, models: ["mmoe", { name, file, sha256 }] };
  const config = loadConfig("smoke", [{ source: "test", values }]);

  /** Engines that keep their runs; that of Python has none. */
  const threeEngines = (cpu: string, node: string): Engine => {
    const [main, python, javascript] = Object.entries({ cpu, python: "3.12", node }).map(
      ([name, device]): Engine => ({ ...fakeEngine({ keptAt: 7 }), name, device }),
    ) as [Engine, Engine, Engine];
    return sideBySide(
      sideBySide(main, python, () => false),
      javascript,
      ({ model }) => isCode(model),
    );
  };

  test("goes on with what engines of the same arithmetic kept, and tells of others", async () => {
    const told: unknown[] = [];
    /** Stopped when a run of each engine has ended, while another is in flight. */
    const stopped = async (cpu: string, node: string) => {
      engine.load = () => threeEngines(cpu, node);
      const stop = new AbortController();
      let left = 0;
      const stopAtEnd = () => left === 0 && stop.abort();
      const start = ({ todo, engine, device, beside, trainedBefore, kept }: SweepStart) => {
        told.push([engine, device, beside?.map(({ device }) => device), trainedBefore, [...kept]]);
        left = todo.length - 2;
        stopAtEnd();
      };
      const result = () => {
        left--;
        stopAtEnd();
      };
      const listener = { start, result, note: (line: string) => told.push(line.replace(/^.*: left out/, "left out")) };
      return (await runSweep({ config, out }, { signal: stop.signal, listener })).kept;
    };
    const kept = [await stopped("avx2", "v20"), await stopped("avx512", "v22"), await stopped("avx512", "v22")];
    expect(kept).toEqual(Array(3).fill({ runs: 2, share: 7 / 60 }));
    const [mmoe, mine] = ["mmoe", "mine"].map((model) => [`${model}/p=0.50/001`, 7]);
    expect(told).toEqual([
      ["cpu", "avx2", ["3.12", "v20"], [], []],
      "left out, since node (v20) trained it, not node (v22); mine/p=0.50/001 begins again",
      ["cpu", "avx512", ["3.12", "v22"], ["node (v20)"], [mmoe]],
      ["cpu", "avx512", ["3.12", "v22"], ["node (v20)"], [mmoe, mine]],
    ]);
  });

  test.each<[string, Partial<Engine>, string[]]>([
    ["keeps all its runs hears of no limit", { keepsStates: true }, ["keeping"]],
    ["keeps none hears of the limit", { keepsStates: false }, ["noMore"]],
    [
      "has one beside it hears of both",
      { keepsStates: true, beside: [{ name: "node", device: "v20" }] },
      ["noMore", "keeping"],
    ],
  ])("an engine that %s", async (_, changes, expected) => {
    const heard: Partial<Hooks>[] = [];
    const chosen: unknown[] = [];
    const train = async ([run]: readonly AnyRun[], { noMore, keeping, onChoosing }: Hooks) => {
      heard.push({ ...(noMore && { noMore }), ...(keeping && { keeping }) });
      onChoosing?.(run as AnyRun, 5, 3);
    };
    engine.load = () => ({ ...fakeEngine(), ...changes, train });
    const choosing: SweepListener["choosing"] = ({ id }, ...steps) => chosen.push([id, ...steps]);
    await runSweep({ config, out, limitMs: 1e6 }, { listener: { choosing } });
    expect(chosen).toEqual([["mmoe/p=0.50/000", 5, 3]]);
    await runSweep({ config, out });
    const keeping = expected.filter((hook) => hook === "keeping");
    expect(heard.map(Object.keys)).toEqual([expected, keeping]);
    expect(heard.map(({ keeping }) => keeping?.everyMs)).toEqual(
      Array(2).fill(changes.keepsStates ? 120_000 : undefined),
    );
  });
});
