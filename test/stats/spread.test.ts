import { expect, test } from "vitest";
import { brownForsythe, spreadRatios } from "../../src/stats/spread.ts";
import { expectClose, expectRelative } from "../support/close.ts";
import { GOLDEN } from "./golden/golden.ts";

const { a, b, levene, iqrRatio } = GOLDEN.spread;

test("brownForsythe(samples) is SciPy's levene about medians, and no test where nothing is spread", () => {
  const two = brownForsythe([Float64Array.from(a), Float64Array.from(b)]);
  expectRelative([two.statistic, two.p], levene, 1e-10);
  const { samples, test: expected } = GOLDEN.leveneOfThree;
  const three = brownForsythe(samples.map((sample) => Float64Array.from(sample)));
  expectRelative([three.statistic, three.p], expected, 1e-10);
  expect(brownForsythe([Float64Array.of(1, 1), Float64Array.of(2, 2)])).toEqual({
    statistic: Number.NaN,
    p: Number.NaN,
  });
  expect(brownForsythe([Float64Array.of(1, 2, 4), Float64Array.of()]).p).toBeNaN();
});

test("spreadRatios(a, b) has SciPy's interval of the ratio of interquartile ranges, and is 1 of the same", () => {
  const { value, low, high } = spreadRatios(Float64Array.from(a), Float64Array.from(b)).iqr;
  const [expected, ...ends] = iqrRatio as [number, number, number];
  expect(value).toBeCloseTo(expected, 12);
  expectClose([low, high], ends, 0.05 * (ends[1] - ends[0]));
  const { iqr, sd } = spreadRatios(Float64Array.from(a), Float64Array.from(a));
  expect([iqr, sd]).toEqual(Array(2).fill({ value: 1, low: 1, high: 1 }));
});
