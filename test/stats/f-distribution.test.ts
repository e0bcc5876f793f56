import { expect, test } from "vitest";
import { fUpperTail } from "../../src/stats/f-distribution.ts";
import { expectRelative } from "../support/close.ts";
import { GOLDEN } from "./golden/golden.ts";

test("fUpperTail(f, between, within) agrees with SciPy", () => {
  const [cases, expected] = GOLDEN.fUpperTail as [[number, number, number][], number[]];
  expectRelative(
    cases.map((one) => fUpperTail(...one)),
    expected,
    1e-10,
  );
});

test("fUpperTail is 1 at zero and 0 at infinity", () => {
  expect([0, Number.POSITIVE_INFINITY].map((f) => fUpperTail(f, 2, 7))).toEqual([1, 0]);
});

test("fUpperTail(f, 2, within) is (1 + 2 f / within)^(-within / 2), close to 1 and far out too", () => {
  const cases = [1e-3, 0.02, 0.7, 3, 40].flatMap((f) => [3, 40, 10_000].map((within) => [f, within] as const));
  expectRelative(
    cases.map(([f, within]) => fUpperTail(f, 2, within)),
    cases.map(([f, within]) => Math.exp((-within / 2) * Math.log1p((2 * f) / within))),
    1e-11,
  );
});
