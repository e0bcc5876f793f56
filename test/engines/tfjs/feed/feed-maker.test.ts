import { describe, expect, test } from "vitest";
import { pairCorrelations } from "../../../../src/data/label-correlation.ts";
import type { Run } from "../../../../src/engines/engine.ts";
import { feedOf } from "../../../../src/engines/rows/row-source.ts";
import {
  bytesOf,
  type FeedArrays,
  Room,
  setArrays,
  stepArrays,
} from "../../../../src/engines/tfjs/feed/feed-arrays.ts";
import { FeedMaker } from "../../../../src/engines/tfjs/feed/feed-maker.ts";
import { type Group, groupOf } from "../../../../src/engines/tfjs/groups.ts";
import { MaskSource, masksOf } from "../../../../src/engines/tfjs/model/masks.ts";
import { range } from "../../../support/reference.ts";
import { fedBatch } from "../../../support/runs.ts";
import { PAIR_DROPOUT, PAIR_MMOE, tinyRun } from "../runs.ts";

type Training = Partial<Run["training"]>;

const [F, B, D, STEPS] = [5, 3, PAIR_MMOE.inputs, 4];
const FIRST = 6;

/** Five sources, of two models at two rates each. */
function groupWith(training: Training): Group {
  const company = (index: number) =>
    [PAIR_MMOE, PAIR_DROPOUT].flatMap((model) =>
      [0.1, 0.02].map((lr) => tinyRun({ index, model }, { ...training, lr })),
    );
  return groupOf(range(F).map(company));
}

/** What two makers of two and three sources make of steps 6 to 9. */
function stepsOf(group: Group): FeedArrays {
  const arrays = new Room().arrays(stepArrays(group), STEPS);
  new FeedMaker(group, { first: 0, end: 2 }).steps(arrays, FIRST, STEPS);
  new FeedMaker(group, { first: 2, end: F }).steps(arrays, FIRST, STEPS);
  return arrays;
}

test("a FeedMaker's fresh rows are those of each source at each step", () => {
  const group = groupWith({ trainRows: "fresh" });
  const { x, y } = stepsOf(group);
  for (const step of range(STEPS)) {
    for (const [f, source] of group.sources.entries()) {
      const { x: ownX, y: ownY } = fedBatch(source, FIRST + step);
      const at = step * F + f;
      expect(x?.subarray(at * B * D, (at + 1) * B * D)).toEqual(ownX);
      expect(y?.subarray(at * B * 2, (at + 1) * B * 2)).toEqual(ownY);
    }
  }
});

describe("with a fixed set", () => {
  const group = groupWith({ trainRows: 17 });

  test("its numbers find the rows of each replica's step among the sets of all sources", () => {
    const sets = new Room().arrays(setArrays(group));
    const maker = new FeedMaker(group, { first: 0, end: F });
    const correlations = range(F).map((f) => maker.sets(sets, f));
    const { numbers } = stepsOf(group);
    for (const [f, source] of group.sources.entries()) {
      const { sets: own } = feedOf(source);
      expect(correlations[f]).toEqual(pairCorrelations(own.train?.y as Float32Array, 2));
      expect(sets["heldout/y"]?.subarray(f * 19 * 2, (f + 1) * 19 * 2)).toEqual(own.heldout.y);
      const { x: ownX } = fedBatch(source, FIRST + 1);
      for (const rate of range(2)) {
        const r = F * 2 * 1 + f * 2 + rate; // of the second step
        const rows = Array.from(numbers?.subarray(r * B, (r + 1) * B) ?? []);
        expect(rows.flatMap((row) => Array.from(sets["train/x"]?.subarray(row * D, (row + 1) * D) ?? []))).toEqual(
          Array.from(ownX),
        );
      }
    }
  });

  test("its masks are those of each run", () => {
    const arrays = stepsOf(group);
    const R = 2 * F;
    const source = new MaskSource(group.runs.slice(R));
    const masks = masksOf(PAIR_DROPOUT, R, B, 1);
    expect(masks).not.toHaveLength(0);
    for (const mask of masks) {
      const size = mask.shape.reduce((product, n) => product * n, 1);
      const expected = new Float32Array(size);
      source.fill(expected, mask, FIRST + 2);
      expect(arrays[mask.name]?.subarray(2 * size, 3 * size)).toEqual(expected);
    }
  });

  test("bytesOf(stepArrays(group)) counts numbers and masks", () => {
    const { layers } = PAIR_DROPOUT.experts;
    const experts = PAIR_DROPOUT.experts.shared * layers.reduce((sum, units) => sum + units, 0);
    const towers = 2 * PAIR_DROPOUT.tower.layers.reduce((sum, units) => sum + units, 0);
    expect(bytesOf(stepArrays(group))).toBe(4 * 2 * F * B * (1 + experts + towers));
  });
});
