import { expect, test } from "vitest";
import { because } from "../../src/claims/because.ts";
import type { ClaimPart } from "../../src/claims/claim.ts";
import { publishedMeans } from "../../src/claims/paper-means.ts";

const part: ClaimPart = {
  ...{ about: "a mean", unit: "loss", bound: { low: 0, high: 1 }, paper: null },
  ...{ ours: { value: 0.5, low: 0.4, high: 0.6 }, runs: 20, verdict: "holds" },
};

test("because(...) asks for more runs only below as many as a part needs", () => {
  expect(because("undecided", [part], part, 21)).toBe("too few runs: 20 in all of its cells, 21 are needed");
  expect(because("holds", [part], part, 20)).toContain("1 of 1 part holds; the closest: a mean = 0.5000");
});

test("because(...) counts parts in the singular and the plural", () => {
  const of = (...verdicts: ClaimPart["verdict"][]) => verdicts.map((verdict) => ({ ...part, verdict }));
  expect(because("undecided", of("undecided", "holds", "holds"), part, 20)).toMatch(/^1 of 3 parts is undecided; /);
  expect(because("undecided", of("undecided", "undecided"), part, 20)).toMatch(/^2 of 2 parts are undecided; /);
  expect(because("does not hold", of("holds", "does not hold"), part, 20)).toMatch(/^1 of 2 parts does not hold; /);
  expect(because("holds", of("holds", "holds"), part, 20)).toMatch(/^2 of 2 parts hold; /);
});

test("publishedMeans(cells) gives the paper's mean of a single cell, and its figure", () => {
  const published = publishedMeans([{ model: "omoe", correlation: 0.9, point: {} }]);
  expect([published?.from, published?.samples.map(({ mean }) => mean)]).toEqual(["Figure 4", [0.1182]]);
  expect(publishedMeans([{ model: "omoe", correlation: 0.7, point: {} }])).toBeUndefined();
});
