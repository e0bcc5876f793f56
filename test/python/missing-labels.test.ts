// Labels that some rows lack, for models in Python: a row counts for the tasks whose label it has, as on our engines; PyTorch's, by each method, are in methods.test.ts.
import { describe, expect, test } from "vitest";
import { isGap } from "../support/gap-runs.ts";
import { someRows } from "../support/tables.ts";
import { apart, JAX, swept } from "./begun-sweep.ts";
import { HAS_PYTHON, python } from "./python.ts";

const LOSSES = [1, 2, 3].flatMap((k) => [`trainLoss${k}`, `heldoutLoss${k}`]);
/** So small that most batches lack a label, and some lack all of a task. */
const BATCH = 4;

/** A table of three numbers as labels. */
const numbers = () =>
  ["x_a,x_b,x_c,y_one,y_two,y_three"]
    .concat(
      someRows(200).map(([a = 0, b = 0, c = 0, one = 0, two = 0], n) =>
        [a, b, c, ...[one, two, one * two].map((label, k) => (isGap(n, k) ? "" : label))].join(),
      ),
    )
    .join("\n");

describe.skipIf(!HAS_PYTHON)("where labels are missing", () => {
  test("the losses of JAX's first 100 steps are the cpu engine's within float32's rounding", () => {
    const { labels, runs, curves } = swept({ models: ["mmoe"], rows: numbers(), batch: BATCH } as never, [JAX]);
    expect(labels.flat()).toContain(-1);
    const ours = curves.filter(({ model }) => model === "mmoe");
    const without = ours.filter(({ trainLoss2 }, i) => trainLoss2 === ours[i - 1]?.trainLoss2).length; // no label, no new loss
    expect([without > 10, without < 60]).toEqual([true, true]); // batches without any label of a task
    expect(apart(curves, ["mmoe", JAX], LOSSES)).toBeLessThan(2e-6);
    expect(apart(runs, ["mmoe", JAX], ["rSquared1", "rSquared2", "rSquared3"])).toBeLessThan(2e-6);
  });

  test("a missing label changes nothing for the other tasks' parameters, bit for bit", () => {
    expect(JSON.parse(python(["test/python/gappy_group.py", "changed"]))).toEqual(["1.bias", "1.weight"]);
  });
});
