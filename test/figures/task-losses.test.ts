// Figures of each task's loss, and of more tasks than two.
import { describe, expect, test } from "vitest";
import { claimsOf } from "../../src/claims/claims.ts";
import { svgText } from "../../src/figures/draw/svg.ts";
import { dots } from "../../src/figures/kinds/task-losses.ts";
import type { Results } from "../../src/records/read-results.ts";
import { compact } from "../../src/report/compact.ts";
import { drawn } from "../support/drawer.ts";
import { madeResults } from "../support/made-results.ts";
import { sweepResults } from "../support/sweep-results.ts";

/** A sweep whose runs end at these losses of their tasks. */
function ending(losses: readonly (readonly number[])[], ...set: string[]): Results {
  const made = madeResults(() => 0.1, ["models=mmoe", "correlations=0.5", `runs=${losses.length}`, ...set]);
  const records = made.records.map((record) => ({ ...record, trainingSetLoss: losses[record.run] as number[] }));
  return { ...made, records };
}

const draw = (results: Results, choices = {}) => drawn("task-losses", results, choices);

const THREE = "0.1 0.2 0.3|0.4 0.5 0.6".split("|").map((line) => line.split(" ").map(Number));

test("taskLosses(results, options) has the losses of every task as data", () => {
  const { data, title } = draw(ending(THREE, "tasks=3"));
  expect(data).toEqual(
    THREE.map(([task1, task2, task3], run) => {
      return { model: "mmoe", correlation: 0.5, run, loss: "train", task1, task2, task3 };
    }),
  );
  expect(title).toBe("Final loss of each task of MMoE");
});

test("taskLosses(results, options) counts the runs with one task in a bad minimum", () => {
  const losses = [
    [0.1, 0.1],
    [0.1, 0.3],
    [0.5, 0.05],
    [0.4, 0.4],
    [0.1, 0.17],
  ];
  expect(draw(ending(losses)).svg).toContain(">3 of 5<");
});

test("dots(places, colour) stay apart in layers on a page, so that they add up", () => {
  const places = Array.from({ length: 9 }, (_, i) => [i, 2] as const);
  const text = svgText(compact(dots(places, "red"), new Map()));
  expect(text.match(/<path/g)).toHaveLength(4);
  expect(text.match(/M\d 2h0/g)).toHaveLength(9);
});

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
