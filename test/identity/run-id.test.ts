import fc from "fast-check";
import { expect, test } from "vitest";
import { runId } from "../../src/identity/cell.ts";

test("runId is made of values, and differs where they do", () => {
  const at = (model: string, correlation: number) => ({ model, correlation, point: {} });
  expect(runId(at("mmoe", 0.5), 17)).toBe("mmoe/p=0.50/017");
  expect(runId(at("mmoe", -1), 1234)).toBe("mmoe/p=-1.00/1234");
  fc.assert(
    fc.property(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }), (a, b) => {
      expect(runId(at("m", a), 0) === runId(at("m", b), 0)).toBe(a === b);
    }),
  );
});

test("runId names a grid point, both seeds of a crossed run, and no correlation on the user's own rows", () => {
  const cell = { model: "mmoe", correlation: 0.5, point: { lr: 0.01, batch: 16 } };
  expect(runId(cell, 17)).toBe("mmoe/p=0.50/lr=0.01/batch=16/017");
  expect(runId({ ...cell, point: {} }, { data: 3, initial: 17 })).toBe("mmoe/p=0.50/d03/i17");
  expect(runId({ model: "mmoe", correlation: null, point: {} }, 17)).toBe("mmoe/017");
});
