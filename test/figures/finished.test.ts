import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure, type FigureChoices, isUnavailable } from "../../src/figures/draw/figure.ts";
import { fileName } from "../../src/figures/files.ts";
import { SWEEP_FIGURES, supportedOptions } from "../../src/figures/gallery.ts";
import { isFigureFile } from "../../src/records/clean-results.ts";
import { sweepResults } from "../support/sweep-results.ts";

const results = sweepResults({ set: ["models=[shared-bottom, shared-bottom-16, single-task, omoe]"] });

function drawn(name: string, choices: Partial<FigureChoices>) {
  const kind = SWEEP_FIGURES.find((one) => one.name === name) as (typeof SWEEP_FIGURES)[0];
  return kind.draw(results, supportedOptions(kind, { ...DEFAULT_OPTIONS, ...choices }));
}

const whole = SWEEP_FIGURES.map(({ name }) => name).filter((name) => !isUnavailable(drawn(name, {})));

describe("a figure of a chosen size", () => {
  test.each(whole.filter((name) => name !== "verdicts"))("has that width and height, with a title too: %s", (name) => {
    const natural = (drawn(name, {}) as Figure).height;
    const height = Math.round(1.3 * natural);
    for (const title of [undefined, "Ours"]) {
      const figure = drawn(name, { width: 400, height, ...(title && { title }) }) as Figure;
      expect([figure.width, figure.height]).toEqual([400, height]);
      expect(figure.svg).toContain(`viewBox="0 0 400 ${height}" width="400pt" height="${height}pt"`);
      expect(figure.svg.includes(">Ours</text>")).toBe(title !== undefined);
    }
  });

  test("is refused where its panels would be too low, or its size is fixed", () => {
    expect(drawn("figure4", { height: 60 })).toMatchObject({
      lacking: expect.stringMatching(/^it needs a height of \d+pt/),
    });
    expect(drawn("verdicts", { width: 300 })).toMatchObject({ lacking: expect.stringContaining("its size is fixed") });
  });
});

test.each(["figure4", "final-loss", "cost"])("the vertical axis of a stretched figure fills its panel: %s", (name) => {
  const { height, svg } = drawn(name, {}) as Figure;
  const stretched = drawn(name, { height: 1.5 * height }) as Figure;
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
  const figure = drawn(name, { xLimits: [500, 1500], yLimits: [0.2, 0.4] }) as Figure;
  expect(new Set(domains(figure, "x"))).toEqual(new Set(["500 1500"]));
  expect(domains(figure, "y")[0]).toBe("0.2 0.4");
  expect(figure.data.every(({ step }) => Number(step) >= 500 && Number(step) <= 1500)).toBe(true);
});

test("--font leaves texts as text in that family", () => {
  const { svg } = drawn("figure4", { font: "Latin Modern" }) as Figure;
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
