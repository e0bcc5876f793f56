import fc from "fast-check";
import { expect, test } from "vitest";
import { areUndominated, hypervolume, reachOf } from "../../src/stats/pareto.ts";

const SIDE = 24;
/** Losses on a lattice, so that counting its cells is exact, and many are equal. */
const points = (K: number) =>
  fc.array(fc.tuple(...Array.from({ length: K }, () => fc.integer({ min: 0, max: SIDE + 3 }))), {
    minLength: 1,
    maxLength: 9,
  });

/** Cells of the lattice below (SIDE, ..., SIDE) that are above some point. */
function counted(all: readonly (readonly number[])[], K: number): number {
  let count = 0;
  for (let cell = 0; cell < SIDE ** K; cell++) {
    const at = Array.from({ length: K }, (_, k) => Math.floor(cell / SIDE ** k) % SIDE);
    if (all.some((point) => point.every((value, k) => value <= at[k]))) count++;
  }
  return count;
}

test.each([2, 3])("hypervolume(points, reference) of %d losses is the count of dominated cells", (K) => {
  fc.assert(
    fc.property(points(K), (all) => {
      expect(hypervolume(all, new Array(K).fill(SIDE))).toBe(counted(all, K));
    }),
    { numRuns: 60 },
  );
});

test("areUndominated(points) is the definition: none is as low everywhere and lower in the sum", () => {
  const sum = (point: readonly number[]) => point.reduce((all, value) => all + value, 0);
  fc.assert(
    fc.property(points(3), (all) => {
      const found = all.map((point) => {
        const better = all.filter((other) => Math.max(...other.map((value, k) => value - point[k])) <= 0);
        return better.every((other) => sum(other) === sum(point));
      });
      expect(areUndominated(all)).toEqual(found);
    }),
  );
});

test("reachOf(front, point) is how much longer the ray through the point is where it meets the front", () => {
  const front = [
    [4, 1],
    [3, 3], // behind the line between its neighbours, and not dominated
    [1, 4],
  ];
  expect(reachOf(front, [2, 2])).toBeCloseTo(1.5, 12); // at (3, 3)
  expect(reachOf(front, [1, 2])).toBeCloseTo(1.8, 12); // at (1.8, 3.6), where 2 y = 9 - x
  expect(reachOf(front, [8, 1])).toBeCloseTo(1, 12); // right of (4, 1), whose second loss it has
  expect(reachOf(front, [10, 2])).toBeCloseTo(0.5, 12);
  expect(reachOf([[4, 1, 1], front[2].concat(1)], [2, 2, 1])).toBe(2); // no line joins points of three losses
});
