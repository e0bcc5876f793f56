import { expect, test } from "vitest";
import { didYouMean } from "../../src/config/suggest.ts";

test("didYouMean(word, known) names the nearest word, or none that has no letter of it", () => {
  const known = ["lr", "batch", "trainRows"];
  expect(didYouMean("lt", known)).toBe("; did you mean 'lr'?");
  expect(didYouMean("TrainRow", known)).toBe("; did you mean 'trainRows'?");
  expect(didYouMean("x", known)).toBe("");
  expect(didYouMean("optimiser", known)).toBe("");
});
