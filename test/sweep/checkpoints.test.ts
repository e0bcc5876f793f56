// Runs in flight outlive the process that began them.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { trainedHash } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import { isCode } from "../../src/models/code.ts";
import { Checkpoints } from "../../src/records/checkpoints.ts";
import type { RunRecord } from "../../src/records/record.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { runSweep, type SweepListener, type SweepOutcome, type SweepRequest } from "../../src/sweep/run-sweep.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { temporaryFolder } from "../support/effects.ts";
import { inTime } from "../support/in-time.ts";
import { stateOf } from "../support/states.ts";

const SMALL = { models: ["mmoe", "omoe"], correlations: [0.5], runs: 2, batch: 16, heldoutRows: 50 };
const configOf = (values: object) => loadConfig("smoke", [{ source: "test", values: { ...SMALL, ...values } }]);
const LONG_STEPS = 10_000;
const LONG = configOf({ steps: LONG_STEPS, evalEvery: 700, trainRows: "fresh", runs: 1 });
const SHORT = configOf({ steps: 5, evalEvery: 5 });

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
});

const files = () => (existsSync(join(out, "checkpoints")) ? readdirSync(join(out, "checkpoints")).sort() : []);
const timeless = (records: SweepOutcome["records"]) =>
  records?.map((record: RunRecord) => ({ ...record, elapsedMs: 0, device: "" }));

/** Sweeps until a run of the cpu engine is past `share` of its steps, and at least so many runs have trained. */
function sweepUntil(share: number, request: SweepRequest, listener: SweepListener = {}, least = 1) {
  const stop = new AbortController();
  const begun = new Set<string>();
  let isPast = false;
  const progress: SweepListener["progress"] = ({ id, model, training }, step) => {
    if (step > 0) begun.add(id);
    isPast ||= !isCode(model) && step > share * training.steps;
    if (isPast && begun.size >= least) stop.abort();
  };
  return runSweep({ out, ...request }, { signal: stop.signal, listener: { ...listener, progress } });
}

/** As `sweepUntil`, in a new folder, until no run had ended when it was stopped, and at least so many were kept. */
function keptUntil(share: number, request: SweepRequest, least = 1): Promise<SweepOutcome> {
  return inTime(async () => {
    out = join(temporaryFolder(), "results");
    const outcome = await sweepUntil(share, request, {}, least);
    return outcome.done === 0 && outcome.kept.runs >= least ? outcome : undefined;
  });
}

describe("a sweep that is stopped and goes on has the records of one that was not,", () => {
  test.each([
    [
      "with fresh rows, dropout, Huber's loss and diagnostics",
      { trainRows: "fresh", evalEvery: "log:9", loss: "huber", dropout: 0.1, diagnostics: ["gates", "units"] },
    ],
    [
      "in a grid, with fixed rows in epochs, by sgd",
      { trainRows: 300, optimizer: "sgd", lr: [0.001, 0.02], evalEvery: [20, 999], models: ["shared-bottom"] },
    ],
  ])("%s", async (_, values) => {
    const config = configOf({ steps: 2500, ...values });
    await inTime(async () => {
      const first = await keptUntil(0.3, { config, engineOptions: { kernels: "wasm", jobs: 1 } });
      expect(first).toMatchObject({ missing: 4, kept: { runs: 2 }, stopped: "signal" });
      expect(first.kept.share).toBeGreaterThan(0.3);
      expect(files()).toHaveLength(2);
      const second = await sweepUntil(0.7, { config, engineOptions: { jobs: 2 } });
      return second.missing > 0 || undefined;
    });
    const third = await runSweep({ config, out });
    expect([third.missing, third.kept, files()]).toEqual([0, { runs: 0, share: 0 }, []]);
    const alone = await runSweep({ config, out: join(temporaryFolder(), "alone") });
    expect(timeless(third.records)).toEqual(timeless(alone.records));
  });

  test("and tells, when it goes on, how far the runs are, and of no step below", async () => {
    const { kept } = await keptUntil(0.4, { config: LONG });
    const told: number[] = [];
    let before: ReadonlyMap<string, number> = new Map();
    await runSweep(
      { config: LONG, out },
      {
        listener: {
          start: (start) => (before = start.kept),
          progress: ({ id }, step) => told.push(step - (before.get(id) ?? 0)),
        },
      },
    );
    expect(before.size).toBe(kept.runs);
    expect([...before.values()].reduce((sum, step) => sum + step, 0) / (LONG_STEPS * kept.runs)).toBeCloseTo(
      kept.share,
      9,
    );
    expect(Math.min(...told)).toBeGreaterThan(0);
  });
});

describe("a sweep with a model in JavaScript beside those that cpu trains", () => {
  const { name, file, sha256 } = codeModel(LINEAR);
  const values = { steps: 1200, batch: 160, evalEvery: 150, trainRows: 300, runs: 1 }; // JavaScript's steps take long
  const config = configOf({ ...values, models: ["mmoe", { name, file, sha256 }] });
  const engineOptions: SweepRequest["engineOptions"] = { kernels: "wasm", jobs: 1 };

  test("keeps runs in flight of both, and goes on with them to the same records", async () => {
    const first = await keptUntil(0.3, { config, engineOptions }, 2); // JavaScript's process takes its time to start
    expect([first.missing, first.kept.runs, files()]).toEqual([2, 2, ["mine_p=0.50_000.json", "mmoe_p=0.50_000.json"]]);
    const firstSteps = new Map<string, number>();
    const progress: SweepListener["progress"] = ({ id }, step) => {
      if (!firstSteps.has(id)) firstSteps.set(id, step);
    };
    let kept: ReadonlyMap<string, number> = new Map();
    const listener: SweepListener = { progress, start: (start) => (kept = start.kept) };
    const second = await runSweep({ config, out, engineOptions }, { listener });
    expect([...kept.keys()].sort()).toEqual(["mine/p=0.50/000", "mmoe/p=0.50/000"]);
    for (const [id, step] of firstSteps) expect(step).toBeGreaterThan(kept.get(id) ?? Number.NaN);
    const alone = await runSweep({ config, out: join(temporaryFolder(), "alone"), engineOptions });
    expect(timeless(second.records)).toEqual(timeless(alone.records));
    expect([second.missing, files()]).toEqual([0, []]);
  });

  test("goes on with a run that was kept before the sweep had such a model", async () => {
    await keptUntil(0.3, { config: configOf({ ...values, models: ["mmoe"] }), engineOptions });
    const notes: string[] = [];
    let kept = 0;
    const listener: SweepListener = { start: (start) => (kept = start.kept.size), note: (line) => notes.push(line) };
    await runSweep({ config, out, engineOptions, limitMs: 1 }, { listener });
    expect([kept, notes.filter((line) => !line.includes("after the time limit"))]).toEqual([1, []]);
  });
});

describe("checkpoints", () => {
  const keep = (config: typeof LONG) => {
    const notes: string[] = [];
    const checkpoints = new Checkpoints(out, { trained: trainedHash(config), arithmeticOf: () => "cpu" }, (line) =>
      notes.push(line),
    );
    for (const run of planRuns(config)) checkpoints.keep(run, stateOf(run, 2));
    expect(notes).toEqual([]);
  };

  test("are written while runs train, and deleted when those have ended", async () => {
    const seen = new Map<string, number>();
    const { records } = await runSweep(
      { config: LONG, out, checkpointMs: 1 },
      { listener: { progress: () => files().map((name) => seen.set(name, (seen.get(name) ?? 0) + 1)) } },
    );
    expect([...seen.keys()].filter((name) => name.endsWith(".json"))).toHaveLength(2);
    expect([records?.length, files()]).toEqual([2, []]);
  });

  test("are kept at a time limit, and runs begin that can't end before it", async () => {
    const config = configOf({ steps: 9_000_000, evalEvery: "log:3", trainRows: "fresh" });
    vi.useFakeTimers({ toFake: ["performance", "Date", "setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const listener = { progress: () => vi.advanceTimersByTime(4000) };
    const outcome = await runSweep({ config, out, limitMs: 4000 }, { listener });
    expect([outcome.stopped, outcome.kept.runs > 0]).toEqual(["limit", true]);
  });

  test("of runs that have ended, left by a process that was killed, are deleted", async () => {
    await runSweep({ config: SHORT, out });
    keep(SHORT);
    const { done, kept } = await runSweep({ config: SHORT, out });
    expect([done, kept.runs, files()]).toEqual([4, 0, []]);
  });

  test("are deleted by overwrite, and not gone on with", async () => {
    await runSweep({ config: SHORT, out, limitMs: 1 });
    keep(SHORT);
    const start = vi.fn<NonNullable<SweepListener["start"]>>();
    await runSweep({ config: SHORT, out, overwrite: true }, { listener: { start } });
    expect([start.mock.lastCall?.[0].kept.size, files()]).toEqual([0, []]);
  });

  test("of another arithmetic are named and left out; their runs begin again", async () => {
    const config = configOf({ steps: 5, evalEvery: 5, models: ["mmoe"], runs: 1 });
    await runSweep({ config, out }, { signal: AbortSignal.abort() });
    keep(config);
    const notes: string[] = [];
    const request = { config, out, engine: "tfjs", engineOptions: { backend: "cpu" } } as const;
    const { done } = await runSweep(request, { listener: { note: (line) => notes.push(line) } });
    const path = join(out, "checkpoints", "mmoe_p=0.50_000.json");
    expect(notes).toEqual([`${path}: left out, since cpu trained it, not tfjs (cpu); mmoe/p=0.50/000 begins again`]);
    expect([done, files()]).toEqual([1, []]);
  });
});
