import { expect, test } from "vitest";
import { compactPath } from "../../src/report/compact.ts";

test("compactPath(d) keeps a line's corners, each as its way from the one before", () => {
  expect(compactPath("M1.04,20L3,4.5L2.5,9")).toBe("M1 20l2-15.5-.5 4.5");
});

test("compactPath(d) drops corners that nobody sees, and none farther than .2 points off", () => {
  expect(compactPath("M0,0L5,0.06L10,0")).toBe("M0 0l10 0");
  expect(compactPath("M0,0L5,0.21L10,0")).toBe("M0 0l5 .2 5-.2");
});

test("compactPath(d) adds up no rounding over a long line", () => {
  const ups = Array.from({ length: 101 }, (_, i) => `${i * 1.26},${i % 2}`);
  const steps = compactPath(`M${ups.join("L")}`).match(/-?\d*\.?\d+/g) ?? [];
  const xs = steps.map(Number).filter((_, i) => i % 2 === 0);
  expect(xs).toHaveLength(101);
  expect(xs.reduce((sum, x) => sum + x, 0)).toBeCloseTo(126, 6);
});

test("compactPath(d) closes what was closed, and starts each piece at its own place", () => {
  expect(compactPath("M0,0L4,0L4,3ZM7,7L9,8")).toBe("M0 0l4 0 0 3ZM7 7l2 1");
});

test("compactPath(d) leaves paths of other pieces as they are", () => {
  for (const d of ["M2.11,0A2.11,2.11,0,1,1,-2.11,0", "M24 135h61.87"]) expect(compactPath(d)).toBe(d);
});

test("compactPath(d) keeps lines without length, which are dots", () => {
  expect(compactPath("M1,2.04L1,2.04M3,4L3,4")).toBe("M1 2h0M3 4h0");
});
