import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure, type FigureChoices, isUnavailable } from "../../src/figures/draw/figure.ts";
import { fileName } from "../../src/figures/files.ts";
import { SWEEP_FIGURES, type SweepFigure, supportedOptions } from "../../src/figures/gallery.ts";
import { isFigureFile } from "../../src/records/clean-results.ts";
import { drawn } from "../support/drawer.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";
import { sweepResults } from "../support/sweep-results.ts";
import { outside, textsOf, touching } from "../support/texts.ts";

const unlike = sweepResults({ set: ["models=[shared-bottom, shared-bottom-16, single-task, omoe]"] });

function chosen(name: string, choices: Partial<FigureChoices>) {
  const kind = SWEEP_FIGURES.find((one) => one.name === name) as (typeof SWEEP_FIGURES)[0];
  return kind.draw(unlike, supportedOptions(kind, { ...DEFAULT_OPTIONS, ...choices }));
}

const whole = SWEEP_FIGURES.map(({ name }) => name).filter((name) => !isUnavailable(chosen(name, {})));

describe("a figure of a chosen size", () => {
  test.each(whole.filter((name) => name !== "verdicts"))("has that width and height, with a title too: %s", (name) => {
    const natural = (chosen(name, {}) as Figure).height;
    const height = Math.round(1.3 * natural);
    for (const title of [undefined, "Ours"]) {
      const figure = chosen(name, { width: 400, height, ...(title && { title }) }) as Figure;
      expect([figure.width, figure.height]).toEqual([400, height]);
      expect(figure.svg).toContain(`viewBox="0 0 400 ${height}" width="400pt" height="${height}pt"`);
      expect(figure.svg.includes(">Ours</text>")).toBe(title !== undefined);
    }
  });

  test("is refused where its panels would be too low, or its size is fixed", () => {
    expect(chosen("figure4", { height: 60 })).toMatchObject({
      lacking: expect.stringMatching(/^it needs a height of \d+pt/),
    });
    expect(chosen("verdicts", { width: 300 })).toMatchObject({ lacking: expect.stringContaining("its size is fixed") });
  });
});

test.each(["figure4", "final-loss", "cost"])("the vertical axis of a stretched figure fills its panel: %s", (name) => {
  const { height, svg } = chosen(name, {}) as Figure;
  const stretched = chosen(name, { height: 1.5 * height }) as Figure;
  for (const drawing of [svg, stretched.svg]) {
    const frames = [...drawing.matchAll(/<g class="axes">\n<path d="M\S+ (\S+)V([\d.]+)H/g)].map(([, ...ends]) => ends);
    const ranges = [...drawing.matchAll(/data-y="(?:\S+ ){3}(\S+) (\S+)"/g)].map(([, low, high]) => [high, low]);
    expect(ranges).toEqual(frames);
  }
});

/** The domains of a figure's panels. */
function domains(figure: Figure, axis: "x" | "y"): string[] {
  return [...figure.svg.matchAll(new RegExp(`data-${axis}="\\w+ (\\S+ \\S+) `, "g"))].map(([, ends]) => ends);
}

test.each(["figure3", "figure4", "train-heldout"])("%s has the limits that are chosen, and no marks beyond", (name) => {
  const figure = chosen(name, { xLimits: [500, 1500], yLimits: [0.2, 0.4] }) as Figure;
  expect(new Set(domains(figure, "x"))).toEqual(new Set(["500 1500"]));
  expect(domains(figure, "y")[0]).toBe("0.2 0.4");
  expect(figure.data.every(({ step }) => Number(step) >= 500 && Number(step) <= 1500)).toBe(true);
});

test("limits between which no step was recorded are said", () => {
  expect(chosen("figure4", { xLimits: [1e6, 2e6] })).toMatchObject({
    lacking: "no step from 1000000 to 2000000 was recorded",
  });
});

test("a title that is wider than the figure is broken into lines, at the chosen height too", () => {
  const title = "What the three models of the paper lose when their tasks are related only loosely, by steps";
  const { height } = chosen("figure4", {}) as Figure;
  const broken = chosen("figure4", { title }) as Figure;
  const sized = chosen("figure4", { title, height: 300 }) as Figure;
  expect([...outside(broken), ...outside(sized)]).toEqual([]);
  expect(broken.height).toBeCloseTo(height + 24, 6);
  expect(sized.height).toBeCloseTo(300, 6);
});

test("--font leaves texts as text in that family", () => {
  const { svg } = chosen("figure4", { font: "Latin Modern" }) as Figure;
  expect(svg).toContain('font-family="Latin Modern, Fira Sans, sans-serif"');
  expect(svg).not.toMatch(/<use|fill-opacity="0"/);
});

test("files of such figures have names of their own, by which mmoe knows them", () => {
  const named = (choices: Partial<FigureChoices>) =>
    fileName({ name: "figure4" } as Figure, { ...DEFAULT_OPTIONS, ...choices });
  expect([named({ letters: true }), named({ paper: true, sum: true })]).toEqual([
    "figure4-letters",
    "figure4-paper-sum",
  ]);
  const name = named({ width: 240, height: 99.5, xLimits: [0, 2e-7], yLimits: [-1, 0.5], title: "T", font: "F" });
  expect(name).toBe("figure4-240x99.5pt-x0..2e-7-y-1..0.5-titled-font");
  expect(isFigureFile(`${name}.svg`)).toBe(true);
  expect(isFigureFile("figure4-x99pt.csv")).toBe(true);
  expect(isFigureFile("figure4-mine.svg")).toBe(false);
});

const FIGURES = ["figure4", "figure5", "final-loss", "runs", "train-heldout", "task-losses", "cost", "verdicts"];
const kinds = SWEEP_FIGURES.filter(({ name }) => FIGURES.includes(name));
const results = sweepResults({
  set: ["models=[shared-bottom, shared-bottom-16, omoe, mmoe]", "correlations=[0.5, 0.9, 1]"],
});

const lettered = ({ draw }: (typeof kinds)[number], letters?: true) =>
  draw(results, { ...DEFAULT_OPTIONS, ...(letters && { letters }), theme: "page" }) as Figure;

/** Where the panels are, by the ranges of their scales. */
function panelsOf(svg: string) {
  const range = (scale = "") => scale.split(" ").slice(-2).map(Number);
  const found = [...svg.matchAll(/class="panel" data-x="([^"]+)" data-y="([^"]+)"/g)];
  const panels = found.map(([, x, y]) => ({
    left: Math.min(...range(x)),
    right: Math.max(...range(x)),
    top: Math.min(...range(y)),
    bottom: Math.max(...range(y)),
  }));
  return panels.sort((a, b) => a.top - b.top || a.left - b.left);
}

const isLetter = (words: string) => /^[a-z]$/.test(words);
const lettersOf = (svg: string) => {
  const marked = [...svg.matchAll(/<text [^>]*class="letter"[^>]*>([^<]*)</g)].map(([, letter]) => letter);
  return textsOf(svg).filter(({ words }) => isLetter(words) && marked.includes(words));
};

describe.each(kinds)("$name with letters", (kind) => {
  const { svg, width, height } = lettered(kind, true);
  const panels = panelsOf(svg);

  test("has one at a corner of each panel, the same corner of all, row by row; none of a panel alone", () => {
    const letters = lettersOf(svg);
    const words = panels.length === 1 ? "" : "abcdefghijklmnopqrstuvwxyz".slice(0, panels.length);
    expect(letters.map(({ words }) => words).join("")).toBe(words);
    const corners = letters.map(({ left, right, y }, i) => {
      const panel = panels[i];
      const across = Math.abs(left - panel.left) < 12 ? "left" : Math.abs(right - panel.right) < 12 ? "right" : "none";
      const down = Math.abs(y - panel.top) < 12 ? "upper" : Math.abs(y - panel.bottom) < 12 ? "lower" : "none";
      return `${down} ${across}`;
    });
    expect(new Set(corners).size).toBe(Math.min(1, letters.length));
    expect(corners.join()).not.toContain("none");
  });

  test("keeps its texts apart and on the page", () => {
    expect([touching(svg), outside({ svg, width, height })]).toEqual([[], []]);
  });

  test("has none unless asked", () => {
    expect(lettered(kind).svg).not.toContain('class="letter"');
  });
});

test("a figure of panels has letters", () => {
  expect(lettersOf(lettered(kinds[0], true).svg).length).toBeGreaterThan(2);
});

describe.each(["figure4", "final-loss"])("%s of sums", (name) => {
  const mean = drawn(name, sweepResults(), { paper: true });
  const sum = drawn(name, sweepResults(), { paper: true, sum: true });

  test("has twice the losses and intervals of two tasks, and the same losses of the paper", () => {
    const doubled = ({ value, low, high, paper }: Readonly<Record<string, unknown>>) =>
      [value, low, high].map((loss) => 2 * Number(loss)).concat(Number(paper));
    const own = ({ value, low, high, paper }: Readonly<Record<string, unknown>>) =>
      [value, low, high, paper].map(Number);
    expect(sum.data.map(own)).toEqual(mean.data.map(doubled));
  });

  test("says so on its axis and in its caption, and nowhere else", () => {
    expect([sum.svg, sum.caption].map((text) => text.includes("summed over tasks"))).toEqual([true, true]);
    expect([mean.svg, mean.caption].map((text) => text.includes("summed"))).toEqual([false, false]);
  });
});

test("figure5 counts sums: three tasks at .1 are in the bin at .3", () => {
  const lossOf: LossOf = () => 0.1;
  const results = madeResults(lossOf, ["models=[mmoe]", "correlations=[0.9]", "runs=4", "tasks=3"]);
  const { data } = drawn("figure5", results, { sum: true });
  const [first, ...more] = data.filter(({ runs }) => runs !== 0);
  expect([first, more]).toEqual([
    expect.objectContaining({ low: 9 / 30, runs: 4, value: expect.closeTo(0.3, 12) }),
    [],
  ]);
});

test("figure5 has no rungs of sums: they are of one task", () => {
  const captions = [false, true].map((sum) => drawn("figure5", sweepResults(), { sum }).caption);
  expect(captions.map((caption) => caption.includes("rung j is"))).toEqual([true, false]);
});

test("other figures don't heed it", () => {
  const choices = { ...DEFAULT_OPTIONS, sum: true };
  const heeding = SWEEP_FIGURES.filter((kind: SweepFigure) => supportedOptions(kind, choices).sum);
  expect(heeding.map(({ name }) => name)).toEqual(["figure4", "figure5", "final-loss"]);
});
