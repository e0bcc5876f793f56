import { describe, expect, test } from "vitest";
import { arithmeticOf, isExact } from "../../src/engines/arithmetic.ts";
import { KERNEL_SETS } from "../../src/engines/cpu/kernel-sets.ts";

const of = (engine: string, device: string) => ({ engine, device });

describe("arithmeticOf(trainer)", () => {
  test("is one for all kernel sets of the cpu engine", () => {
    expect(new Set(KERNEL_SETS.map((set) => arithmeticOf(of("cpu", set))))).toEqual(new Set(["cpu"]));
  });

  test("differs from device to device of other engines, and from engine to engine", () => {
    const trainers = [of("cpu", "wasm"), of("tfjs", "wasm"), of("tfjs", "cpu"), of("cuda", "H100"), of("cuda", "A100")];
    expect(new Set(trainers.map(arithmeticOf)).size).toBe(trainers.length);
  });
});

test("isExact(trainer) holds for every kernel set, and for tfjs on a device of JavaScript's", () => {
  expect([...KERNEL_SETS, "sve"].every((set) => isExact(of("cpu", set)))).toBe(true);
  const others = [of("tfjs", "wasm"), of("tfjs", "cpu"), of("tfjs", "tensorflow cpu"), of("cuda", "H100")];
  expect(others.map(isExact)).toEqual([true, true, false, false]);
});
