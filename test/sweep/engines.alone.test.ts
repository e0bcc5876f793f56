import { beforeEach, describe, expect, test, vi } from "vitest";
import type { AnyRun } from "../../src/engines/engine.ts";
import { UsageError } from "../../src/errors.ts";
import { type EngineOptions, loadEngine } from "../../src/sweep/engines.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { fakeEngine } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

const world = vi.hoisted(() => ({ card: false, setUp: false, forCards: false, load: (_: object) => ({}) }));
vi.mock("../../src/cuda/cards.ts", () => ({ mayHaveCard: () => world.card }));
vi.mock("../../src/cuda/binding.ts", () => ({
  findBinding: () => (world.setUp ? { folder: "/made" } : undefined),
  isForCards: () => world.forCards,
}));
vi.mock("../../src/engines/tfjs/tfjs-engine.ts", () => ({
  createCudaEngine: async (options: object) => world.load(options),
}));

let notes: string[] = [];
beforeEach(() => {
  notes = [];
  Object.assign(world, { card: true, setUp: true, forCards: true, load: () => ({ ...fakeEngine(), name: "cuda" }) });
});

async function auto(options: EngineOptions = {}): Promise<string> {
  const engine = await loadEngine("auto", { jobs: 1, note: (line) => notes.push(line), ...options });
  await engine.dispose();
  return engine.name;
}

describe("loadEngine('auto')", () => {
  test("is cuda where it is set up and a card is visible", async () => {
    expect([await auto(), notes]).toEqual(["cuda", []]);
  });

  const UNUSED = ["a GPU is here, unused: mmoe cuda setup makes mmoe train on it"];
  test.each([
    ["no card is, and nothing is set up", { card: false, setUp: false }, []],
    ["no card is, and TensorFlow is set up for the CPU", { card: false, forCards: false }, []],
    ["a card was", { card: false }, ["no NVIDIA card is visible; training on the cpu engine"]],
    ["a card is, but nothing is set up", { setUp: false }, UNUSED],
    ["a card is, but TensorFlow is set up for the CPU", { forCards: false }, UNUSED],
  ])("is cpu, with nothing loaded, where %s, and says so if a card is of use", async (_, changes, says) => {
    Object.assign(world, { load: () => expect.unreachable(), ...changes });
    expect([await auto(), notes]).toEqual(["cpu", says]);
  });

  test("is cpu where TensorFlow does not find the card, and says so", async () => {
    world.load = () => {
      throw new UsageError("engine cuda: TensorFlow sees no card");
    };
    expect(await auto({ allowCpu: true })).toBe("cpu");
    expect(notes).toEqual(["engine cuda: TensorFlow sees no card; training on the cpu engine"]);
  });

  test("is cpu, with nothing loaded, where kernels of the cpu engine are asked for", async () => {
    world.load = () => expect.unreachable();
    expect([await auto({ kernels: "wasm" }), notes]).toEqual(["cpu", []]);
  });

  test("is cuda whatever kernels MMOE_KERNELS names for the cpu engine", async () => {
    expect(await auto({ env: { MMOE_KERNELS: "wasm" } })).toBe("cuda");
    expect(await auto({ kernels: "auto" })).toBe("cuda");
  });

  test("passes on a bug", async () => {
    world.load = () => {
      throw new TypeError("not a function");
    };
    await expect(auto()).rejects.toThrow(TypeError);
  });
});

test("loadEngine(name, options, runs) has an engine beside for models in code of each language, and no other without its runs", async () => {
  const [mine, yours]: AnyRun[] = [codeModel(LINEAR), { ...codeModel(LINEAR), file: "/yours.py" }].map((model) => ({
    ...makeRun(),
    model,
  }));
  const alone = await loadEngine("tfjs", {}, [mine]);
  expect([alone.name, alone.beside]).toEqual(["node", undefined]);
  const all = await loadEngine("cpu", { kernels: "wasm" }, [mine, yours, makeRun()] as AnyRun[]);
  expect([all.name, all.beside?.map(({ name }) => name)]).toEqual(["cpu", ["node", "python"]]);
  for (const engine of [alone, all]) await engine.dispose();
});

test.each([
  ["cuda", {}, "cuda"],
  ["cuda", { device: "cpu" }, "cpu"],
  ["cpu", { device: "cuda" }, "cuda"],
  ["cpu", {}, "cpu"],
] as const)("models in code compute by --engine %s and %j on %s", async (name, options, device) => {
  world.load = () => fakeEngine();
  const yours: AnyRun = { ...makeRun(), model: { ...codeModel(LINEAR), file: "/yours.py" } };
  const engine = await loadEngine(name, { kernels: "wasm", ...options }, [yours, makeRun()]);
  expect(engine.beside).toEqual([{ name: "python", device }]);
  await engine.dispose();
});

test("loadEngine('cuda', options) passes on threads and whether the CPU will do", async () => {
  const seen: object[] = [];
  world.load = (options) => {
    seen.push(options);
    return fakeEngine();
  };
  await loadEngine("cuda", { allowCpu: true });
  await auto({ jobs: 3 });
  expect(seen).toMatchObject([{ allowCpu: true }, { jobs: 3, allowCpu: false }]);
});
