import { describe, expect, test } from "vitest";
import type { Claim } from "../../src/claims/claim.ts";
import type { CellLosses } from "../../src/records/cell-losses.ts";
import { lowestModels, outcome } from "../../src/report/outcome.ts";
import { sweepResults } from "../support/sweep-results.ts";

/** A cell whose runs end at these losses, raised by `by`. */
function cell(model: string, correlation: number, losses: readonly number[], by = 0): CellLosses {
  const byRun = new Map(losses.map((loss, run) => [run, loss + by]));
  return { model, correlation, point: {}, byRun, failed: [], missing: 0, overlap: 0 };
}

const SURE = [0.2, 0.21, 0.22, 0.23, 0.215];

describe("lowestModels(cells)", () => {
  test("names the model with the lowest mean at each correlation, by rising correlation", () => {
    const cells = [
      cell("omoe", 1, SURE),
      cell("mmoe", 1, SURE, 0.1),
      cell("omoe", 0.5, SURE, 0.2),
      cell("mmoe", 0.5, SURE),
    ];
    expect(lowestModels(cells)).toEqual([
      { correlation: 0.5, model: "mmoe", near: [] },
      { correlation: 1, model: "omoe", near: [] },
    ]);
  });

  test("names the models that the runs don't tell it apart from, and no correlation at which one model is alone", () => {
    const noisy = [0.1, 0.3, 0.12, 0.36, 0.2];
    const always = noisy.map((loss) => loss - 0.01);
    expect(lowestModels([cell("omoe", 1, noisy), cell("mmoe", 1, always)])[0]?.near).toEqual([]);
    expect(lowestModels([cell("omoe", 1, SURE), cell("mmoe", 1, [0.1, 0.35, 0.1, 0.28, 0.17])])).toEqual([
      { correlation: 1, model: "mmoe", near: ["omoe"] },
    ]);
    expect(lowestModels([cell("omoe", 1, SURE), cell("mmoe", 1, [])])).toEqual([]);
  });
});

describe("outcome(results, cells, claims)", () => {
  const results = sweepResults();
  const claims = { train: [], heldout: [], running: [] };
  const models = (bottom: number, mixture: number) => [
    cell("shared-bottom", 0.5, SURE, bottom),
    cell("mmoe", 0.5, SURE, mixture),
  ];
  const of = (...verdicts: Claim["verdict"][]) =>
    verdicts.map((verdict) => ({ id: "3.3", verdict, command: null }) as Claim);
  const alike = { train: models(0.3, 0), heldout: models(0.3, 0), running: models(0.3, 0) };
  const text = (heldout: readonly CellLosses[], running = models(0.4, 0.1)) =>
    outcome(results, { train: models(0.3, 0), heldout, running }, claims).markup.replace(/<[^>]*>/g, "");

  test("names all losses in one sentence where the same model is lowest, the reported one first, and no steps of runs that chose theirs", () => {
    expect(text(models(0.4, 0.1))).toContain(
      "After 2,000 steps the mean loss is lowest for MMoE on training rows, on held-out rows and as a running mean.",
    );
    expect(text(models(0.4, 0.1))).not.toContain("different models");
    const early = { ...results, config: { ...results.config, patience: 10 } };
    expect(outcome(early, alike, claims).markup).toContain("After the last step the mean loss is lowest for MMoE");
    const running = { ...results, config: { ...results.config, report: "running" as const } };
    expect(outcome(running, alike, claims).markup).toContain("is lowest for MMoE as a running mean, on training rows");
  });

  test("says which model the lowest is not told apart from, or what a model ends at that is alone, or that no run is done", () => {
    const near = [cell("omoe", 0.5, SURE), cell("mmoe", 0.5, [0.1, 0.35, 0.1, 0.28, 0.17])];
    const apart = [cell("omoe", 0.5, SURE), cell("mmoe", 0.5, SURE, -0.1)];
    expect(outcome(results, { train: near, heldout: apart, running: apart }, claims).markup).toContain(
      "lowest for MMoE on training rows (not told apart from OMoE), on held-out rows and as a running mean.",
    );
    const alone = [cell("omoe", 1, SURE), cell("omoe", 0.5, SURE, 0.5)];
    expect(outcome(results, { train: alone, heldout: alone, running: alone }, claims).markup).toContain(
      "of OMoE is 0.7150 at correlation 0.5 to 0.2150 at correlation 1 on training rows, 0.7150",
    );
    expect(outcome(results, { train: [], heldout: [], running: [] }, claims).markup).toContain("No run is done.");
  });

  test("does not hide that the winner on training rows loses on held-out ones", () => {
    expect(text(models(0.1, 0.4))).toContain(
      "lowest for MMoE on training rows and as a running mean, but for Shared-Bottom on held-out rows.",
    );
    expect(text(models(0.1, 0.4))).toContain(
      "The losses are lowest for different models: at 0.5 MMoE on training rows and as a running mean, Shared-Bottom on held-out rows.",
    );
  });

  test("counts the verdicts, the same counts once for all losses that have them", () => {
    const judged = {
      train: of("holds", "holds", "undecided"),
      heldout: of("holds", "does not hold", "not covered"),
      running: of("holds", "undecided", "holds"),
    };
    expect(outcome(results, alike, judged).markup).toContain(
      "Of the paper’s 3 claims 2 hold and 1 is undecided on training rows and as a running mean; " +
        "1 holds, 1 does not and 1 is not covered on held-out rows.",
    );
  });

  test("says which claims it does not count, and what trains the runs that they lack", () => {
    const lacking = { id: "3.3", verdict: "not covered", command: ["mmoe", "sweep", "figure3"] } as unknown as Claim;
    const judged = { train: [...of("holds"), lacking], heldout: of("holds", "holds"), running: of("holds", "holds") };
    expect(outcome(results, alike, judged).markup).toContain(
      "This sweep has no runs for 3.3, which mmoe sweep figure3 trains.",
    );
  });

  test("gives held-out losses as multiples of training losses, but says nothing of those that are alike where no row is seen twice", () => {
    const fresh = { ...results, config: { ...results.config, trainRows: "fresh" as const } };
    const withFresh = (heldout: readonly CellLosses[]) =>
      outcome(fresh, { train: models(0.3, 0), heldout, running: models(0.4, 0.1) }, claims).markup;
    expect(withFresh(models(0.31, 0.01))).not.toContain("held-out rows is");
    expect(withFresh(models(0.31, 0.02))).toContain(
      "1.02 times that on training rows for Shared-Bottom and 1.09 times for",
    );
    expect(text(models(0.31, 0.01))).toContain("held-out rows is 1.02 times");
  });
});
