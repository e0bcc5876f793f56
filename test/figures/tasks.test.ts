import { describe, expect, test } from "vitest";
import { claimsOf } from "../../src/claims/claims.ts";
import { drawn } from "../support/drawer.ts";
import { sweepResults } from "../support/sweep-results.ts";

const three = sweepResults({ set: ["tasks=3"] });

describe("of three tasks", () => {
  test.each(["figure4", "figure5", "final-loss", "distributions", "runs", "train-heldout"])(
    "%s says so in its caption",
    (name) => {
      expect(drawn(name, three).caption).toContain(" of the three tasks ");
      expect(drawn(name, sweepResults({ set: ["tasks=12"] })).caption).toContain(" of the 12 tasks ");
    },
  );

  test("figure4 is the mean over them, and the paper's curves of two tasks stay away", () => {
    const rowsOf = (results = three) => drawn("figure4", results, { paper: true }).data;
    const [row] = rowsOf();
    const cell = three.records.filter(
      ({ model, correlation }) => model === row?.model && correlation === row?.correlation,
    );
    const losses = cell.map(({ curve }) => [...curve.train.subarray(0, 3)].reduce((sum, loss) => sum + loss, 0) / 3);
    expect(row?.value).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / losses.length, 12);
    const papers = (results = three) => rowsOf(results).filter(({ paper }) => Number(paper) > 0).length;
    expect([papers(), papers(sweepResults()) > 10]).toEqual([0, true]);
  });

  test("claims are tested, without the paper's numbers beside them", () => {
    const papers = (results = three) =>
      claimsOf(results, "train").flatMap(({ parts }) => parts.map(({ paper }) => paper));
    expect(papers().length).toBeGreaterThan(10);
    expect(papers().every((paper) => paper === null)).toBe(true);
    expect(papers(sweepResults()).some((paper) => paper !== null)).toBe(true);
  });
});
