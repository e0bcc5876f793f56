import { expect, test } from "vitest";
import { countedText, estimateText, NO_INTERVAL } from "../../src/stats/estimate.ts";

const estimate = { value: 0.0479, low: 0.039, high: 0.0571 };

test("estimateText(estimate, digits, runs) has the interval from five runs on, countedText counts fewer", () => {
  expect(estimateText(estimate, 4, 5)).toBe("0.0479 [0.0390, 0.0571]");
  expect(estimateText(estimate, 3, 4)).toBe("0.048 (4 runs)");
  expect(estimateText(estimate, 4, 1)).toBe("0.0479 (1 run)");
  expect(estimateText({ ...estimate, ...NO_INTERVAL }, 4, 1)).toBe("0.0479");
  expect(estimateText({ value: 2, ...NO_INTERVAL }, 1, 9)).toBe("2.0");
  expect(estimateText({ value: Number.NaN, ...NO_INTERVAL }, 4, 0)).toBe("-");
  for (const few of [estimate, { ...estimate, ...NO_INTERVAL }]) expect(countedText(few, 2, 4)).toBe("0.05 (4 runs)");
  expect(countedText(estimate, 4, 5)).toBe("0.0479 [0.0390, 0.0571]");
  expect(countedText({ value: Number.NaN, ...NO_INTERVAL }, 4, 0)).toBe("-");
});
