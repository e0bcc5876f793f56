import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure, type FigureOptions } from "../../src/figures/draw/figure.ts";
import { themeOf } from "../../src/figures/draw/style.ts";
import { SWEEP_FIGURES } from "../../src/figures/gallery.ts";
import type { Results } from "../../src/records/read-results.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";
import { outside, touching } from "../support/texts.ts";

const kind = SWEEP_FIGURES.find(({ name }) => name === "map");
const draw = (of: Results, options: Partial<FigureOptions> = {}) =>
  kind?.draw(of, { ...DEFAULT_OPTIONS, ...options }) as Figure;

const MODELS = "models=single-task,shared-bottom,mmoe";

/**
 * Gains of ten runs by correlation, rows and model. Of the last one the ranks of those below 0 sum up to 8:
 * scipy.stats.wilcoxon(...).pvalue is 0.0488, by Holm over the two models .0977.
 */
const GAINS: Readonly<Record<string, number | readonly number[]>> = {
  "0.5 300 shared-bottom": 0.22,
  "0.5 300 mmoe": 0.25,
  "0.5 5000 shared-bottom": [0.2, -0.16, 0.21, -0.17, 0.22, -0.18, 0.23, -0.19, 0.24, -0.2],
  "0.5 5000 mmoe": -0.5,
  "1 300 shared-bottom": -0.3,
  "1 300 mmoe": -0.125,
  "1 5000 shared-bottom": [-0.03, 0.02, -0.03, 0.02, -0.03, 0.02, -0.03, 0.02, -0.03, 0.02],
  "1 5000 mmoe": [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, -0.08, 0.09, 0.1],
};
const lossOf: LossOf = ({ model, correlation, training, index }) => {
  const gain = GAINS[`${correlation} ${training.trainRows} ${model.name}`] ?? 0;
  return 1 - (typeof gain === "number" ? gain : gain[index]);
};
const places = madeResults(lossOf, [MODELS, "correlations=0.5,1", "trainRows=300,5000", "runs=10"]);

/** What each square says, whether it is hatched, and which class of `diverging` its colour is. */
function squaresOf({ svg }: Figure) {
  const all = [...svg.matchAll(/<g class="point" data-model="([^"]+)"[^>]*>\s*<title>(.*?)<\/title>(.*?)<\/g>/gs)];
  return all.map(([, model, words, marks]) => {
    const fill = /<rect [^>]*fill="([^"]+)"/.exec(marks as string)?.[1] as string;
    return {
      model,
      words,
      hatched: marks?.includes("stroke-opacity"),
      colour: themeOf("light").diverging.indexOf(fill),
    };
  });
}

describe("the map of two settings", () => {
  const figure = draw(places);

  test("has the model of the highest gain at each place, hatched where Wilcoxon's test by Holm does not tell it apart", () => {
    expect(squaresOf(figure)).toEqual([
      {
        model: "mmoe",
        words: expect.stringContaining("MMoE, correlation 0.5, trainRows=300: gain 25.0 ["),
        hatched: false,
        colour: 6,
      },
      {
        model: "shared-bottom",
        words: expect.stringMatching(/trainRows=5000: gain 2\.0 .*%, not told apart$/),
        hatched: true,
        colour: 4,
      },
      { model: "mmoe", words: expect.stringMatching(/trainRows=300: gain -12\.5 /), hatched: false, colour: 2 },
      {
        model: "mmoe",
        words: expect.stringMatching(/trainRows=5000: gain 3\.9 .*, not told apart$/),
        hatched: true,
        colour: 4,
      },
    ]);
    expect(figure.svg).toMatch(/>−40<.*>−20<.*>−10<.*>0<.*>10<.*>20<.*>40</s);
    expect(figure.caption).toContain(
      "Wilcoxon's signed-rank test of the runs' gains at 5 %, by Holm over the models there",
    );
  });

  test("has a row of the CSV file for each cell of another model", () => {
    expect(figure.data).toHaveLength(2 * 4);
    expect(figure.data.at(-1)).toMatchObject({
      model: "mmoe",
      correlation: 1,
      trainRows: 5000,
      against: "single-task",
      pairs: 10,
    });
    expect(figure.data.at(-1)?.value).toBeCloseTo(0.039, 12);
    expect(figure.data.at(-1)?.p).toBeCloseTo(0.048828125, 12);
  });

  test("is of the models and correlations that are shown, which may be too few", () => {
    const without = { models: ["mmoe"], correlations: [] };
    expect(squaresOf(draw(places, { without })).map(({ model }) => model)).toEqual(Array(4).fill("shared-bottom"));
    expect(draw(places, { without: { models: [], correlations: [1] } })).toMatchObject({
      lacking: "cells that differ in two settings are needed",
    });
  });

  test("lacks two settings, or a model that shares nothing, of which nobody need be told", () => {
    const of = (...set: string[]) => draw(madeResults(lossOf, ["runs=2", ...set]));
    expect(of(MODELS, "correlations=0.5,1")).toMatchObject({
      lacking: expect.stringContaining("fewer than two settings"),
      never: true,
    });
    expect(of("models=omoe,mmoe", "correlations=0.5,1", "trainRows=300,5000")).toMatchObject({
      lacking: "runs of a model that shares nothing are needed, such as single-task",
      never: true,
    });
  });
});

describe("the map of more settings", () => {
  const set = ["correlations=0,0.5,0.9,1", "trainRows=300,1000,3000", "sines=0,1", "runs=2"];
  const bestBySines: LossOf = ({ model, index }) => (model.name === "single-task" ? 1 : 0.9) - index / 100;
  const figure = draw(madeResults(bestBySines, ["models=single-task,shared-bottom", ...set]));
  const textsOf = ({ svg }: Figure) => [...svg.matchAll(/>([^<>\n]+)<\/text>/g)].map(([, words]) => words);

  test("has a panel for each choice of those with the fewest values", () => {
    expect(textsOf(figure).filter((words) => words?.includes("="))).toEqual(["sines=0", "sines=1"]);
    expect(textsOf(figure)).toEqual(expect.arrayContaining(["trainRows", "task correlation", "300", "1000", "3000"]));
    expect(figure.svg.match(/class="point"/g)).toHaveLength(2 * 12);
  });

  test("names models whole, or by letters where there is no room", () => {
    expect(textsOf(figure).filter((words) => words === "Shared-Bottom")).toHaveLength(24);
    const ten = Array.from({ length: 10 }, (_, i) => i / 10);
    const crowded = (models: string) =>
      draw(
        madeResults(
          ({ model, correlation }) =>
            model.name === "single-task"
              ? 1
              : model.name.length % 2 === Math.round(10 * (correlation as number)) % 2
                ? 0.7
                : 0.8,
          [`models=[single-task, ${models}]`, `correlations=${ten}`, "trainRows=300,1000", "runs=2"],
        ),
      );
    const some = crowded("shared-bottom,cross-stitch");
    expect(textsOf(some).filter((words) => words === "A" || words === "B")).toHaveLength(20);
    expect(textsOf(some)).toContain("A: Cross-Stitch, B: Shared-Bottom");
    for (const one of [figure, some]) expect([outside(one), touching(one.svg)]).toEqual([[], []]);
  });
});
