// What mmoe trains PyTorch's modules by, beside PyTorch's own optimizers.
import { describe, expect, test } from "vitest";
import { APART, CASES } from "../engines/golden/optimizers.ts";
import { HAS_PYTHON, python } from "./python.ts";

describe.skipIf(!HAS_PYTHON)("with each optimizer, 100 steps have PyTorch's losses", () => {
  test("of a module alone, whose state is saved and read after each step, and of one beside another", () => {
    const told: Record<string, number[][][]> = JSON.parse(python(["test/python/optimizers.py"]));
    expect(Object.keys(told)).toEqual(CASES.map(([name]) => name));
    for (const [name, { losses }] of CASES) {
      const [alone, beside, other] = told[name] as [number[][], number[][], number[][]];
      for (const ours of [alone, beside]) {
        const apart = Object.entries(losses).flatMap(([step, of]) =>
          of.map((value, k) => Math.abs(value - ours[Number(step) - 1]?.[k])),
        );
        expect(Math.max(...apart), name).toBeLessThan(APART);
      }
      expect(other).not.toEqual(beside);
    }
  });
});
