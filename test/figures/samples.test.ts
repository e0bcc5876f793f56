import { expect, test } from "vitest";
import { stepScale } from "../../src/figures/draw/scale.ts";
import { drawn } from "../support/drawer.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";

const RUNS = 30;
/** Run 20 ends best, run 25 worst. */
const lossOf: LossOf = ({ index }) => ({ 20: 0.01, 25: 0.9 })[index] ?? 0.1 + index / 1000;
const results = madeResults(lossOf, ["models=[mmoe]", "correlations=[0.5]", `runs=${RUNS}`]);

test("runs draws the first dozen runs, a random sample, and the best and the worst", () => {
  const runs = [...drawn("runs", results).svg.matchAll(/class="run" data-run="(\d+)"/g)].map(([, run]) => Number(run));
  expect(runs).toEqual([...Array.from({ length: 12 }, (_, i) => i), 20, 25]);
});

test("distributions has a dot for each run, at its loss", () => {
  const { svg, data } = drawn("distributions", results);
  const [, low = 0, high = 1, left = 0, right = 0] =
    /data-x="linear (\S+) (\S+) (\S+) ([^"]+)"/.exec(svg)?.map(Number) ?? [];
  const [, path = ""] = /class="dots" d="([^"]+)"/.exec(svg) ?? [];
  const places = [...path.matchAll(/M([\d.]+) [\d.]+h0/g)].map(([, x]) => Number(x)).sort((a, b) => a - b);
  const losses = data.map(({ value }) => Number(value)).sort((a, b) => a - b);
  expect([places.length, losses.length]).toEqual([RUNS, RUNS]);
  for (const [i, loss] of losses.entries()) {
    const at = left + ((loss - low) / (high - low)) * (right - left);
    expect(Math.abs(places[i] - at)).toBeLessThanOrEqual(0.6 + 0.01); // half of a dot
  }
});

test.each(["distributions", "task-losses"])(
  "%s draws the first 2,000 runs of a cell, and says so if there are more",
  (name) => {
    const sized = (runs: number) =>
      drawn(name, madeResults(lossOf, ["models=[mmoe]", "correlations=[0.5]", `runs=${runs}`]));
    const [all, sample] = [sized(2000), sized(2001)];
    expect([all.data.length, sample.data.length, sample.data.at(-1)?.run]).toEqual([2000, 2000, 1999]);
    const said = [all, sample].map(({ caption }) => caption.includes("Of each cell, the first 2000 runs."));
    expect(said).toEqual([false, true]);
    expect(sample.caption).toContain("n = 2001 runs in each cell");
  },
);

test.each([
  [25_000, 25_000],
  [10_000, 10_000],
  [1_400_000, 1_400_000],
  [12_500, 10_000], // no round step ends there
])("an axis of %i steps has its last tick at %i", (steps, tick) => {
  expect(stepScale(steps, [0, 80]).scale.ticks.at(-1)?.value).toBe(tick);
});
