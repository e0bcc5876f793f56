import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Span, withRoom } from "../../../src/figures/draw/scale.ts";

const spans = fc
  .array(fc.record({ middle: fc.integer({ min: 0, max: 200 }), half: fc.integer({ min: 1, max: 15 }) }), {
    maxLength: 9,
  })
  .map((some) => some.sort((a, b) => a.middle - b.middle));

describe("withRoom(spans, apart)", () => {
  test("shows the last label, and only labels that are apart", () => {
    fc.assert(
      fc.property(spans, (all) => {
        const shown = withRoom(all, 3);
        const left = all.filter((_, i) => shown[i]);
        expect(shown.at(-1)).toBe(all.length > 0 ? true : undefined);
        for (const [i, { middle, half }] of left.entries()) {
          const before = left[i - 1];
          if (before) expect(middle - half - before.middle - before.half).toBeGreaterThanOrEqual(3);
        }
      }),
    );
  });

  const at = (...middles: number[]): Span[] => middles.map((middle) => ({ middle, half: 5 }));

  test("shows the first label rather than one between that would touch it", () => {
    expect(withRoom(at(0, 11, 40), 2)).toEqual([true, false, true]);
    expect(withRoom(at(0, 12, 40), 2)).toEqual([true, true, true]);
  });

  test("leaves out the first label where it touches the last, and of those between, the lower first", () => {
    expect(withRoom(at(0, 5, 11), 2)).toEqual([false, false, true]);
    expect(withRoom(at(0, 20, 28, 40), 2)).toEqual([true, false, true, true]);
  });
});
