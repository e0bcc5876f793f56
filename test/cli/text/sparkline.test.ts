import { expect, test } from "vitest";
import { axisOf, axisText, sparkline } from "../../../src/cli/text/summary-table.ts";
import { range } from "../../support/reference.ts";

test("axisOf(losses) has the paper's bins of 1/30 for losses like the paper's, and says what lies beyond", () => {
  const axis = axisOf([Float64Array.of(0.05, 0.2), Float64Array.of(0.47)]);
  expect(axis).toEqual({ width: 1, open: false });
  expect(axisText(axis)).toBe("0     .2    .4  .6");
  const few = Float64Array.from({ length: 40 }, (_, i) => (i === 7 ? 3 : 0.1));
  expect(axisText(axisOf([few]))).toBe("0     .2    .4 .6+");
});

test("axisOf(losses) takes a multiple of the paper's bins for higher losses", () => {
  const axis = axisOf([Float64Array.of(1.3, 1.4)]);
  expect(axis).toEqual({ width: 3, open: false });
  expect(axisText(axis)).toBe("0     .6       1.8");
});

test("sparkline(losses, axis) draws counts by the highest of its row, and puts what is beyond into the last bin", () => {
  const losses = Float64Array.of(0.01, 0.01, 0.01, 0.01, 0.04, 0.04, 0.11, 0.7, 9);
  expect(sparkline(losses, { width: 1, open: true })).toBe("█▄ ▂             ▄");
  expect(sparkline(Float64Array.of(), { width: 1, open: false })).toBe(" ".repeat(18));
});

test("sparkline(losses, axis) puts a loss on the edge of two bins into the upper one", () => {
  const place = (loss: number, width: number) => sparkline(Float64Array.of(loss), { width, open: false }).indexOf("█");
  expect(range(17).map((bin) => place(bin / 10, 3))).toEqual(range(17));
  expect(range(17).map((bin) => place(bin / 30, 1))).toEqual(range(17));
});
