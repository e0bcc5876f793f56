import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { partWords, type SweepFacts } from "../../../src/figures/draw/facts.ts";
import { withRoom } from "../../../src/figures/draw/scale.ts";
import { correlationStyles, lossStyles, modelStyles, THEME_NAMES, themeOf } from "../../../src/figures/draw/style.ts";
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

/** Lightness of a colour as a grey, from 0 to 255 (ITU-R BT.601). */
function luma(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [
    number,
    number,
    number,
  ];
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

const others = Array.from({ length: 13 }, (_, i) => `model-${i}`);

describe.each(THEME_NAMES.filter((name) => name !== "page"))("theme %s", (name) => {
  const theme = themeOf(name);

  test("has greys for the paper's models and for three correlations that are 25 apart", () => {
    for (const styles of [
      [...modelStyles(["shared-bottom", "omoe", "mmoe"], theme).values()],
      Object.values(correlationStyles([0.5, 0.9, 1], theme)),
    ]) {
      const greys = styles.map(({ colour }) => luma(colour)).sort((a, b) => a - b);
      const [first, second, third] = greys as [number, number, number];
      expect(Math.min(second - first, third - second)).toBeGreaterThanOrEqual(25);
    }
  });

  test("gives 16 models markers and colours of their own, none of which is of a loss", () => {
    const styles = [...modelStyles(["shared-bottom", "omoe", "mmoe", ...others], theme).values()];
    expect(new Set(styles.map(({ marker, holed }) => `${marker} ${holed}`)).size).toBe(16);
    expect(new Set(styles.map(({ colour }) => colour)).size).toBe(16);
    const losses = Object.values(lossStyles(theme)).map(({ colour }) => colour);
    expect(styles.filter(({ colour }) => losses.includes(colour))).toEqual([]);
    expect(new Set(losses).size).toBe(3);
  });
});

test("modelStyles(models) gives the paper's models the same styles whatever else is trained", () => {
  const theme = themeOf("light");
  const alone = modelStyles(["mmoe"], theme).get("mmoe");
  expect(modelStyles([...others, "mmoe"], theme).get("mmoe")).toEqual(alone);
});

const spans = fc
  .array(fc.record({ middle: fc.integer({ min: 0, max: 200 }), half: fc.integer({ min: 1, max: 15 }) }), {
    maxLength: 9,
  })
  .map((some) => some.sort((a, b) => a.middle - b.middle));

describe("withRoom(spans, apart)", () => {
  test("shows the last label, and only labels that are apart", () => {
    fc.assert(
      fc.property(spans, (all) => {
        const shown = withRoom(all, 3);
        const left = all.filter((_, i) => shown[i]);
        expect(shown.at(-1)).toBe(all.length > 0 ? true : undefined);
        for (const [i, { middle, half }] of left.entries()) {
          const before = left[i - 1];
          if (before) expect(middle - half - before.middle - before.half).toBeGreaterThanOrEqual(3);
        }
      }),
    );
  });
});
