import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import type { Claim, ClaimPart } from "../../src/claims/claim.ts";
import { claimsOf } from "../../src/claims/claims.ts";
import { boundText } from "../../src/claims/judge.ts";
import { labelVariance } from "../../src/data/moments.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import type { GeneratedRun } from "../../src/engines/engine.ts";
import type { Model } from "../../src/models/code.ts";
import { chance, type LossOf, likeThePaper, madeResults, PAPER_MEANS } from "../support/made-results.ts";
import { sweepResults } from "../support/sweep-results.ts";

const claims = (lossOf: LossOf, set: string[] = [], preset = "fixed-rows") =>
  claimsOf(madeResults(lossOf, set, preset), "train");
const claim = (id: string, all: readonly Claim[]) => all.find((one) => one.id === id) as Claim;
const verdicts = (all: readonly Claim[]) => Object.fromEntries(all.map(({ id, verdict }) => [id, verdict]));

const paperLike = claims(likeThePaper);

describe("claimsOf(results like the paper's)", () => {
  test("says of each of the seven claims whether it holds", () => {
    const held = ["5.1-1", "5.1-2", "5.1-3", "5.2-1", "5.2-2", "5.2-3"].map((id) => [id, "holds"]);
    expect(verdicts(paperLike)).toEqual({ ...Object.fromEntries(held), "3.3": "not covered" });
  });

  test("has the paper's own figure beside each part about means, and it lies where the claim says", () => {
    const parts = paperLike.flatMap((one) => one.parts).filter(({ paper }) => paper !== null);
    expect(parts).toHaveLength(22);
    for (const { about, paper, bound } of parts) {
      expect(paper?.value, about).toBeGreaterThan(bound.low);
      expect(paper?.value, about).toBeLessThan(bound.high);
      expect(paper).toMatchObject({ mark: "read off", from: "Figure 4" });
    }
  });

  test("reads the paper's figures off the end of Figure 4", () => {
    const text = readFileSync("results/published/fig4.csv");
    const points: Record<string, string>[] = parse(text, { columns: true });
    const name: Record<string, string> = { SB: "shared-bottom", OMoE: "omoe", MMoE: "mmoe" };
    const ends = points.filter((point) => point.step_axis_value === "9900");
    expect(ends).toHaveLength(9);
    for (const { model = "", correlation, loss } of ends) {
      expect(PAPER_MEANS[name[model]]?.[Number(correlation)]).toBe(Number(loss));
    }
    const gap = claim("5.1-1", paperLike).parts[0];
    expect(gap?.paper?.value).toBeCloseTo(0.2551 - 0.2009, 12);
  });

  test("names the part that the verdict hangs on, with its numbers", () => {
    const { because, deciding } = claim("5.1-1", paperLike);
    expect(deciding?.about).toBe("shared-bottom: loss at 0.9 minus loss at 1");
    const { value, low, high } = (deciding as ClaimPart).ours;
    const numbers = `${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
    expect(because).toBe(`9 of 9 parts hold; the closest: ${deciding?.about} = ${numbers}, expected above -0.0167`);
  });
});

describe("claimsOf(results)", () => {
  test("finds that a claim does not hold where one of its parts does not", () => {
    const reversed: LossOf = (run) => (run.model.name === "omoe" ? 0.3 - likeThePaperLoss(run) : likeThePaperLoss(run));
    const { verdict, parts, because } = claim("5.1-1", claims(reversed));
    expect(verdict).toBe("does not hold");
    expect(parts.filter((part) => part.verdict === "does not hold").map(({ about }) => about)).toEqual([
      "omoe: loss at 0.5 minus loss at 1",
      "omoe: loss at 0.5 minus loss at 0.9",
      "omoe: loss at 0.9 minus loss at 1",
    ]);
    expect(because).toMatch(/^3 of 9 parts do not hold; the farthest: omoe: loss at 0.5 minus loss at 1 = -0.0/);
  });

  test("finds no drop where none is, and no difference without a reason", () => {
    const alike: LossOf = (run) => 0.1 * Math.exp(0.3 * chance(run));
    expect(verdicts(claims(alike, ["runs=100"]))).toMatchObject({
      "5.1-1": "undecided", // no trend either way
      "5.1-2": "does not hold", // OMoE does not degrade
      "5.1-3": "undecided",
      "5.2-1": "does not hold",
      "5.2-2": "does not hold",
      "5.2-3": "holds",
    });
  });

  test.each([
    [19, "5.1-3", 20],
    [99, "5.2-3", 100],
  ])("decides nothing by %i runs, however clear, of claim %s, which needs %i", (runs, id, needed) => {
    const few = claims(likeThePaper, [`runs=${runs}`]);
    const because = `too few runs: ${runs} in all of its cells, ${needed} are needed`;
    expect(claim(id, few)).toMatchObject({ verdict: "undecided", because });
    expect(claim("5.1-3", few).verdict).toBe(runs < 20 ? "undecided" : "holds");
  });

  test("calls the same only what the runs can tell to be, not what they can't tell apart", () => {
    const scattered: LossOf = (run) => 0.1 * Math.exp(1.2 * chance(run));
    const same = claim("5.1-2", claims(scattered, ["runs=40"])).parts.find(({ about }) =>
      about.includes("mmoe's at 1"),
    );
    expect(same?.verdict).toBe("undecided");
  });

  test("leaves out runs that failed or are missing, pair by pair, and is undecided where all runs failed", () => {
    const gaps: LossOf = (run) => {
      if (run.model.name === "omoe" && run.correlation === 1 && run.index < 3) return "failed";
      return run.model.name === "mmoe" && run.correlation === 0.5 && run.index > 47 ? "missing" : likeThePaper(run);
    };
    const runs = claim("5.1-3", claims(gaps, ["runs=50"])).parts.map((part) => part.runs);
    expect(runs).toEqual([50, 48, 50, 50, 47, 50]);
    const all = claims(() => "failed", ["runs=30"]);
    expect(claim("5.1-1", all)).toMatchObject({
      verdict: "undecided",
      because: "too few runs: 0 in all of its cells, 20 are needed",
    });
    expect(claim("5.1-1", all).parts[0]?.ours.value).toBeNaN();
  });

  test("does not cover a claim that the sweep lacks cells for, and says what trains them", () => {
    const all = claims(likeThePaper, ["runs=20", "correlations=[0.5, 1]", "models=[shared-bottom, mmoe]"]);
    expect(claim("5.1-3", all)).toMatchObject({
      verdict: "not covered",
      parts: [],
      deciding: null,
      because: "the sweep lacks omoe at 0.5, 0.9 and 1; shared-bottom and mmoe at 0.9",
    });
    expect(claim("5.1-3", all).command?.join(" ")).toBe(
      "mmoe sweep results/made/config.yaml --corr 0.5,0.9,1 --models shared-bottom,omoe,mmoe --out results/made",
    );
    expect(claim("3.3", all).command).toEqual(["mmoe", "sweep", "figure3"]);
  });

  test("names one command for all claims that lack cells of the sweep's models", () => {
    const all = claims(likeThePaper, ["runs=20", "correlations=[0.7]", "models=[shared-bottom-16, mmoe]"]);
    const commands = new Set(all.map(({ command }) => command?.join(" ")));
    expect([...commands]).toEqual([
      "mmoe sweep results/made/config.yaml --corr 0.5,0.7,0.9,1 --models shared-bottom,omoe,mmoe,shared-bottom-16 --out results/made",
    ]);
  });

  test("tests section 3.3 over the correlations of its sweep, beside the ends of Figure 3's curves", () => {
    const lossOf: LossOf = (run) => 0.45 - 0.2 * run.correlation + 0.03 * chance(run);
    const all = claims(lossOf, ["runs=30", "correlations=[0.5, 0.7, 0.9, 1]"], "figure3");
    const { verdict, parts } = claim("3.3", all);
    expect(verdict).toBe("holds");
    expect(parts.map(({ about, paper }) => `${about} ${paper?.value.toFixed(3)}`)).toEqual([
      "shared-bottom-16: loss at 0.5 minus loss at 1 0.113",
      "shared-bottom-16: loss at 0.5 minus loss at 0.7 undefined",
      "shared-bottom-16: loss at 0.7 minus loss at 0.9 undefined",
      "shared-bottom-16: loss at 0.9 minus loss at 1 0.070",
    ]);
    expect(claim("5.1-1", all)).toMatchObject({ verdict: "not covered", command: ["mmoe", "sweep", "paper"] });
    expect(claim("3.3", claims(lossOf, ["runs=30", "correlations=[0.5, 1]"], "figure3")).parts).toHaveLength(1);
  });

  test("has margins of losses in the unit of the sweep's, and ratios without", () => {
    const raw = claims(likeThePaper, ["labels=raw", "runs=2"]);
    const high = (list: readonly Claim[]) => claim("5.2-3", list).parts[0]?.bound.high;
    const bounds = (list: readonly Claim[]) => claim("5.2-2", list).parts.map(({ bound }) => bound);
    expect(high(paperLike)).toBe(1 / 15);
    expect(high(raw)).toBeCloseTo(labelVariance(GENERATOR_PRESETS.paper.settings) / 15, 6);
    expect(bounds(raw)).toEqual(bounds(paperLike));
  });
});

test("boundText(part) says where a statistic should lie", () => {
  const text = (low: number, high: number) => boundText({ bound: { low, high }, unit: "ratio" });
  const most = Number.POSITIVE_INFINITY;
  expect([text(0, most), text(0.75, 4 / 3), text(-most, 0.1)]).toEqual(["above 0", "0.75 to 1.33", "below 0.10"]);
});

function likeThePaperLoss(run: GeneratedRun<Model>): number {
  return likeThePaper(run) as number;
}

test("claimsOf(results, loss) of three tasks has no numbers of the paper, which are of two", () => {
  const papers = (set: string[]) =>
    claimsOf(sweepResults({ set }), "train").flatMap(({ parts }) => parts.map(({ paper }) => paper));
  expect(papers(["tasks=3"]).length).toBeGreaterThan(10);
  expect(papers(["tasks=3"]).filter((paper) => paper !== null)).toEqual([]);
  expect(papers([]).filter((paper) => paper !== null).length).toBeGreaterThan(0);
});
