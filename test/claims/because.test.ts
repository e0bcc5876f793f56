import { expect, test } from "vitest";
import { because, countText } from "../../src/claims/because.ts";
import type { ClaimPart } from "../../src/claims/claim.ts";
import { publishedMeans } from "../../src/claims/paper-means.ts";

const part: ClaimPart = {
  ...{ about: "a mean", unit: "loss", bound: { low: 0, high: 1 }, paper: null },
  ...{ ours: { value: 0.5, low: 0.4, high: 0.6 }, runs: 20, leastRuns: 20 },
  verdict: "holds",
};

const few: ClaimPart = { ...part, runs: 19, verdict: "undecided" };

test("because(parts, deciding) asks for more runs only below as many as the part needs", () => {
  expect(because([few], few)).toBe("too few runs: 19 in all of its cells, 20 are needed");
  expect(because([part], part)).toBe(
    "1 of 1 part holds; the closest: a mean = 0.5000 [0.4000, 0.6000], expected 0 to 1.0000",
  );
});

test("countText(parts, deciding) counts parts in the singular and the plural", () => {
  const of = (verdict: ClaimPart["verdict"], ...others: ClaimPart["verdict"][]) => {
    const parts = [verdict, ...others].map((each) => ({ ...part, verdict: each }));
    return countText(parts, parts[0] as ClaimPart);
  };
  expect(of("undecided", "holds", "holds")).toBe("1 of 3 parts is undecided");
  expect(of("undecided", "undecided")).toBe("2 of 2 parts are undecided");
  expect(of("does not hold", "holds")).toBe("1 of 2 parts does not hold");
  expect(of("holds", "holds")).toBe("2 of 2 parts hold");
});

test("countText(parts, deciding) says that runs are too few, as the whole reason does", () => {
  expect(countText([few], few)).toBe(because([few], few));
});

test("publishedMeans(cells) gives the paper's mean of a single cell, and its figure", () => {
  const published = publishedMeans([{ model: "omoe", correlation: 0.9, point: {} }]);
  expect([published?.from, published?.samples.map(({ mean }) => mean)]).toEqual(["Figure 4", [0.1182]]);
  expect(publishedMeans([{ model: "omoe", correlation: 0.7, point: {} }])).toBeUndefined();
});
