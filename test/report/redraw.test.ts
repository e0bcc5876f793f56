import { describe, expect, test } from "vitest";
import type { LeftOut } from "../../src/figures/draw/facts.ts";
import { DEFAULT_OPTIONS, type Figure, isUnavailable } from "../../src/figures/draw/figure.ts";
import { DIAGNOSTIC_FIGURES, LOSS_FIGURES, type SweepFigure } from "../../src/figures/gallery.ts";
import { sweepOf } from "../../src/figures/sweep-facts.ts";
import type { Results } from "../../src/records/read-results.ts";
import { isRedrawable, type PageRow, pictureText, redrawn, unbroken } from "../../src/report/redraw.ts";
import { pageSweep } from "../../src/report/report.ts";
import { diagnosed } from "../support/diagnosed-results.ts";
import { sweepResults } from "../support/sweep-results.ts";

const MODELS = ["shared-bottom", "shared-bottom-16", "single-task", "omoe", "mmoe"];
const KINDS = [...LOSS_FIGURES, ...DIAGNOSTIC_FIGURES];
const choices = { loss: "heldout", statistic: "median", scale: "linear", paper: true } as const;
const NOTHING: LeftOut = { models: [], correlations: [] };

/** Results of these models and correlations of which a figure can be drawn. */
function resultsOf(name: string, models = MODELS, correlations = ["0.5", "0.9", "1"]): Results {
  const isGrid = ["grid", "map", "front"].includes(name);
  const lists =
    name === "front" ? ["taskWeights=1:1,1:3,3:1", "method=sum,famo"] : ["lr=0.001,0.01", "batch=16,64,256"];
  const grid = isGrid ? lists : [];
  const listed = [`models=[${models}]`, `correlations=[${correlations}]`];
  const results = sweepResults({ set: ["steps=10000", "evalEvery=500", ...listed, ...grid] });
  return isGrid ? results : diagnosed(results, { experts: 3, ungated: MODELS.slice(0, 3) });
}

const drawn = ({ draw }: SweepFigure, of: Results, paper = true) =>
  draw(of, { ...DEFAULT_OPTIONS, ...choices, paper, theme: "page" }) as Figure;

/** What a page would show of the figure once these are hidden. */
function again(kind: SweepFigure, of: Results, hidden: LeftOut, paper = true, curvesOf = sweepOf(of).curvesOf) {
  const { paper: published } = sweepOf(of);
  return redrawn({
    name: kind.name,
    rows: onPage(drawn(kind, of).data),
    hidden,
    choices: { ...choices, paper },
    curvesOf,
    sweep: JSON.parse(JSON.stringify(pageSweep(of, 0))),
    paper: onPage(published),
  });
}

/** Rows as a page reads them from JSON. */
function onPage(rows: readonly object[]): PageRow[] {
  return JSON.parse(JSON.stringify(rows));
}

const shown = ({ title, caption, root, data }: Figure) => {
  return { title, caption: unbroken(caption), picture: pictureText(root), rows: onPage(data) };
};

describe.each(KINDS)("redrawn(...) of $name", (kind) => {
  const of = resultsOf(kind.name);

  test("is the same picture where nothing is hidden, but for the paper's points where they are", () => {
    expect(again(kind, of, NOTHING)).toEqual(shown(drawn(kind, of)));
    expect(again(kind, of, NOTHING, false)).toEqual(shown(drawn(kind, of, false)));
  });

  test("is that of a sweep without the models and correlations that are hidden", () => {
    const hidden = { models: ["mmoe"], correlations: [0.9] };
    const rest = MODELS.filter((model) => model !== "mmoe");
    const alone = drawn(kind, resultsOf(kind.name, rest, ["0.5", "1"]));
    const found = again(kind, of, hidden);
    expect({ ...found, picture: bare(found) }).toEqual({ ...shown(alone), picture: bare(shown(alone)) });
  });

  test("is missing where all is hidden", () => {
    expect(again(kind, of, { models: MODELS, correlations: [] })).toEqual({ lacking: "everything is hidden" });
    expect(again(kind, of, { models: [], correlations: [0.5, 0.9, 1] })).toHaveProperty("lacking");
  });
});

/** A picture without colours, dashes and markers: those of a model are the same whatever else is hidden. */
function bare(found: object): string {
  const { picture } = found as { picture: string };
  return picture.replaceAll(/ (fill|stroke|stroke-dasharray)="[^"]*"| d="[^"]*"(?= transform)/g, "");
}

test("a model looks the same whatever else is hidden", () => {
  const kind = KINDS.find(({ name }) => name === "final-loss") as SweepFigure;
  const of = resultsOf("final-loss", ["single-task", "cgc", "mmoe"]);
  const fill = (hidden: LeftOut) => {
    const { picture } = again(kind, of, hidden) as { picture: string };
    return /<g class="series" data-model="cgc".*?(var\(--f-series-\d+\))/.exec(picture)?.[1];
  };
  expect(fill(NOTHING)).toBeDefined();
  expect(fill({ models: ["single-task"], correlations: [] })).toBe(fill(NOTHING));
});

test("an interval that one run does not have is not drawn again as one around 0", () => {
  const of = sweepResults({ set: ["runs=1"] });
  const kinds = KINDS.filter(({ name }) => ["figure4", "final-loss"].includes(name));
  for (const kind of kinds) expect(again(kind, of, NOTHING)).toEqual(shown(drawn(kind, of)));
});

test("the figure of claims, which are of all cells, is not drawn again", () => {
  expect(isRedrawable("verdicts")).toBe(false);
  expect(KINDS.every(({ name }) => isRedrawable(name))).toBe(true);
});

test.each([
  [20, "the first 12 runs of each cell, a random sample, and the best and the worst of the first 20 "],
  [8, "the first 8 runs."],
])("says that a page which holds %i runs of more draws of these alone", (known, words) => {
  const of = sweepResults({ set: ["runs=24"] });
  const draw = LOSS_FIGURES.find(({ name }) => name === "runs") as SweepFigure;
  const { curvesOf } = sweepOf(of);
  const first = again(draw, of, NOTHING, true, (...args) => curvesOf(...args).slice(0, known));
  expect(first).toHaveProperty("caption", expect.stringContaining(`Thin lines: ${words}`));
  expect(drawn(draw, of).caption).toContain(
    "Thin lines: the first 12 runs of each cell, a random sample, and the best and the worst by",
  );
});

test("says what a figure lacks without what is hidden", () => {
  const kind = KINDS.find(({ name }) => name === "differences") as SweepFigure;
  const found = again(kind, resultsOf("differences"), { models: MODELS.slice(1), correlations: [] });
  expect(found).toEqual({ lacking: "runs of two models are needed" });
  expect(isUnavailable(drawn(kind, resultsOf("differences", MODELS.slice(0, 1))))).toBe(true);
});
