import { expect } from "vitest";

/** Every value within `tolerance` of the expected one, relative to the largest expected (at least 1). */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  const differences = Array.from(expected, (value, i) => Math.abs(actual[i] - value) / scale);
  expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
}

/** Every value within `tolerance` of the expected one, relative to that one. */
export function expectRelative(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [value, wanted] = [actual[i], expected[i]];
    expect(Math.abs(value - wanted), `[${i}]: ${value} for ${wanted}`).toBeLessThanOrEqual(
      tolerance * Math.abs(wanted),
    );
  }
}
