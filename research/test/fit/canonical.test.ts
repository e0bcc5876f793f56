import { describe, expect, test } from "vitest";
import { labelCorrelation, ladder } from "../../../src/data/moments.ts";
import { canonical } from "../../src/fit/canonical.ts";

describe("canonical(settings)", () => {
  const settings = { inputs: 3, scale: 0.5, alpha: [7, -2, 4], beta: [8, 0.25, -1], noiseStd: 0.2 };
  const { alpha, beta, ...rest } = canonical(settings);

  test("orders the sines by frequency, all positive, the slowest's phase at most pi", () => {
    expect(alpha).toEqual([2, 4, 7]);
    expect(beta).toEqual([2.8916, 5.2832, 1.7168]);
    expect(rest).toEqual({ inputs: 3, scale: 0.5, noiseStd: 0.2 });
  });

  test.each([
    ["labels", settings],
    ["mirrored labels", { ...settings, beta: settings.beta.map((b) => -b) }],
  ])("is the same for the same %s, with the same label correlations and ladder", (_, other) => {
    expect(canonical(other)).toEqual({ alpha, beta, ...rest });
    expect(labelCorrelation(other, 0.8)).toBeCloseTo(labelCorrelation({ alpha, beta, ...rest }, 0.8), 4);
    for (const [j, rung] of ladder(other).entries()) expect(rung).toBeCloseTo(ladder({ alpha, beta, ...rest })[j], 4);
  });

  test("rounds to four decimals", () => {
    expect(canonical({ ...settings, scale: 0.123456 }).scale).toBe(0.1235);
  });
});
