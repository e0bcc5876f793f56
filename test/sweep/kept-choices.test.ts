// How far runs with early stopping are outlives the process that began them.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { rowsOverride } from "../../src/config/rows.ts";
import type { AnyRun, RunResult, RunState } from "../../src/engines/engine.ts";
import { runSweep, type SweepListener, type SweepOutcome } from "../../src/sweep/run-sweep.ts";
import { temporaryFolder } from "../support/effects.ts";
import { inTime } from "../support/in-time.ts";
import { fakeStopping, stoppedRun } from "../support/stopped-runs.ts";
import { tableFile } from "../support/tables.ts";

describe("a sweep with early stopping that is stopped", () => {
  const table = tableFile(1500);
  const set = ["models=[mmoe]", "runs=1", "steps=2000", "patience=200", "batch=250", "heldoutRows=100"];
  const config = loadConfig("smoke", [rowsOverride(table), ...set.map(setOverride)]);
  const timeless = (records: SweepOutcome["records"]) =>
    records?.map((record) => ({ ...record, elapsedMs: 0, device: "" }));

  /**
   * A part of a sweep: until a run was tried, or was trained, for more than so many steps. `tried` and `trained` are the first
   * steps told of runs, `kept` the steps of runs that were kept before.
   */
  async function part(out: string, { tried = 1e9, trained = 1e9 }) {
    const stop = new AbortController();
    const first = { tried: new Map<string, number>(), trained: new Map<string, number>() };
    const notes: string[] = [];
    let before: ReadonlyMap<string, number> = new Map();
    const tell = (kind: keyof typeof first, id: string, step: number, most: number) => {
      if (step > 0 && !first[kind].has(id)) first[kind].set(id, step);
      if (step > most) stop.abort();
    };
    const listener: SweepListener = {
      start: ({ kept }) => (before = kept),
      note: (line) => notes.push(line),
      choosing: ({ id }, step, chosen) => chosen === undefined && tell("tried", id, step, tried),
      progress: ({ id }, step) => tell("trained", id, step, trained),
    };
    const outcome = await runSweep(
      { config, out, engineOptions: { jobs: 1, kernels: "wasm" } },
      { signal: stop.signal, listener },
    );
    expect(notes).toEqual([]);
    return { ...outcome, ...first, before };
  }

  /** Expects that runs that were kept within this phase went on from there. */
  function expectResumed(before: ReadonlyMap<string, number>, first: ReadonlyMap<string, number>, least: number) {
    const kept = [...before].filter(([, step]) => step > 0);
    expect(kept.length).toBeGreaterThan(0);
    expect(Math.min(...kept.map(([, step]) => step))).toBeGreaterThan(least);
    for (const [id, step] of kept) expect(first.get(id)).toBeGreaterThan(step);
  }

  test("in a try and in a training resumes both, and has the records of one that was not", async () => {
    const { out, rest } = await inTime(async () => {
      const out = join(temporaryFolder(), "results");
      const choosing = await part(out, { tried: 100 });
      const training = await part(out, { trained: 100 });
      if (choosing.kept.share === 0 || training.kept.share === 0) return undefined;
      if (training.tried.size === 0) return undefined; // the tries had ended before the stop was heard
      expect(choosing).toMatchObject({ done: 0, missing: 1, stopped: "signal" });
      expectResumed(training.before, training.tried, 100);
      return { out, rest: await part(out, {}) };
    });
    expectResumed(rest.before, rest.trained, 100);
    expect([rest.missing, rest.tried.size, existsSync(join(out, "checkpoints"))]).toEqual([0, 0, false]);
    const alone = await part(join(temporaryFolder(), "alone"), {});
    expect(timeless(rest.records)).toEqual(timeless(alone.records));
  });
});

describe("of runs with early stopping", () => {
  /** Trains two runs, of which `a` chooses 12 steps and `b` 120; keeps what is kept. */
  async function trained(everyMs: number, states: ReadonlyMap<string, RunState> = new Map()) {
    const { engine, asked } = fakeStopping((step, id) => Math.abs(step - (id === "a" ? 12 : 120)) + 1);
    const kept: [string, number, RunState["choice"]][] = [];
    const results: RunResult[] = [];
    const runs = ["a", "b"].map((id) => stoppedRun({ id }));
    const onState = ({ id }: AnyRun, { step, choice }: RunState) => kept.push([id, step, choice]);
    await engine.train(runs, { onResult: (result) => results.push(result), keeping: { states, everyMs, onState } });
    return { kept, asked: asked.map((each) => each.map(({ id, training }) => `${id} ${training.steps}`)), results };
  }
  const choice = { tried: 0, steps: 400, evalEvery: 6 };
  const b = { step: 0, values: [], noBias: [], powers: [1, 1] as const, sums: [0, 0], elapsedMs: 0 };
  const empty = { steps: [], train: [], heldout: [] };

  test("a choice is kept after a try that took long beside the time between two checkpoints", async () => {
    expect((await trained(10)).kept).toEqual([]); // each try takes 1 ms
    expect((await trained(1)).kept).toEqual([
      ["a", 0, { tried: 400, steps: 12, validationLoss: 1 }],
      ["b", 0, { tried: 400, steps: 120, validationLoss: 1 }],
    ]);
  });

  test("a choice goes on with the try, or the training, that was kept", async () => {
    const states = new Map<string, RunState>([
      ["a", { ...b, curve: empty, choice: { tried: 48, steps: 18, validationLoss: 0.25 } }],
      ["b", { ...b, curve: empty, choice }],
    ]);
    const { asked, results } = await trained(10, states);
    expect(asked).toEqual([["b 400"], ["a 18", "b 120"]]);
    expect(results.map(({ measures }) => measures?.validationLoss)).toEqual([0.25, 1]);
    const others = new Map([...states].map(([id, state]) => [id, { ...state, choice: { ...choice, evalEvery: 5 } }]));
    expect((await trained(10, others)).asked[0]).toEqual(["a 400", "b 400"]); // another mmoe looked more often
    const doubled = new Map([["b", { ...b, step: 60, curve: empty, choice: { ...choice, tried: 54, steps: 108 } }]]);
    const begun = await trained(10, doubled); // another mmoe tried runs for 54 steps first, then for twice as many
    expect(begun.asked).toEqual([
      ["a 400", "b 400"],
      ["a 12", "b 120"],
    ]);
  });

  test("a stop keeps the choices of runs that are in no state", async () => {
    const stop = new AbortController();
    const { engine } = fakeStopping((step, id) => Math.abs(step - (id === "a" ? 12 : 120)) + 1);
    const kept: [string, RunState["choice"]][] = [];
    await engine.train(
      ["a", "b"].map((id) => stoppedRun({ id })),
      {
        signal: stop.signal,
        onResult: () => {},
        onChoosing: ({ id }, tried) => id === "b" && tried > 0 && stop.abort(),
        keeping: { states: new Map(), everyMs: 10, onState: ({ id }, state) => kept.push([id, state.choice]) },
      },
    );
    expect(kept).toEqual([
      ["a", { tried: 400, steps: 12, validationLoss: 1 }],
      ["b", { tried: 400, steps: 120, validationLoss: 1 }],
    ]);
  });
});
