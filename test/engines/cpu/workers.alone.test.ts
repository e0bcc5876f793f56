// Workers that are stopped, killed or short of memory: runs in flight are kept, and go on in another call, with other workers and kernels.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CpuEngine, type CpuOptions } from "../../../src/engines/cpu/cpu-engine.ts";
import type { Hooks, Run, RunResult, RunState } from "../../../src/engines/engine.ts";
import { MachineError } from "../../../src/system-errors.ts";
import { inTime } from "../../support/in-time.ts";
import { makeRun } from "../../support/runs.ts";
import { nextOptions, started } from "../../support/threads.ts";
import { runOf } from "./runs.ts";

vi.mock("node:worker_threads", async (original) =>
  (await import("../../support/threads.ts")).watched(await original()),
);

let engine: CpuEngine;
let notes: string[] = [];

beforeEach(() => {
  notes = [];
  started.splice(0);
});
afterEach(async () => {
  await engine.dispose();
  nextOptions.splice(0);
});

const RUNS = [0, 1].flatMap((index) =>
  (["omoe", "mmoe", "shared-bottom"] as const).map((model) => {
    const training = { steps: 2000, evalEvery: 500, trainRows: "fresh", heldoutRows: 70 } as const;
    return runOf({ model, index, dropout: 0.1, training });
  }),
);

interface Choice extends CpuOptions {
  readonly runs?: readonly Run[];
  readonly states?: ReadonlyMap<string, RunState>;
  readonly everyMs?: number;
  /** Stop, or do something else, when a run is well under way. */
  readonly onWay?: (stop: () => void) => void;
  /** Gets the steps that runs are told to have reached. */
  readonly progress?: number[];
}

const ONE_BUNDLE = { jobs: 1, runs: RUNS.slice(0, 3) };

const note = (line: string) => notes.push(line);

/** Trains runs; gives their results and latest states, by id. */
async function train({ runs = RUNS, states = new Map(), everyMs = 1e6, onWay, progress, ...options }: Choice = {}) {
  engine = new CpuEngine({ jobs: 2, ...options });
  const stop = new AbortController();
  const results = new Map<string, RunResult>();
  const latest = new Map<string, RunState>();
  const begun = new Map<string, number>();
  await engine.train(runs, {
    signal: stop.signal,
    onProgress: ({ id }, step) => {
      if (!begun.has(id)) begun.set(id, step);
      progress?.push(step);
      if (step > 600) onWay?.(() => stop.abort());
    },
    onResult: (result) => results.set(result.run.id, result),
    keeping: { states, everyMs, onState: ({ id }, state) => latest.set(id, state) },
  });
  await engine.dispose();
  return { results, latest, begun };
}

/** A training whose worker was ended while its runs were on their way, and the steps that were reached after that. */
async function killed() {
  started.splice(0);
  let reached: number | undefined;
  const kill = () => {
    if (reached === undefined) void started[0]?.terminate();
    reached ??= progress.length;
  };
  const progress: number[] = [];
  notes = [];
  const { results } = await train({ ...ONE_BUNDLE, everyMs: 1, progress, note, onWay: kill });
  return started.length === 1 ? undefined : { results, again: progress.slice(reached) };
}

const curves = (results: ReadonlyMap<string, RunResult>) =>
  Object.fromEntries([...results].sort().map(([id, { curve }]) => [id, curve]));

const alone = await train();
/** The states of runs on one worker that was stopped on their way. */
const stopped = await inTime(async () => {
  const { results, latest } = await train({ jobs: 1, onWay: (stop) => stop() });
  return results.size === 0 ? latest : undefined;
});

describe("train(runs, { keeping })", () => {
  test("gives the state of each run in flight when it is stopped; others go on from there", async () => {
    expect([...stopped.keys()]).toEqual(RUNS.slice(0, 3).map(({ id }) => id));
    const rest = await train({ jobs: 3, kernels: "wasm", states: stopped });
    expect(curves(rest.results)).toEqual(curves(alone.results));
    for (const [id, { step }] of stopped) expect(rest.begun.get(id)).toBeGreaterThan(step);
  });

  test("trains runs apart that are at different steps", async () => {
    const further = await train({ jobs: 1, runs: RUNS.slice(0, 1), states: stopped, everyMs: 0 });
    const states = new Map([...stopped, ...further.latest]);
    expect(new Set([...states.values()].map(({ step }) => step)).size).toBe(2);
    expect(curves((await train({ states })).results)).toEqual(curves(alone.results));
  });

  test("gives states every so often, none of which changes a result", async () => {
    const { results, latest } = await train({ everyMs: 10 });
    expect(latest.size).toBe(RUNS.length);
    expect(curves(results)).toEqual(curves(alone.results));
  });

  test("goes on from the latest states where a worker dies", async () => {
    const { results, again } = await inTime(killed);
    expect(notes).toEqual(["a worker died (exit code 1); training its runs again"]);
    expect(Math.min(...again)).toBeGreaterThan(300);
    const same = ONE_BUNDLE.runs.map(({ id }) => [id, alone.results.get(id) as RunResult] as const);
    expect(curves(results)).toEqual(curves(new Map(same)));
  });

  test("throws what onState throws, once the workers have stopped", async () => {
    engine = new CpuEngine({ jobs: 1 });
    const onState = () => {
      throw new TypeError("a bug");
    };
    const results: string[] = [];
    const onResult = ({ run }: RunResult) => results.push(run.id);
    const training = engine.train(RUNS, { onResult, keeping: { states: new Map(), everyMs: 1, onState } });
    await expect(training).rejects.toThrow("a bug");
    expect(results).toEqual([]);
  });
});

/** Trains runs number 0, 1 and so on, of which `endless` takes minutes; gives their results by index, and the error that ended it. */
async function trainNumbered({ jobs = 2, runs = 4, steps = 50, endless = -1 }, hooks: Partial<Hooks> = {}) {
  engine = new CpuEngine({ jobs, note });
  const results = new Map<number, RunResult>();
  const all = Array.from({ length: runs }, (_, index) =>
    makeRun({ id: String(index), index }, { steps: index === endless ? 1e6 : steps }),
  );
  const onResult = (result: RunResult) => {
    expect(result.failure).toBeUndefined();
    results.set(result.run.index, result);
  };
  const error: unknown = await engine.train(all, { onResult, ...hooks }).catch((reason) => reason);
  return { error, results, indices: [...results.keys()].sort() };
}

/** As memory that the system does not give: V8 ends the thread before it has loaded its first module. */
const NO_MEMORY = { resourceLimits: { maxOldGenerationSizeMb: 2, maxYoungGenerationSizeMb: 1 } };
const OUT_OF_MEMORY = "out of memory (Worker terminated due to reaching memory limit: JS heap out of memory)";

describe("a worker killed from outside", () => {
  const undisturbed = async () => (await trainNumbered({ runs: 1, jobs: 1, steps: 6e3 })).results.get(0)?.curve;

  test("has its run trained again by another, with the same losses", async () => {
    const expected = await undisturbed();
    const { error, indices, results } = await inTime(async () => {
      await engine.dispose();
      started.splice(0);
      let killed = false;
      const onProgress: Hooks["onProgress"] = ({ index }) => {
        if (index !== 0 || killed) return;
        killed = true;
        void started[0]?.terminate();
      };
      const ended = await trainNumbered({ steps: 6e3 }, { onProgress });
      return killed && started.length > 2 ? ended : undefined;
    });
    expect([error, indices]).toEqual([undefined, [0, 1, 2, 3]]);
    expect(results.get(0)?.curve).toEqual(expected);
    expect(notes).toEqual(["a worker died (exit code 1); training its runs again"]);
  });

  test("three times leaves its run without a result, as trouble that may pass, when the others have ended", async () => {
    const onBegin: Hooks["onBegin"] = ([run]) => {
      if (run?.index === 1) setTimeout(() => started.at(-1)?.terminate(), 0);
    };
    const { error, indices } = await trainNumbered({ jobs: 1, runs: 4, endless: 1 }, { onBegin });
    expect(error).toBeInstanceOf(MachineError);
    expect(error).toMatchObject({
      trouble: "worker",
      mayPass: true,
      message: expect.stringMatching(/^a worker died \(exit code \d\)$/),
    });
    expect([indices, notes.length]).toEqual([[0, 2, 3], 2]);
  });

  test("while it waits is replaced by the next", async () => {
    await trainNumbered({ runs: 2 });
    await Promise.all(started.map((thread) => thread.terminate()));
    const failures: unknown[] = [];
    const runs = [4, 5].map((index) => makeRun({ index }));
    await engine.train(runs, { onResult: ({ failure }) => failures.push(failure) });
    expect(failures).toEqual([undefined, undefined]);
  });
});

describe("where memory is short", () => {
  test("fewer workers train all runs, and it is said in one line", async () => {
    nextOptions.push({}, NO_MEMORY, NO_MEMORY);
    const { error, indices } = await trainNumbered({ jobs: 3, runs: 5 });
    expect([error, indices]).toEqual([undefined, [0, 1, 2, 3, 4]]);
    expect(notes).toEqual([`${OUT_OF_MEMORY} with 3 workers; continuing with fewer`]);
    expect(started[0]?.threadId).toBe(-1); // it has given its memory back
  });

  test("as few workers train what comes later", async () => {
    nextOptions.push({}, NO_MEMORY);
    await trainNumbered({ jobs: 2, runs: 3 });
    const before = started.length;
    const indices: number[] = [];
    const later = [5, 6, 7].map((index) => makeRun({ index }));
    await engine.train(later, { onResult: ({ run }) => indices.push(run.index) });
    expect([indices, started.length]).toEqual([[5, 6, 7], before]);
  });

  test("for all workers at once, half of them try again", async () => {
    nextOptions.push(NO_MEMORY, NO_MEMORY, NO_MEMORY, NO_MEMORY);
    const { error, indices } = await trainNumbered({ jobs: 4, runs: 6 });
    expect([error, indices, started.length]).toEqual([undefined, [0, 1, 2, 3, 4, 5], 6]);
  });

  test("for a single worker, its runs have no result, as trouble that the user ends", async () => {
    nextOptions.push(NO_MEMORY, NO_MEMORY, NO_MEMORY);
    const { error, indices } = await trainNumbered({ jobs: 2, runs: 3 });
    expect(error).toMatchObject({ trouble: "memory", mayPass: false });
    expect((error as Error).message).toBe(`${OUT_OF_MEMORY}; free some, or give fewer --jobs or fewer rows`);
    expect([indices, started.length]).toEqual([[], 3]);
  });
});

test("a bug in a worker is thrown as it is when the other runs have ended, and nothing is made of its run", async () => {
  nextOptions.push({ workerData: { set: "wasm" } });
  const { error, indices } = await trainNumbered({ jobs: 1, runs: 3 });
  expect(error).toBeInstanceOf(TypeError);
  expect(error).not.toBeInstanceOf(MachineError);
  expect(indices).toEqual([1, 2]);
});
