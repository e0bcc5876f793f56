import fc from "fast-check";
import { expect, test } from "vitest";
import { calibrationBins, calibrationError, f1Macro } from "../../src/stats/classes.ts";

test("f1Macro(labels, predicted) leaves out a class that no row has and none is predicted to have", () => {
  const [labels, predicted] = [
    [0, 0, 2, 2],
    [0, 2, 2, 2],
  ];
  expect(f1Macro(labels, predicted)).toBeCloseTo((2 / 3 + 4 / 5) / 2, 12);
  expect(f1Macro([0, 0], [0, 3])).toBeCloseTo((2 / 3 + 0) / 2, 12); // of a class that is predicted alone
  expect(f1Macro([], [])).toBeNaN();
});

test("f1Macro(labels, predicted) is the mean over classes of the harmonic mean of precision and recall", () => {
  const rows = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(rows, (pairs) => {
      const found = [...new Set(pairs.flat())].map((own) => {
        const right = pairs.filter(([label, other]) => label === own && other === own).length;
        const [labelled, chosen] = [0, 1].map((i) => pairs.filter((pair) => pair[i] === own).length);
        return right === 0 ? 0 : 2 / (labelled / right + chosen / right);
      });
      const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
      expect(f1Macro(...([0, 1].map((i) => pairs.map((pair) => pair[i])) as [number[], number[]]))).toBeCloseTo(
        mean,
        12,
      );
    }),
  );
});

test("calibrationBins(probabilities, outcomes) end with the 15ths, and 0 is in the first", () => {
  const probabilities = [0, 1 / 15, 0.067, 0.4, 0.401, 1];
  const bins = calibrationBins(probabilities, [0, 1, 0, 1, 1, 1]);
  expect(bins.flatMap(({ rows }, i) => Array<number>(rows).fill(i))).toEqual([0, 0, 1, 5, 6, 14]);
  expect(bins[0]).toEqual({ rows: 2, predicted: 1 / 15, observed: 1 });
});

test("calibrationError(probabilities, outcomes) adds up what is too high in one bin and too low in the next", () => {
  expect(calibrationError([0.95, 0.95, 0.05, 0.97], [1, 0, 0, 1])).toBeCloseTo((0.87 + 0.05) / 4, 12);
  expect(calibrationError([0.06, 0.07], [1, 0])).toBeCloseTo((0.94 + 0.07) / 2, 12);
  expect(calibrationError([1 / 15, 0.067], [1, 0])).toBeCloseTo((14 / 15 + 0.067) / 2, 12);
});
