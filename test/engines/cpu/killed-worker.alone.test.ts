import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CpuEngine } from "../../../src/engines/cpu/cpu-engine.ts";
import type { Hooks, RunResult } from "../../../src/engines/engine.ts";
import { MachineError } from "../../../src/system-errors.ts";
import { inTime } from "../../support/in-time.ts";
import { makeRun } from "../../support/runs.ts";
import { nextOptions, started } from "../../support/threads.ts";

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

/** Trains runs number 0, 1 and so on, of which `endless` takes minutes; gives their results by index, and the error that ended it. */
async function train({ jobs = 2, runs = 4, steps = 50, endless = -1 }, hooks: Partial<Hooks> = {}) {
  engine = new CpuEngine({ jobs, note: (line) => notes.push(line) });
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
  const alone = async () => (await train({ runs: 1, jobs: 1, steps: 6e3 })).results.get(0)?.curve;

  test("has its run trained again by another, with the same losses", async () => {
    const expected = await alone();
    const { error, indices, results } = await inTime(async () => {
      await engine.dispose();
      started.splice(0);
      let killed = false;
      const onProgress: Hooks["onProgress"] = ({ index }) => {
        if (index !== 0 || killed) return;
        killed = true;
        void started[0]?.terminate();
      };
      const ended = await train({ steps: 6e3 }, { onProgress });
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
    const { error, indices } = await train({ jobs: 1, runs: 4, endless: 1 }, { onBegin });
    expect(error).toBeInstanceOf(MachineError);
    expect(error).toMatchObject({
      trouble: "worker",
      mayPass: true,
      message: expect.stringMatching(/^a worker died \(exit code \d\)$/),
    });
    expect([indices, notes.length]).toEqual([[0, 2, 3], 2]);
  });

  test("while it waits is replaced by the next", async () => {
    await train({ runs: 2 });
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
    const { error, indices } = await train({ jobs: 3, runs: 5 });
    expect([error, indices]).toEqual([undefined, [0, 1, 2, 3, 4]]);
    expect(notes).toEqual([`${OUT_OF_MEMORY} with 3 workers; continuing with fewer`]);
    expect(started[0]?.threadId).toBe(-1); // it has given its memory back
  });

  test("as few workers train what comes later", async () => {
    nextOptions.push({}, NO_MEMORY);
    await train({ jobs: 2, runs: 3 });
    const before = started.length;
    const indices: number[] = [];
    const later = [5, 6, 7].map((index) => makeRun({ index }));
    await engine.train(later, { onResult: ({ run }) => indices.push(run.index) });
    expect([indices, started.length]).toEqual([[5, 6, 7], before]);
  });

  test("for all workers at once, half of them try again", async () => {
    nextOptions.push(NO_MEMORY, NO_MEMORY, NO_MEMORY, NO_MEMORY);
    const { error, indices } = await train({ jobs: 4, runs: 6 });
    expect([error, indices, started.length]).toEqual([undefined, [0, 1, 2, 3, 4, 5], 6]);
  });

  test("for a single worker, its runs have no result, as trouble that the user ends", async () => {
    nextOptions.push(NO_MEMORY, NO_MEMORY, NO_MEMORY);
    const { error, indices } = await train({ jobs: 2, runs: 3 });
    expect(error).toMatchObject({ trouble: "memory", mayPass: false });
    expect((error as Error).message).toBe(`${OUT_OF_MEMORY}; free some, or give fewer --jobs or fewer rows`);
    expect([indices, started.length]).toEqual([[], 3]);
  });
});

test("a bug in a worker is thrown as it is when the other runs have ended, and nothing is made of its run", async () => {
  nextOptions.push({ workerData: { set: "wasm" } });
  const { error, indices } = await train({ jobs: 1, runs: 3 });
  expect(error).toBeInstanceOf(TypeError);
  expect(error).not.toBeInstanceOf(MachineError);
  expect(indices).toEqual([1, 2]);
});
