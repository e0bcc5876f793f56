import { expect, test } from "vitest";
import { comparePoints, compareValues, pointText } from "../../src/identity/cell.ts";

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
