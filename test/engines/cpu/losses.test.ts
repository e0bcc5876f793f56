// Losses by the kernels alone, against float64.
import { describe, expect, test } from "vitest";
import type { TaskLoss } from "../../../src/engines/task-losses.ts";
import { range } from "../../support/reference.ts";
import { plainBottom } from "../../support/specs.ts";
import { KERNELS, loneRun, type wasm } from "./lone-run.ts";

type Memory = typeof wasm;

const NUMBER: TaskLoss = { kind: "regression", weight: 1, unit: 1 };
const BINARY: TaskLoss = { kind: "binary", weight: 1, unit: 1 };

/**
 * The losses [K] of outputs [O] on rows with these labels [B][K], and their derivatives by the outputs, which are weights: of the
 * one input, which is 1, through a unit that stays open.
 */
function lossesOf(
  memory: Memory,
  tasks: readonly TaskLoss[],
  outputs: readonly number[],
  labels: number[][],
  { huberDelta = null, funnel }: { readonly huberDelta?: number | null; readonly funnel?: readonly number[] } = {},
) {
  const widths = tasks.map(({ classes = 1 }) => classes);
  const spec = plainBottom(1, tasks.length, 1, { bias: false, outputs: widths, ...(funnel && { funnel }) });
  const run = loneRun(spec, labels.length, "sgd", 1, { memory, tasks, huberDelta });
  const parameters = Float32Array.from([1, ...outputs]);
  run.setParameters(parameters);
  run.setBatch(
    range(labels.length).map(() => [1]),
    labels,
  );
  const evaluated = run.evaluate();
  const losses = run.train(1);
  const slopes = Array.from(run.parameters(), (value, i) => parameters[i] - value).slice(1);
  return { evaluated, losses, slopes };
}

/** Rows as lanes, and units as lanes. */
const BATCHES = [19, 2];

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe.each(KERNELS)("on $name", ({ memory }) => {
  test.each(BATCHES)("the logistic loss of a logit is within 3e-7 of itself, in batches of %i", (B) => {
    let worst = 0;
    const logits = range(400).map((i) => Math.fround((i - 200) / 3.7));
    for (const label of [0, 1]) {
      const tasks = logits.map(() => BINARY);
      const labels = range(B).map(() => logits.map(() => label));
      const { losses, evaluated } = lossesOf(memory, tasks, logits, labels);
      for (const [k, logit] of logits.entries()) {
        const exact = softplus(label === 1 ? -logit : logit);
        for (const loss of [losses[k], evaluated[k]]) worst = Math.max(worst, Math.abs(loss / exact - 1));
      }
    }
    expect(worst).toBeLessThan(3e-7);
  });

  test.each(BATCHES)("its derivative is the sigmoid less the label, in batches of %i", (B) => {
    const logits = [-70, -9, -1.25, 0, 0.5, 3, 70];
    const labels = range(B).map((b) => logits.map((_, k) => (b + k) % 2));
    const { slopes } = lossesOf(
      memory,
      logits.map(() => BINARY),
      logits,
      labels,
    );
    for (const [k, logit] of logits.entries()) {
      const share = labels.reduce((sum, row) => sum + row[k], 0) / B;
      expect(slopes[k]).toBeCloseTo(sigmoid(logit) - share, 5);
    }
  });

  test.each(BATCHES)(
    "in a funnel, the loss of a product of probabilities has no cancellation, in batches of %i",
    (B) => {
      const all = [-25, -17, -1.25, 0, 0.5, 9, 30];
      for (const [x, y, label] of all.flatMap((x) =>
        all.flatMap((y) => [0, 1].map((label) => [x, y, label] as const)),
      )) {
        const labels = range(B).map(() => [1, label]);
        const { losses, slopes } = lossesOf(memory, [BINARY, BINARY], [x, y], labels, { funnel: [0, 1] });
        const none = Math.exp(-x) + Math.exp(-y) + Math.exp(-x - y); // (1 - p) / p of the product
        const exact = label === 1 ? Math.log1p(none) : Math.log1p(1 / none);
        expect(Math.abs(losses[1] / exact - 1), `${x} ${y} ${label}`).toBeLessThan(1e-5);
        const outer = label === 1 ? -none / (1 + none) : 1 / (1 + none);
        const by = [(Math.exp(-x) + Math.exp(-x - y)) / none, (Math.exp(-y) + Math.exp(-x - y)) / none];
        const expected = [sigmoid(x) - 1 + outer * by[0], outer * by[1]];
        for (const [k, slope] of expected.entries()) expect(slopes[k], `${x} ${y} ${label}`).toBeCloseTo(slope, 5);
      }
    },
  );

  test.each(BATCHES)("the cross-entropy of 2 to 7 classes is that of a softmax, in batches of %i", (B) => {
    for (const C of range(6).map((i) => i + 2)) {
      const logits = range(C).map((c) => Math.fround(5 * Math.sin(3 * c + C)));
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const labels = range(B).map((b) => [b % C, (b + 1) % 2]);
      const tasks: TaskLoss[] = [{ kind: "categorical", weight: 1, classes: C, unit: 1 }, BINARY];
      const { losses, evaluated, slopes } = lossesOf(memory, tasks, [...logits, 0.75], labels);
      const exact = labels.reduce((sum, [c = 0]) => sum + Math.log(total) - logits[c], 0) / B;
      expect(Math.abs(losses[0] / exact - 1)).toBeLessThan(5e-7);
      expect(Math.abs(evaluated[0] / exact - 1)).toBeLessThan(5e-7);
      for (const [c, logit] of logits.entries()) {
        const share = labels.filter(([label]) => label === c).length / B;
        expect(slopes[c]).toBeCloseTo(Math.exp(logit) / total - share, 5);
      }
    }
  });

  test("a small cross-entropy keeps its digits", () => {
    const task: TaskLoss = { kind: "categorical", weight: 1, classes: 3, unit: 1 };
    const [loss] = lossesOf(memory, [task], [1, 21, -4], [[1]]).losses as [number];
    expect(Math.abs(loss / (Math.exp(-20) + Math.exp(-25)) - 1)).toBeLessThan(5e-7);
  });

  test("the unit multiplies losses and derivatives, and the weight derivatives alone", () => {
    const plain = lossesOf(memory, [BINARY], [0.5], [[1], [0]]);
    const other = lossesOf(memory, [{ ...BINARY, unit: 1.5, weight: 4 }], [0.5], [[1], [0]]);
    expect(other.losses[0]).toBeCloseTo(1.5 * plain.losses[0], 12);
    expect(other.evaluated[0]).toBeCloseTo(1.5 * plain.evaluated[0], 12);
    expect(other.slopes[0]).toBeCloseTo(6 * plain.slopes[0], 5);
    const squared = lossesOf(memory, [{ ...NUMBER, weight: 4 }], [0.5], [[1], [0]]);
    expect([squared.losses[0], squared.slopes[0]]).toEqual([0.25, 0]);
  });

  test("a logit that is not a number makes the loss none", () => {
    const three: TaskLoss = { kind: "categorical", weight: 1, classes: 3, unit: 1 };
    for (const at of [0, 1, 2]) {
      const logits = [1, 2, 0.5].with(at, Number.NaN);
      for (const label of [0, 1]) expect(lossesOf(memory, [three], logits, [[label]]).losses[0]).toBeNaN();
    }
    expect(lossesOf(memory, [BINARY], [Number.NaN], [[0]]).losses[0]).toBeNaN();
  });

  describe("of errors", () => {
    const ERRORS = [0.5, -2, 1, 0.25, -0.75];
    const ofErrors = (errors: readonly number[], huberDelta: number | null, output = 1) =>
      lossesOf(
        memory,
        [NUMBER],
        [output],
        errors.map((error) => [1 - error]),
        { huberDelta },
      );

    test("the squared error's loss is its mean and its derivative twice the mean error", () => {
      const [losses, slopes] = [[5.875 / 5], [expect.closeTo((2 * -1) / 5, 6)]];
      expect(ofErrors(ERRORS, null)).toEqual({ losses, evaluated: losses, slopes });
    });

    test("Huber's loss is half the square up to delta and a line beyond, and its derivative is cut off", () => {
      const losses = [expect.closeTo((0.125 + 1.5 + 0.5 + 0.03125 + 0.28125) / 5, 6)];
      const slopes = [expect.closeTo((0.5 - 1 + 1 + 0.25 - 0.75) / 5, 6)];
      expect(ofErrors(ERRORS, 1)).toEqual({ losses, evaluated: losses, slopes });
      expect(ofErrors([3], 0.5)).toEqual({ losses: [1.375], evaluated: [1.375], slopes: [0.5] });
    });

    test.each([null, 1])("a prediction that is not a number makes the loss none, with delta %s", (delta) => {
      const { losses, evaluated } = ofErrors([0.5, 1], delta, Number.NaN);
      expect([...losses, ...evaluated]).toEqual([Number.NaN, Number.NaN]);
    });
  });
});
