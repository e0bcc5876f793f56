import { expect, test } from "vitest";
import { didYouMean } from "../../src/config/suggest.ts";

test("didYouMean(word, known) names the nearest word, or none that has few of its letters", () => {
  const known = ["lr", "name", "batch", "trainRows"];
  expect(didYouMean("lt", known)).toBe("; did you mean 'lr'?");
  expect(didYouMean("TrainRow", known)).toBe("; did you mean 'trainRows'?");
  expect(didYouMean("bathc", known)).toBe("; did you mean 'batch'?");
  expect(didYouMean("x", known)).toBe("");
  expect(didYouMean("nope", known)).toBe("");
  expect(didYouMean("optimiser", known)).toBe("");
});
