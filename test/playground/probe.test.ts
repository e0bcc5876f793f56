import { describe, expect, test } from "vitest";
import { overPairs, POINTS, Probe, placeAt } from "../../playground/probe.ts";
import { playRuns } from "../../playground/runs.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configSettings } from "../../src/config/playground.ts";
import { parameterBlocks, parameterCount } from "../../src/models/parameters.ts";

const UNITS = 200;
const PAPER = configSettings(loadConfig("paper") as unknown as Parameters<typeof configSettings>[0]);
const SETTINGS = { ...PAPER, models: [{ like: "shared-bottom", units: 2 * UNITS }] } as const;
const run = playRuns(SETTINGS, 0)[0];
const probe = new Probe(run);

/** Moves what a tower reads above 0, so that its ReLU changes nothing. */
const LIFT = 100;

/**
 * Parameters of a Shared-Bottom that predicts `f(z)` for each task: its bottom has 200 units along each task's direction,
 * which bend a line at as many places between -4 and 4.
 */
function parametersFor(f: (z: number) => number): Float32Array {
  const { vectors } = probe.tasks;
  const values = new Float32Array(parameterCount(run.model));
  const blocks = new Map(parameterBlocks(run.model).map((block) => [block.name, block]));
  const set = (name: string, index: number, value: number) => {
    values[(blocks.get(name)?.offset as number) + index] = value;
  };
  const knots = Array.from({ length: UNITS + 1 }, (_, i) => -4 + (8 * i) / UNITS);
  const slopes = knots.slice(1).map((knot, i) => (f(knot) - f(knots[i])) / (8 / UNITS));
  for (const [k, vector] of vectors.entries()) {
    for (let i = 0; i < UNITS; i++) {
      const unit = k * UNITS + i;
      for (const [d, w] of vector.entries()) set("experts/0/0/kernel", d * 2 * UNITS + unit, w / run.data.scale); // the unit reads z, less its knot
      set("experts/0/0/bias", unit, -knots[i]);
      set(`towers/${k}/0/kernel`, unit * 8, slopes[i] - (slopes[i - 1] ?? 0));
    }
    set(`towers/${k}/0/bias`, 0, f(-4) + LIFT);
    set(`towers/${k}/output/kernel`, 0, 1);
    set(`towers/${k}/output/bias`, 0, -LIFT);
  }
  return values;
}

/** The paper's equation 4 without its `fastest` fastest sines, in units of the label's deviation. */
function label(z: number, fastest: number): number {
  const { scale, alpha, beta } = run.data; // slow to fast
  const { mean, inverseStd } = probe.tasks.forms[0];
  const sines = alpha.slice(0, alpha.length - fastest);
  return (scale * z + sines.reduce((sum, a, i) => sum + Math.sin(a * scale * z + beta[i]), 0) - mean) * inverseStd;
}

describe("a reading of a run", () => {
  test.each([0, 1, 3])("shows what a model predicts that lacks the %i fastest sines, and which it lacks", (fastest) => {
    const reading = probe.at(parametersFor((z) => label(z, fastest)));
    for (const k of [0, 1]) {
      for (let i = 0; i < POINTS; i++) expect(reading.curves[k]?.[i]).toBeCloseTo(label(placeAt(i), fastest), 1);
      const shares = reading.sines[k] as number[];
      expect(shares.map((share) => Math.round(share * 10) / 10 + 0)).toEqual(
        [1, 1, 1, 1].map((share, i) => (i >= 4 - fastest ? 0 : share)),
      );
    }
  });

  test("shows held-out rows where they lie along each task's direction", () => {
    const { cloud } = probe.at(parametersFor((z) => 0.5 * z));
    for (const k of [0, 1])
      for (const [n, place] of probe.places[k].entries()) expect(cloud[k]?.[n]).toBeCloseTo(0.5 * place, 2);
  });

  test("shows how often units are on: half of the rows turn on those that bend in the middle, and 7 of 8 tower units are off", () => {
    const { experts, towers } = probe.at(parametersFor((z) => z));
    expect(experts).toHaveLength(1);
    expect(experts[0]?.[UNITS / 2]).toBeCloseTo(0.5, 2);
    expect(towers.map((shares) => shares.filter((share) => share > 0).length)).toEqual([1, 1]);
  });

  test("has the means of quantities over pairs of tasks", () => {
    expect(overPairs({ "a/1/2": 1, "a/1/3": 2, "a/2/3": 6 }, "a", 3)).toBe(3);
    expect(overPairs({}, "a", 3)).toBeNaN();
  });
});
