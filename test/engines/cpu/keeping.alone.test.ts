// Runs in flight are kept by the engine, and go on in another call, with other workers and kernels.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CpuEngine, type CpuOptions } from "../../../src/engines/cpu/cpu-engine.ts";
import type { Run, RunResult, RunState } from "../../../src/engines/engine.ts";
import { inTime } from "../../support/in-time.ts";
import { started } from "../../support/threads.ts";
import { runOf } from "./runs.ts";

vi.mock("node:worker_threads", async (original) =>
  (await import("../../support/threads.ts")).watched(await original()),
);

beforeEach(() => void started.splice(0));

const RUNS = [0, 1].flatMap((index) =>
  (["omoe", "mmoe", "shared-bottom"] as const).map((model) => {
    const training = { steps: 2000, evalEvery: 500, trainRows: "fresh", heldoutRows: 70 } as const;
    return runOf({ model, index, dropout: 0.1, training });
  }),
);

let engine: CpuEngine | undefined;
afterEach(() => engine?.dispose());

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
  const notes: string[] = [];
  const note = (line: string) => notes.push(line);
  const { results } = await train({ ...ONE_BUNDLE, everyMs: 1, progress, note, onWay: kill });
  return started.length === 1 ? undefined : { results, notes, again: progress.slice(reached) };
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
    const { results, notes, again } = await inTime(killed);
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
