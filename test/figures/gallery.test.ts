import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  DEFAULT_OPTIONS,
  type Figure,
  type FigureOptions,
  isUnavailable,
  SCALES,
  STATISTICS,
} from "../../src/figures/draw/figure.ts";
import { LOSS_FIGURES, SWEEP_FIGURES, TRIAL_FIGURES } from "../../src/figures/gallery.ts";
import type { Results } from "../../src/records/read-results.ts";
import { expectPicture } from "../support/picture.ts";
import { sweepResults } from "../support/sweep-results.ts";
import { outside, touching } from "../support/texts.ts";

const PAPER_MODELS = "models=[shared-bottom, shared-bottom-16, omoe, mmoe]";
const WITH_SINGLE_TASK = "models=[single-task, shared-bottom, omoe, mmoe]";
/** Lists of settings that figures of all points need. */
const GRIDS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(["grid", "map"].map((name) => [name, ["batch=64,256", "lr=0.0001,0.001,0.01"]])),
  front: ["taskWeights=1:1,1.6:0.4,0.4:1.6,0.5:0.5"],
};

/** Figures of a panel for each cell: of some models the gallery shows as much as of all. */
const OF_PANELS = ["runs", "train-heldout", "task-losses", "grid"];
const SOME = { models: ["shared-bottom-16", "omoe"], correlations: [] };

const known = new Map<string, Results>();
/** Made-up results of these settings, which are made once for all figures. */
function resultsOf(set: readonly string[]): Results {
  const key = set.join("\n");
  const results = known.get(key) ?? sweepResults({ set });
  known.set(key, results);
  return results;
}

describe.each(LOSS_FIGURES)("$name", ({ name, draw }) => {
  const MODELS = ["seesaw", "map"].includes(name) ? WITH_SINGLE_TASK : PAPER_MODELS;
  /** Results of which this figure can be drawn: of a grid or of one point. */
  const made = ({ set = [], ...changes }: Parameters<typeof sweepResults>[0] = {}) => {
    const all = [...set, ...(GRIDS[name] ?? [])];
    return changes.failing || changes.missing ? sweepResults({ ...changes, set: all }) : resultsOf(all);
  };
  const results = made({ set: [MODELS, "correlations=[0.5, 1]"] });
  const drawn = (options: Partial<FigureOptions> = {}, of = results) =>
    draw(of, { ...DEFAULT_OPTIONS, ...options }) as Figure;

  test("looks as in the gallery", async () => {
    await expectPicture(drawn(OF_PANELS.includes(name) ? { without: SOME } : {}), name);
  });

  test("is the same twice, whatever the order of the records", () => {
    expect(drawn({}, { ...results, records: results.records.toReversed() })).toEqual(drawn());
  });

  test.skipIf(name === "train-heldout").each([
    ["heldout", /[Hh]eld-out loss/],
    ["running", /[Rr]unning mean/],
  ] as const)("names the %s loss and the number of runs in its caption, and the loss in its picture", (loss, words) => {
    const { caption, svg, data } = drawn({ loss });
    expect(caption).toMatch(words);
    expect(caption).toMatch(/in units of label variance.*n = 7 runs in each cell\.$/);
    expect(svg.replace(/<(title|desc)>.*?<\/\1>/g, "").replace(/<\/text>\s*<text[^>]*>/g, " ")).toMatch(words);
    expect(new Set(data.map((row) => row.loss))).toEqual(new Set([loss]));
  });

  test("says what the running mean is a mean of", () => {
    expect(drawn({ loss: "running" }).caption).toMatch(/all batch(es| losses) since step 1/);
  });

  test.each([
    { statistic: "median", scale: "log", theme: "dark" },
    { loss: "heldout", theme: "page", paper: true },
    { scale: "log", loss: "heldout", theme: "print" },
    { scale: "log", loss: "running", statistic: "median" },
  ] as const)("has numbers everywhere with %j", (options) => {
    for (const set of [[], ["runs=1"], ["runs=2", "steps=100"]]) {
      const { svg } = drawn(options, made({ set: [MODELS, "correlations=[-0.5, 1]", ...set] }));
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  test("draws what a sweep that still runs has done, and says how much that is", () => {
    const missing = (id: string) => /p=1.00\/.*00[4-9]/.test(id);
    const { caption } = drawn({}, made({ set: ["runs=9", MODELS, "correlations=[0.5, 1]"], missing }));
    expect(caption).toContain("n = 4 to 9 runs in each cell");
  });

  test("draws what there is where all runs of a cell failed", () => {
    const failing = (id: string) => id.startsWith("mmoe/p=1.00");
    const { svg, caption } = drawn({}, made({ set: [MODELS, "correlations=[0.5, 1]"], failing }));
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(caption).toMatch(
      name === "figure3" ? /each cell\.$/ : /7 of MMoE at 1( with (batch=256, lr=0\.01|taskWeights=1:1))?\.$/,
    );
  });

  test("says what it lacks where no run is done", () => {
    const lacking = draw(made({ failing: () => true }), DEFAULT_OPTIONS);
    expect(lacking).toMatchObject({ name, lacking: expect.stringMatching(/run/) });
    expect(isUnavailable(lacking)).toBe(true);
  });

  test("marks what a page may hide by model and correlation", () => {
    expect(drawn().svg).toMatch(/data-model="[a-z0-9-]+"/);
    expect(drawn().svg).toMatch(/data-correlation="0.5"/);
  });

  test("leaves no text without room on its page", () => {
    for (const theme of ["light", "print"] as const) expect(outside(drawn({ theme }))).toEqual([]);
    for (const statistic of STATISTICS) expect(outside(drawn({ loss: "running", statistic }))).toEqual([]);
  });

  test.each([1, 1500, 15_000, 3_000_000])("keeps its texts apart after %d steps", (steps) => {
    const set = ["runs=1", `steps=${steps}`, `evalEvery=${Math.ceil(steps / 5)}`, MODELS];
    for (const scale of SCALES) {
      const { svg } = drawn({ scale, paper: true }, made({ set: [...set, "correlations=[-0.75, -0.5, 0.25, 1]"] }));
      expect(touching(svg)).toEqual([]);
    }
  });
});

test("the gallery has a picture of each figure, and of no other", () => {
  const names = [...TRIAL_FIGURES, ...SWEEP_FIGURES].map(({ name }) => name);
  const pictures = readdirSync("test/figures/gallery").map((file) => file.replace(/\.svg$/, ""));
  expect(pictures).toEqual(expect.arrayContaining(names));
  expect(pictures.filter((picture) => !names.some((name) => `${picture}-`.startsWith(`${name}-`)))).toEqual([]);
});
