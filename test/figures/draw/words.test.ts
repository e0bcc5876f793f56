import { expect, test } from "vitest";
import { partWords, type SweepFacts } from "../../../src/figures/draw/facts.ts";
import { figureWords, leftOutSentence, modelGroups, ofOneModel, someOf } from "../../../src/figures/draw/words.ts";
import { zooLabel } from "../../../src/models/zoo.ts";

const named = (count: number) => Array.from({ length: count }, (_, i) => `model-${i}`);

test("modelGroups(models) keeps the order, in groups of at most six and of about equal size", () => {
  const sizes = (count: number) => modelGroups(named(count)).map(({ length }) => length);
  expect([1, 6, 7, 13, 18, 20].map(sizes)).toEqual([[1], [6], [4, 3], [5, 4, 4], [6, 6, 6], [5, 5, 5, 5]]);
  expect(modelGroups(named(13)).flat()).toEqual(named(13));
});

test("someOf(values, most) has the first and the last, evenly spaced; of one, the last", () => {
  expect(someOf([1, 2, 3], 3)).toEqual([1, 2, 3]);
  expect(someOf([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([1, 4, 7]);
  expect(someOf([1, 2, 3, 4, 5, 6, 7, 8], 2)).toEqual([1, 8]);
  expect(someOf([1, 2, 3], 1)).toEqual([3]);
  expect(someOf([1, 2], 0)).toEqual([]);
});

test("leftOutSentence(all, drawn) says what is drawn only where something is left out", () => {
  expect(leftOutSentence([0.5, 1], [0.5, 1])).toBe("");
  expect(leftOutSentence([-0.5, 0, 0.5, 1], [-0.5, 0.5, 1])).toBe(
    " Of 4 correlations, −0.5, 0.5 and 1 are drawn; the CSV file has all.",
  );
  expect(leftOutSentence([-0.5, 1], [1])).toBe(" Of 2 correlations, only 1 is drawn; the CSV file has all.");
});

test("figureWords(number, cells) names the paper's figure, or the models where they are not its own", () => {
  const cellsOf = (models: readonly string[], correlation: number | null = 0.5) =>
    models.map((model) => ({ model, label: zooLabel(model), correlation, point: {}, runs: 1, failed: 0, steps: 1 }));
  expect(figureWords(5, cellsOf(["omoe", "mmoe"]))).toEqual({ of: "", figure: " (Figure 5)" });
  expect(figureWords(5, cellsOf(["omoe", "mmoe"], null))).toEqual({ of: "", figure: "" });
  expect(figureWords(4, cellsOf(["shared-bottom-16"]))).toEqual({ of: " of Shared-Bottom-16", figure: "" });
  expect(figureWords(4, cellsOf(["omoe", "cgc", "ple"]))).toEqual({ of: " of OMoE, CGC and PLE", figure: "" });
  expect(figureWords(4, cellsOf(named(13)))).toEqual({ of: " of 13 models", figure: "" });
  expect([ofOneModel(cellsOf(["mmoe"])), ofOneModel(cellsOf(["omoe", "mmoe"]))]).toEqual([" of MMoE", ""]);
});

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
