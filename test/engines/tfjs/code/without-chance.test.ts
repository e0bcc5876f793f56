import { expect, test } from "vitest";
import { loadingWithoutChance } from "../../../../src/engines/tfjs/code/without-chance.ts";

test("files that load at the same time are all without chance, and leave Math.random as it was", async () => {
  const { random } = Math;
  const ends: (() => void)[] = [];
  const loads = [0, 1, 2].map(() => loadingWithoutChance(() => new Promise<void>((resolve) => ends.push(resolve))));
  for (const i of [1, 0, 2]) {
    expect(() => Math.random()).toThrow("draws random numbers");
    ends[i]?.();
    await loads[i];
  }
  expect(Math.random).toBe(random);
});
