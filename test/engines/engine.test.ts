import { expect, test } from "vitest";
import { isExact } from "../../src/engines/arithmetic.ts";
import { KERNEL_SETS } from "../../src/engines/cpu/kernel-sets.ts";
import { lossFailure, modelKey } from "../../src/engines/engine.ts";
import { numbering } from "../../src/engines/numbering.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { keyOf } from "../../src/random/key.ts";
import { makeRun } from "../support/runs.ts";

test("lossFailure(losses, step) names NaN, a loss below 0 and a mean loss beyond a million, and nothing else", () => {
  expect(lossFailure([0.5, Number.NaN], 420)).toBe("loss is NaN at step 420");
  expect(lossFailure([0.5, Number.POSITIVE_INFINITY], 3)).toBe("diverged: loss is Infinity at step 3");
  expect(lossFailure([1e6, 2e6], 7)).toBe("diverged: loss is 1.50e+6 at step 7");
  expect(lossFailure([0.5, -0.25], 8)).toBe("the loss of task 2 is -0.250 at step 8; none is below 0");
  expect(lossFailure([1e6, 1e6], 7)).toBeUndefined();
  expect(lossFailure([0, -1e-7], 7)).toBeUndefined(); // rounded
});

test("modelKey(run, tensor) is the key of a name that has run, model, seed and tensor, and no correlation", () => {
  const model = ZOO.omoe.build({ inputs: 100, tasks: 2 });
  const runs = [0.5, 0.9].map((correlation) => makeRun({ index: 1, seed: 2, model, correlation }));
  const key = keyOf("mmoe/seed=2/run=1/model=omoe/experts/1/0/kernel");
  for (const run of runs) expect(modelKey(run, "experts/1/0/kernel")).toEqual(key);
});

test("isExact(trainer) holds for every kernel set, and for tfjs on a device of JavaScript's", () => {
  const of = (engine: string, device: string) => ({ engine, device });
  expect([...KERNEL_SETS, "sve"].every((set) => isExact(of("cpu", set)))).toBe(true);
  const others = [of("tfjs", "wasm"), of("tfjs", "cpu"), of("tfjs", "tensorflow cpu"), of("cuda", "H100")];
  expect(others.map(isExact)).toEqual([true, true, false, false]);
});

test("numbering(partOf) gives values of equal parts one number, and others another", () => {
  const numberOf = numbering(({ batch, lr }: { batch: number; lr: number; steps: number }) => [batch, lr]);
  const first = { batch: 64, lr: 0.01, steps: 100 };
  const others = [
    { ...first, steps: 200 },
    { ...first, lr: 0.1 },
    { ...first, batch: 32 },
  ];
  expect([first, ...others, first].map(numberOf)).toEqual([0, 0, 1, 2, 0]);
});

test("numbering(partOf) looks once at each object", () => {
  let looked = 0;
  const numberOf = numbering((value: { batch: number }) => {
    looked++;
    return value;
  });
  const settings = { batch: 64 };
  for (let i = 0; i < 5; i++) numberOf(settings);
  expect(looked).toBe(1);
});

test("the rows of tables are not compared, which may have billions of bytes, but their ids are", () => {
  const number = numbering((values: object) => values);
  const table = (id: number, first: number) => ({ id, columns: [Float32Array.of(first)] });
  expect([number(table(1, 2)), number(table(1, 3)), number(table(4, 2))]).toEqual([0, 0, 1]);
});
