import { describe, expect, test } from "vitest";
import { labelCovariance } from "../../../src/data/moments.ts";
import { covarianceWithSlope } from "../../src/fit/curve.ts";

const shape = { scale: 0.58, s: [0.9, 2.3, 2.6], beta: [0.3, 1.9, 4] };

describe.each([-0.6, 0, 0.7, 1])("covarianceWithSlope(shape, p, slope) at p = %d", (p) => {
  test("is the labels' covariance", () => {
    const { scale, s, beta } = shape;
    const settings = { inputs: 5, scale, alpha: s.map((value) => value / scale), beta, noiseStd: 0.3 };
    expect(covarianceWithSlope(shape, p, new Float64Array(7))).toBeCloseTo(labelCovariance(settings, p), 14);
  });

  test("has the slope that differences have", () => {
    const at = [shape.scale, ...shape.s, ...shape.beta];
    const slope = new Float64Array(7).fill(9);
    covarianceWithSlope(shape, p, slope);
    for (const [i, own] of slope.entries()) {
      const valueAt = (step: number) => {
        const moved = at.map((value, k) => (k === i ? value + step : value));
        const [scale = 0, ...rest] = moved;
        return covarianceWithSlope({ scale, s: rest.slice(0, 3), beta: rest.slice(3) }, p, new Float64Array(7));
      };
      expect(own).toBeCloseTo((valueAt(1e-5) - valueAt(-1e-5)) / 2e-5, 8);
    }
  });
});
