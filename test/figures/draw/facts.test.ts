import { expect, test } from "vitest";
import { partWords, type SweepFacts } from "../../../src/figures/draw/facts.ts";

const models = ["omoe", "mmoe", "cgc", "ple"];
const words = (leftOut: string[], all = models) =>
  partWords({ models: leftOut, correlations: [] }, { models: all, correlations: [0.5] } as unknown as SweepFacts);

test("partWords(leftOut, sweep) names what is shown or what is left out, whichever is less", () => {
  expect(words([])).toEqual([]);
  expect(words(["omoe"])).toEqual(["without", "omoe"]);
  expect(words(["omoe", "mmoe", "cgc"])).toEqual(["of", "ple"]);
});

test("partWords(leftOut, sweep) counts models whose names would be too long for a file's", () => {
  const long = Array.from({ length: 40 }, (_, i) => `a-model-of-ones-own-${i}`);
  expect(words(long.slice(0, 15), long)).toEqual(["of", "25"]);
});
