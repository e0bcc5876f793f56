import { describe, expect, test } from "vitest";
import type { AnyRun, Engine, Hooks, RunResult } from "../../src/engines/engine.ts";
import { sideBySide } from "../../src/sweep/engines.ts";
import { fakeEngine } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

const CODE = { name: "mine", inputs: 100, tasks: 2, file: "/mine.mjs", sha256: "1f".repeat(32) };
const specs = [0, 1].map((index) => makeRun({ index }));
const codes = [0, 1, 2].map((index): AnyRun => ({ ...makeRun({ index }), id: `mine/${index}`, model: CODE }));

function engine(name: string, changes: Partial<Engine> = {}): Engine {
  return { ...fakeEngine(), name, device: `${name}'s`, ...changes };
}

const trained = async (both: Engine, hooks: Partial<Hooks> = {}) => {
  const results: RunResult[] = [];
  await both.train([...specs, ...codes], { onResult: (result) => results.push(result), ...hooks });
  return results.map(({ run, engine }) => `${run.id} ${engine}`).sort();
};

const isMine = ({ model }: AnyRun) => model === CODE;

describe("sideBySide(main, other, goesBeside)", () => {
  test("hands models in JavaScript to the other, and says which trained a run", async () => {
    const both = sideBySide(engine("cpu"), engine("tfjs"), isMine);
    expect(await trained(both)).toEqual([
      "mine/0 tfjs",
      "mine/1 tfjs",
      "mine/2 tfjs",
      `${specs[0]?.id} cpu`,
      `${specs[1]?.id} cpu`,
    ]);
    expect(both).toMatchObject({ name: "cpu", device: "cpu's", beside: [{ name: "tfjs", device: "tfjs's" }] });
  });

  test("checks each model on its engine, and has each engine prepare those that it trains", async () => {
    const asked: string[] = [];
    const noting = (name: string) =>
      engine(name, {
        check: ({ model }) => asked.push(`${name} checks ${model.name}`),
        prepare: async (runs) => {
          asked.push(`${name} prepares ${runs.map(({ model }) => model.name)}`);
        },
      });
    const both = sideBySide(noting("cpu"), noting("tfjs"), isMine);
    const runs = [specs[0], codes[0]] as AnyRun[];
    for (const run of runs) both.check(run);
    await both.prepare?.(runs);
    expect(asked).toEqual(["cpu checks mmoe", "tfjs checks mine", "cpu prepares mmoe,mine", "tfjs prepares mmoe,mine"]);
  });

  test("needs the memory of both", () => {
    const both = sideBySide(engine("cpu"), engine("tfjs", { memoryBytes: (runs) => runs.length }), isMine);
    expect(both.memoryBytes([...specs, ...codes])).toBe(1_000_003);
    expect(both.memoryBytes(specs)).toBe(1_000_000);
  });

  test("gives up both if one fails, with the first failure", async () => {
    const failure = new Error("the first");
    const failing = engine("cpu", { train: () => Promise.reject(failure) });
    const waiting = engine("tfjs", {
      train: (_, { signal }) =>
        new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("the second")))),
    });
    await expect(trained(sideBySide(failing, waiting, isMine))).rejects.toBe(failure);
  });

  test("keeps states if main does, and passes them by the other, which hears of limits instead", async () => {
    const told: Record<string, string[]> = {};
    const noting = (name: string, keepsStates: boolean) =>
      engine(name, {
        keepsStates,
        train: async (_, { onResult, signal, ...hooks }) => {
          told[name] = Object.keys(hooks).sort();
        },
      });
    const limit = { noMore: new AbortController().signal, onBegin: () => {} };
    const keeping = { states: new Map(), everyMs: 7, onState: () => {} };
    const keeps = sideBySide(noting("cpu", true), noting("tfjs", false), isMine);
    await trained(keeps, { keepParameters: true, keeping, ...limit });
    expect([keeps.keepsStates, told]).toEqual([
      true,
      { cpu: ["keepParameters", "keeping"], tfjs: ["keepParameters", "noMore", "onBegin"] },
    ]);
    const keepsNone = sideBySide(noting("cpu", false), noting("tfjs", false), isMine);
    await trained(keepsNone, limit);
    expect([keepsNone.keepsStates, told]).toEqual([false, { cpu: ["noMore", "onBegin"], tfjs: ["noMore", "onBegin"] }]);
  });

  test("stops both when it is told to", async () => {
    const stop = new AbortController();
    const both = sideBySide(engine("cpu"), engine("tfjs"), isMine);
    expect(await trained(both, { signal: stop.signal, onBegin: () => stop.abort() })).toEqual([]);
  });
});
