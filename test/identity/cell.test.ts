import { describe, expect, test } from "vitest";
import { byCorrelation, cellKey, cellOf, cellText, correlationText, pointTitle } from "../../src/identity/cell.ts";

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
