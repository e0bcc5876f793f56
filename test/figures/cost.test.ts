import { expect, test } from "vitest";
import { drawerOf, drawn } from "../support/drawer.ts";
import { madeResults } from "../support/made-results.ts";
import { outside, textsOf, touching } from "../support/texts.ts";

const made = (models: string, correlations: string) =>
  madeResults(() => 0.1, [`models=[${models}]`, `correlations=[${correlations}]`, "runs=5"]);

test("cost is not drawn of models whose FLOP are alike: their places would tell nothing", () => {
  expect(drawerOf("cost")(made("shared-bottom, omoe, mmoe", "0.5"))).toEqual({
    name: "cost",
    lacking: "the models' FLOP differ by less than 10 %",
    never: true,
  });
});

test.each([
  ["of models near to each other", "shared-bottom, omoe, mmoe-deep-gate-1"],
  ["of models far apart", "shared-bottom, mmoe, single-task, cgc, ple"],
])("cost has at least three numbers below each panel, apart and inside: %s", (_, models) => {
  for (const correlations of ["0.5", "0.5, 1", "0, 0.5, 1"]) {
    const figure = drawn("cost", made(models, correlations));
    expect([outside(figure), touching(figure.svg)]).toEqual([[], []]);
    const numbers = textsOf(figure.svg).filter(({ words }) => /^[\d.]+$/.test(words));
    const lowest = Math.max(...numbers.map(({ y }) => y));
    const below = numbers.filter(({ y }) => y === lowest);
    expect(below.length).toBeGreaterThanOrEqual(3 * correlations.split(",").length);
  }
});
