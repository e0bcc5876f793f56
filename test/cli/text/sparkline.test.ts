import { expect, test } from "vitest";
import { axisOf, axisText, fittedAxis, sparkline } from "../../../src/cli/text/summary-table.ts";
import { range } from "../../support/reference.ts";

/** The paper's bins. */
const PAPERS = { width: 1, of: 30, first: 0 };

test("sparkline(losses, axis) draws counts by the highest of its row, losses on an edge in the upper bin, and those beyond in the last", () => {
  const losses = Float64Array.of(0.01, 0.01, 0.01, 0.01, 0.04, 0.04, 0.11, 0.7, 9);
  expect(sparkline(losses, { ...PAPERS, open: true })).toBe("█▄ ▂             ▄");
  expect(sparkline(Float64Array.of(), { ...PAPERS, open: false })).toBe(" ".repeat(18));
  const place = (loss: number, width: number) =>
    sparkline(Float64Array.of(loss), { ...PAPERS, width, open: false }).indexOf("█");
  expect(range(17).map((bin) => place(bin / 10, 3))).toEqual(range(17));
  expect(range(17).map((bin) => place(bin / 30, 1))).toEqual(range(17));
});

test("fittedAxis(losses) has the narrowest bins of 1, 2 or 5 decimals between the least loss and the greatest", () => {
  const near = [Float64Array.of(0.2056, 0.2467), Float64Array.of(0.2923)];
  const axis = fittedAxis(near);
  expect(axis).toEqual({ width: 5, of: 1000, first: 41, open: false });
  expect(axisText(axis)).toBe(".205  .235    .295");
  expect(near.map((losses) => sparkline(losses, axis))).toEqual(["█       █         ", "                 █"]);
  expect(fittedAxis([Float64Array.of(-30, 140)])).toEqual({ width: 10, of: 1, first: -3, open: false });
  expect(fittedAxis([Float64Array.of(0.4, 0.4)])).toEqual(axisOf([Float64Array.of(0.4)]));
});
