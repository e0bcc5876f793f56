import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  byCorrelation,
  cellKey,
  cellOf,
  cellText,
  comparePoints,
  compareValues,
  correlationText,
  pointText,
  pointTitle,
  runId,
} from "../../src/identity/cell.ts";

const cell = { model: "mmoe", correlation: 0.5, point: { lr: 0.01 } };
const own = { model: "mmoe", correlation: null, point: {} };

describe("a cell in words", () => {
  test("has its model, its correlation and its grid point", () => {
    expect([cellText(cell), cellText({ ...cell, point: {} }), cellText(own)]).toEqual([
      "mmoe at 0.50, lr=0.01",
      "mmoe at 0.50",
      "mmoe",
    ]);
  });

  test("is without its model the title of a table", () => {
    expect([pointTitle(cell), pointTitle({ ...cell, point: {} }), pointTitle({ ...own, point: { lr: 1 } })]).toEqual([
      "p = 0.50, lr=0.01",
      "p = 0.50",
      "lr=1",
    ]);
    expect(pointTitle(own)).toBe("");
  });

  test("has two decimals of the correlation, or all that it has", () => {
    expect([0, -1, 0.5, 0.125].map(correlationText)).toEqual(["0.00", "-1.00", "0.50", "0.125"]);
  });
});

test("cellKey(cell) differs in each part, and cellOf(value) keeps no other", () => {
  const others = [{ model: "omoe" }, { correlation: 0.9 }, { point: {} }].map((part) => ({ ...cell, ...part }));
  expect(new Set([cell, ...others].map(cellKey)).size).toBe(4);
  expect(cellOf({ ...cell, runs: 3 } as typeof cell)).toEqual(cell);
});

test("byCorrelation is an order of cells by rising correlation", () => {
  const at = (correlation: number) => ({ correlation });
  expect([0.9, -0.5, 0.5].map(at).sort(byCorrelation)).toEqual([-0.5, 0.5, 0.9].map(at));
  expect(byCorrelation({ correlation: null }, { correlation: null })).toBe(0); // on a table
});

test("comparePoints(a, b) is an order by their values: numbers rise, words follow", () => {
  const points = [10, 9, "fresh", 100].map((trainRows) => ({ trainRows, lr: 1 }));
  expect(points.sort(comparePoints).map(({ trainRows }) => trainRows)).toEqual([9, 10, 100, "fresh"]);
  expect(comparePoints({ optimizer: "adam" }, { optimizer: "sgd" })).toBe(-1);
  expect(comparePoints({ lr: 1, batch: 2 }, { lr: 1, batch: 1 })).toBeGreaterThan(0);
  expect([comparePoints({}, {}), compareValues("a", "a"), compareValues("fresh", 7)]).toEqual([0, 0, 1]);
});

test("pointText(point) gives its settings in their order, and nothing without any", () => {
  const point = { lr: 0.01, optimizer: "sgd" };
  expect([pointText(point), pointText(point, "/"), pointText({})]).toEqual([
    "lr=0.01, optimizer=sgd",
    "lr=0.01/optimizer=sgd",
    "",
  ]);
});

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

test("runId names a grid point, and no correlation on the user's own rows", () => {
  const cell = { model: "mmoe", correlation: 0.5, point: { lr: 0.01, batch: 16 } };
  expect(runId(cell, 17)).toBe("mmoe/p=0.50/lr=0.01/batch=16/017");
  expect(runId({ ...cell, point: {} }, 1017)).toBe("mmoe/p=0.50/1017");
  expect(runId({ model: "mmoe", correlation: null, point: {} }, 17)).toBe("mmoe/017");
});
