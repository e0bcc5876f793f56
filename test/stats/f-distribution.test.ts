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
