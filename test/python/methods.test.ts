// The methods for PyTorch modules beside those of the cpu engine, from the same values and on the same rows.
import { describe, expect, test } from "vitest";
import { METHODS } from "../../src/engines/methods.ts";
import { isGap } from "../support/gap-runs.ts";
import { apart, classTable, swept, TORCH } from "./begun-sweep.ts";
import { HAS_PYTHON, python } from "./python.ts";

const LOSSES = [1, 2].flatMap((k) => [`trainLoss${k}`, `heldoutLoss${k}`]);
/** With two tasks each has one other: PCGrad draws no order. */
const PAIRS = { correlations: [-0.6], tasks: 2, batch: 48, trainRows: 200, heldoutRows: 60 };
/** After more steps a ReLU turns in one of the two before the other, and Adam carries it on. */
const STEPS = 30;

describe.skipIf(!HAS_PYTHON)("a PyTorch module trains as the same model of the cpu engine", () => {
  test.each(Object.entries(TORCH))("%s by each method, on two tasks that conflict", (model, twin) => {
    const config = { ...PAIRS, steps: STEPS, models: [model], optimizer: ["adam", "sgd"], method: METHODS };
    const { curves } = swept(config as never, [twin]);
    expect(new Set(curves.map(({ method }) => method)).size).toBe(METHODS.length);
    for (const method of METHODS)
      expect
        .soft(
          apart(
            curves.filter((row) => row.method === method),
            [model, twin],
            LOSSES,
          ),
          method,
        )
        .toBeLessThan(2e-6);
  });

  test("by each method but pcgrad, on three kinds of tasks with weights, in batches without any label of a task", () => {
    const methods = METHODS.filter((method) => method !== "pcgrad");
    const config = { steps: STEPS, models: ["mmoe"], rows: classTable(isGap), batch: 4, method: methods };
    const { curves } = swept(config as never, [TORCH.mmoe as string]);
    const columns = [...LOSSES, "trainLoss3", "heldoutLoss3"];
    for (const method of methods)
      expect
        .soft(
          apart(
            curves.filter((row) => row.method === method),
            ["mmoe", TORCH.mmoe as string],
            columns,
          ),
          method,
        )
        .toBeLessThan(2e-6);
  });

  test("runs in one call train as each does alone, on labels of which some are missing", () => {
    expect(Number(python(["test/python/gappy_group.py", "apart", ...METHODS]))).toBeLessThan(1e-5);
  });

  test("a run that resumes from its state has the same bits", () => {
    const same: Record<string, boolean> = JSON.parse(python(["test/python/gappy_group.py", "resumed", ...METHODS]));
    expect(same).toEqual(Object.fromEntries(METHODS.map((method) => [method, true])));
  });
});
