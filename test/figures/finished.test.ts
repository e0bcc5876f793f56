import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure, type FigureChoices, isUnavailable } from "../../src/figures/draw/figure.ts";
import { fileName, isFigureFile } from "../../src/figures/files.ts";
import { SWEEP_FIGURES, type SweepFigure, supportedOptions } from "../../src/figures/gallery.ts";
import { drawn } from "../support/drawer.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";
import { sweepResults } from "../support/sweep-results.ts";
import { outside, touching } from "../support/texts.ts";

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

const results = sweepResults({ set: ["models=[shared-bottom, shared-bottom-16, omoe, mmoe]"] });

test.each(["figure4", "figure5", "final-loss", "runs", "train-heldout", "task-losses", "verdicts"])(
  "letters name the panels of %s row by row, if there are several, and keep away from other texts",
  (name) => {
    const figure = drawn(name, results, { letters: true, theme: "page" });
    const panels = figure.svg.match(/class="panel"/g)?.length ?? 0;
    const letters = [...figure.svg.matchAll(/class="letter">([a-z])</g)].map(([, letter]) => letter).join("");
    expect(letters).toBe(panels === 1 ? "" : "abcdefghijklmnopqrstuvwxyz".slice(0, panels));
    expect([touching(figure.svg), outside(figure)]).toEqual([[], []]);
    expect(drawn(name, results, { theme: "page" }).svg).not.toContain('class="letter"');
  },
);

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
