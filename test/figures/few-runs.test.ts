import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure, STATISTICS } from "../../src/figures/draw/figure.ts";
import { SWEEP_FIGURES, VERDICTS } from "../../src/figures/gallery.ts";
import { diagnosed } from "../support/diagnosed-results.ts";
import { likeThePaper, madeResults } from "../support/made-results.ts";
import { sweepResults } from "../support/sweep-results.ts";

const ROWS = {
  grid: ["batch=64,256"],
  figure3: ["models=[shared-bottom-16]"],
  cost: ["models=[single-task-wide, mmoe]"],
} as Readonly<Record<string, string[]>>;
const of = (name: string, runs: number, missing?: (id: string) => boolean) => {
  const set = ["models=[single-task, mmoe]", "correlations=[0.5, 1]", `runs=${runs}`, ...(ROWS[name] ?? [])];
  return diagnosed(sweepResults({ set, ...(missing && { missing }) }), { experts: 4 });
};

const figures = SWEEP_FIGURES.flatMap(({ name, draw }) => {
  const five = draw(of(name, 5), DEFAULT_OPTIONS);
  return "caption" in five && five.caption.includes("95 % interval") ? [{ name, draw, five }] : [];
});

test("figures with intervals are these", () => {
  const names = "figure3,figure4,train-heldout,cost,final-loss,differences,gate-distance,conflict,alignment,grid";
  expect(figures.map(({ name }) => name).sort()).toEqual(names.split(",").sort());
});

describe.each(figures)("$name", ({ name, draw, five }) => {
  test.each(STATISTICS)("has no interval of fewer than five runs, and says so: %s", (statistic) => {
    const four = draw(of(name, 4), { ...DEFAULT_OPTIONS, statistic }) as Figure;
    expect(four.caption).toMatch(/([Nn]o|without) (intervals|bands) \(fewer than 5 runs\)/);
    expect(four.caption).not.toContain("95 %");
    expect(ends(four).every(Number.isNaN)).toBe(true);
    expect(ends(five).every(Number.isFinite)).toBe(true);
  });

  test("says that some cells have none", () => {
    const some = draw(
      of(name, 5, (id) => /mmoe.*p=1\.00.*004|shared.*p=1\.00.*004/.test(id)),
      DEFAULT_OPTIONS,
    ) as Figure;
    expect(some.caption).toMatch(/95 % interval.*\(none of fewer than 5 runs\)/);
  });
});

test("differences of fewer than five pairs says in the picture that they have no interval", () => {
  const draw = SWEEP_FIGURES.find(({ name }) => name === "differences")?.draw as (typeof figures)[number]["draw"];
  const svgOf = (runs: number) => (draw(of("differences", runs), { ...DEFAULT_OPTIONS, font: "Arial" }) as Figure).svg;
  expect(svgOf(4)).toContain("no interval of fewer than 5 pairs");
  expect(svgOf(5)).not.toContain("no interval");
});

function ends({ data }: Figure): number[] {
  return data.flatMap(({ low, high }) => [low, high]).map(Number);
}

test("verdicts has no interval of fewer than five runs, and says how many there are", () => {
  const drawn = (runs: number) => VERDICTS.draw(madeResults(likeThePaper, [`runs=${runs}`]), DEFAULT_OPTIONS) as Figure;
  const [four, five] = [drawn(4), drawn(5)];
  expect(four.svg).not.toContain('stroke-width="3"');
  expect(five.svg).toContain('stroke-width="3"');
  expect(four.svg.match(/\(4 runs\)<\/text>/g)?.length).toBe(four.svg.match(/class="expected"/g)?.length);
  expect(four.caption).toContain("no intervals (fewer than 5 runs)");
  expect(five.caption).toContain("thick line: its 95 % interval");
});
