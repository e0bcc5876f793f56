import { expect, test } from "vitest";
import { keyOf } from "../../src/random/key.ts";

test("keyOf(identity) is the same 64 bits for ever", () => {
  expect(keyOf("mmoe/seed=0/run=0/train/x")).toEqual([1449105547, 614104279]);
});

test("keyOf(identity) differs for identities that differ in one character", () => {
  const keys = Array.from({ length: 2000 }, (_, run) => keyOf(`mmoe/seed=0/run=${run}/train/x`).join());
  expect(new Set(keys).size).toBe(2000);
});
