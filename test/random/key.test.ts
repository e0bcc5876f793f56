import { expect, test } from "vitest";
import { keyOf } from "../../src/random/key.ts";
import { GOLDEN } from "./golden/golden.ts";

test("keyOf(identity) is the same 64 bits for ever, which an independent program has too", () => {
  expect(keyOf("mmoe/seed=0/run=0/train/x")).toEqual([1449105547, 614104279]);
  for (const [name, key] of Object.entries(GOLDEN.keys)) expect(keyOf(name)).toEqual(key);
});

test("keyOf(identity) differs for identities that differ in one character", () => {
  const keys = Array.from({ length: 2000 }, (_, run) => keyOf(`mmoe/seed=0/run=${run}/train/x`).join());
  expect(new Set(keys).size).toBe(2000);
});
