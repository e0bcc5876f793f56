// Folds and drawn splits of a table by groups and strata: disjoint, whole, and determined by the run.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawnMarks, foldOf, foldSpan, splitKey } from "../../src/data/split.ts";
import type { PartsBy, TableReading } from "../../src/data/table.ts";

const [TRAINING, TEST, VALIDATION] = [0, 1, 2];

/** The part of each row in a run, of rows with these places. */
function marksOf(by: PartsBy["by"], places: readonly number[], run: number, reading: TableReading): number[] {
  const identity = { seed: 3, run };
  const how = { by, heldout: 0.3, key: splitKey(reading, identity), fold: foldOf(reading, identity) };
  return [...(drawnMarks(Uint32Array.from(places), how) as Uint8Array)];
}

/** Rows of some values, each of which some row has. */
const placesOf = (most: number) =>
  fc
    .array(fc.nat(most - 1), { minLength: 4 * most, maxLength: 8 * most })
    .map((some) => [...some, ...Array.from({ length: most }, (_, place) => place)]);

describe("folds", () => {
  const [k, reading] = [4, { folds: 4, split: 0 }];
  const folds = (by: PartsBy["by"], places: readonly number[], repeat: number) =>
    Array.from({ length: k }, (_, fold) => marksOf(by, places, repeat * k + fold, reading));

  test("of groups test each row once per repeat, and no group is in two parts of a run", () => {
    fc.assert(
      fc.property(placesOf(11), fc.nat(3), (places, repeat) => {
        const runs = folds("group", places, repeat);
        for (const n of places.keys()) expect(runs.filter((marks) => marks[n] === TEST)).toHaveLength(1);
        for (const marks of runs) {
          const partOf = new Map(places.map((place, n) => [place, marks[n]]));
          expect(marks).toEqual(places.map((place) => partOf.get(place)));
          expect(new Set(marks)).toEqual(new Set([TRAINING, TEST, VALIDATION]));
        }
        const largest = Math.max(...places.map((place) => places.filter((other) => other === place).length));
        const sizes = runs.map((marks) => marks.filter((mark) => mark === TEST).length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(largest);
      }),
      { numRuns: 40 },
    );
  });

  test("of strata test each row once per repeat, and have their shares of each value but for a row", () => {
    fc.assert(
      fc.property(placesOf(3), fc.nat(3), (places, repeat) => {
        const runs = folds("stratify", places, repeat);
        for (const n of places.keys()) expect(runs.filter((marks) => marks[n] === TEST)).toHaveLength(1);
        for (const value of [0, 1, 2]) {
          const rows = places.filter((place) => place === value).length;
          for (const marks of runs) {
            const tested = places.filter((place, n) => place === value && marks[n] === TEST).length;
            expect(Math.abs(tested - rows / k)).toBeLessThan(1);
          }
        }
        const sizes = runs.map((marks) => marks.filter((mark) => mark === TEST).length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 40 },
    );
  });

  test("of N rows are all of them, and differ by a row at most", () => {
    for (const N of [7, 20, 203]) {
      const spans = [0, 1, 2, 3, 4].map((fold) => foldSpan(N, { fold, folds: 5 }));
      expect(spans.map(({ first }) => first)).toEqual(
        spans.map((_, i) => spans.slice(0, i).reduce((sum, { count }) => sum + count, 0)),
      );
      expect(spans.reduce((sum, { count }) => sum + count, 0)).toBe(N);
      expect(Math.max(...spans.map(({ count }) => count)) - Math.min(...spans.map(({ count }) => count))).toBe(
        N % 5 ? 1 : 0,
      );
    }
  });

  test("are those of the run's number, whatever the sweep's seed; each repeat draws others, and each fold its own validation rows", () => {
    const places = Array.from({ length: 120 }, (_, n) => (n * 7) % 30);
    const key = (seed: number, run: number) => splitKey(reading, { seed, run });
    expect(key(1, 3)).toEqual(key(2, 0));
    expect(key(1, 4)).not.toEqual(key(1, 3));
    expect(marksOf("group", places, 4, reading)).not.toEqual(marksOf("group", places, 0, reading));
    for (const by of ["group", "stratify"] as const) {
      const validated = folds(by, places, 0).map((marks) => marks.map((mark) => mark === VALIDATION).join());
      expect(new Set(validated).size).toBe(k);
    }
  });
});

test("a split by groups or strata that each run draws is of its seed and number; a seed of the split is of all runs", () => {
  const places = Array.from({ length: 120 }, (_, n) => (n * 7) % 30);
  for (const by of ["group", "stratify"] as const) {
    const [first, second] = [0, 1].map((run) => marksOf(by, places, run, { split: "run" }));
    expect(first).not.toEqual(second);
    expect(marksOf(by, places, 1, { split: 5 })).toEqual(marksOf(by, places, 0, { split: 5 }));
  }
});
