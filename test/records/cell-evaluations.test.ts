import { expect, test } from "vitest";
import { cellEvaluations, Gathered } from "../../src/records/cell-evaluations.ts";
import type { RunRecord } from "../../src/records/record.ts";

/** A run of two tasks, whose losses on training rows are `train` and 1 more, and on held-out rows 10 times these. */
const run = (steps: number[], train: number[]) => {
  const losses = train.flatMap((loss) => [loss, loss + 1]);
  const curve = {
    steps,
    train: Float64Array.from(losses),
    heldout: Float64Array.from(losses, (loss) => 10 * loss),
  };
  return { labelCorrelations: [0], curve } as unknown as RunRecord;
};

/** Of each evaluation: its step, the runs that reached it, and of its runs the first task's losses: train, held-out, running. */
function evaluations(cell: readonly RunRecord[], carry: boolean, memory?: Gathered): unknown[] {
  const found: unknown[] = [];
  for (const one of cellEvaluations(cell, memory, carry)) {
    if (one === undefined) continue;
    const first = (set: "train" | "heldout" | "running") => Array.from(one.losses[set][1]); // overwritten by the next
    found.push([one.step, one.reached, first("train"), first("heldout"), first("running")]);
  }
  return found;
}

const [whole, ended, between] = [run([2, 4, 6], [8, 4, 2]), run([2, 3], [7, 1]), run([2, 5, 6], [6, 3, 1])];

test("a run that has ended keeps its last losses if they are carried, and one between two evaluations is left out", () => {
  const first = [2, 3, [8, 7, 6], [80, 70, 60], [8, 7, 6]];
  const means = { whole: (8 * 2 + 4 * 2 + 2 * 2) / 6, ended: (7 * 2 + 1) / 3, between: (6 * 2 + 3 * 3 + 1) / 6 };
  expect(evaluations([whole, ended, between], true)).toEqual([
    first,
    [4, 1, [4, 1], [40, 10], [6, means.ended]],
    [6, 2, [2, 1, 1], [20, 10, 10], [expect.closeTo(means.whole, 12), means.ended, expect.closeTo(means.between, 12)]],
  ]);
  expect(evaluations([whole, ended, between], false)).toEqual([
    first,
    [4, 1, [4], [40], [6]],
    [6, 2, [2, 1], [20, 10], [expect.closeTo(means.whole, 12), expect.closeTo(means.between, 12)]],
  ]);
});

test("evaluations are the same in blocks that hold one of them", () => {
  const cell = [whole, run([2, 4, 6], [5, 3, 9]), run([2, 4], [1, 2])];
  expect(evaluations(cell, false, new Gathered(1))).toEqual(evaluations(cell, false));
  expect(evaluations(cell, true, new Gathered(1))).toEqual(evaluations(cell, true));
});
