// A run that stops and goes on has the bits of one that never stopped.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { trainRunGroup } from "../../../src/engines/cpu/run-group.ts";
import type { RunState } from "../../../src/engines/engine.ts";
import { ZOO } from "../../../src/models/zoo.ts";
import { makeRun } from "../../support/runs.ts";
import { INSTANCES, wasm } from "./lone-run.ts";
import { anyRun, KINDS, statesAt, trainedByWasm, trainedFrom, zooRuns } from "./same-bits.ts";

const SETS = INSTANCES.map(({ set }) => set);
/** Each set with the next one, the last with the first. */
const PAIRS = SETS.map((set, i) => [set, SETS[(i + 1) % SETS.length]] as const);

describe.each(PAIRS)("a run that %s began and %s ends has the bits of one that was not stopped,", (begins, ends) => {
  test.each([
    [64, "fresh"],
    [3, 40],
  ] as const)("for models of all kinds with batches of %i, %s rows", (batch, trainRows) => {
    const runs = zooRuns(batch, trainRows, 18, KINDS);
    const { states } = statesAt(8, begins, runs);
    expect(new Set(states.map(({ step }) => step > 7 && step < 18))).toEqual(new Set([true]));
    expect(trainedFrom(states, ends, runs)).toEqual(trainedByWasm(runs));
  });

  test("with dropout, Huber's loss, and evaluations at logarithmic steps", () => {
    const runs = KINDS.map((name) => {
      const model = { ...ZOO[name].build({ inputs: 98, tasks: 2 }), dropout: 0.2 };
      const data = { ...makeRun().data, inputs: 98 };
      const training = { batch: 13, trainRows: 70, steps: 40, evalEvery: "log:7", huberDelta: 0.4, heldoutRows: 30 };
      return makeRun({ model, data, index: 5 }, training);
    });
    const { states } = statesAt(18, begins, runs);
    for (const { curve } of states) expect(curve.steps.length).toBeGreaterThan(5);
    expect(trainedFrom(states, ends, runs)).toEqual(trainedByWasm(runs));
  });

  test("for any model of the family, by any optimizer, stopped twice", () => {
    fc.assert(
      fc.property(anyRun(70), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 4, max: 6 }), (run, first, second) => {
        const runs = [{ ...run, training: { ...run.training, steps: 20 } }];
        const once = statesAt(first, begins, runs).states;
        const twice = statesAt(second, ends, runs, once).states;
        expect(trainedFrom(twice, begins, runs)).toEqual(trainedByWasm(runs));
      }),
      { numRuns: 20, seed: 3, endOnFailure: true },
    );
  });
});

test("a state after the last step goes on to the result", () => {
  const runs = [makeRun({}, { trainRows: 30_000, steps: 3 })];
  const { results, states } = statesAt(3, "wasm", runs);
  expect([results, states[0]?.step]).toEqual([undefined, 3]);
  expect(trainedFrom(states, "wasm", runs)).toEqual(trainedByWasm(runs));
});

test("the state of a run that has failed keeps the reason, while the one beside it trains on", () => {
  const steps = { steps: 200, batch: 64, evalEvery: 50 };
  const runs = [makeRun({ id: "bad" }, { ...steps, lr: 1e9, optimizer: "sgd" }), makeRun({ id: "good" }, steps)];
  const { states } = statesAt(60, "wasm", runs);
  expect(states.map(({ failure }) => failure)).toEqual([expect.stringMatching(/at step \d$/), undefined]);
  expect(states[0]?.step).toBe(states[1]?.step);
  expect(trainedFrom(states, "wasm", runs)).toEqual(trainedByWasm(runs));
});

test("trainRunGroup(memory, runs, watch) gives states every so often, each whole", () => {
  const runs = zooRuns(13, 90, 200).slice(0, 3);
  const kept: (readonly RunState[])[] = [];
  const keeping = { everyMs: 0, isReady: () => true, onStates: (states: readonly RunState[]) => kept.push(states) };
  trainRunGroup(wasm, runs, { keepParameters: true, isStopped: () => false, onStep: () => {}, keeping });
  expect(kept.length).toBeGreaterThan(2);
  const alone = trainedByWasm(runs);
  for (const states of kept) expect(trainedFrom(states, "wasm", runs)).toEqual(alone);
});

test("trainRunGroup(memory, runs, watch) gives no states while those before wait, but when it is stopped", () => {
  let kept = 0;
  let asked = 0;
  trainRunGroup(wasm, zooRuns(13, 90, 200).slice(0, 2), {
    keepParameters: false,
    onStep: () => {},
    isStopped: () => ++asked > 20,
    keeping: { everyMs: 0, isReady: () => false, onStates: () => kept++ },
  });
  expect(kept).toBe(1);
});

test("trainRunGroup(memory, runs, watch) stopped before its first step gives no state", () => {
  expect(statesAt(0, "wasm", zooRuns(13, 90))).toEqual({ results: undefined, states: [] });
});

test("a state's time is that of all processes", () => {
  const runs = [makeRun({}, { steps: 900 })];
  const { states } = statesAt(100, "wasm", runs);
  const before = states.map((state) => ({ ...state, elapsedMs: 1e6 }));
  const [later] = statesAt(500, "wasm", runs, before).states;
  expect(later?.elapsedMs).toBeGreaterThan(1e6);
  expect(later?.elapsedMs).toBeLessThan(1e6 + 60_000);
  const watch = { keepParameters: false, isStopped: () => false, onStep: () => {}, states: before };
  expect(trainRunGroup(wasm, runs, watch)?.[0]?.elapsedMs).toBeGreaterThan(1e6);
});
