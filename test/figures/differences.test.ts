import { expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure } from "../../src/figures/draw/figure.ts";
import { drawerOf } from "../support/drawer.ts";
import { madeResults } from "../support/made-results.ts";

/** The numbers on the axis between OMoE and MMoE, whose losses differ by about this. */
function numbers(difference: number): string[] {
  const results = madeResults(
    ({ model, index }) => 1 + (model.name === "omoe" ? difference + 0.1 * Math.cos(index) : 0),
    ["models=omoe,mmoe", "correlations=[1]", "runs=9"],
  );
  const { svg } = drawerOf("differences")(results, DEFAULT_OPTIONS) as Figure;
  return [...svg.matchAll(/>([+−]?[\d.]+)<\/text>/g)].map(([, label]) => label);
}

test("an axis that crosses 0 has signs on both sides", () => {
  expect(numbers(0)).toEqual(["−0.1", "−0.05", "0", "+0.05", "+0.1"]);
  expect(numbers(0.5).some((label) => /[+−]/.test(label))).toBe(false);
});
