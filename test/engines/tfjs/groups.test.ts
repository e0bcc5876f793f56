import { describe, expect, test } from "vitest";
import type { Run } from "../../../src/engines/engine.ts";
import { type Group, type Grouping, groupOf, groupsOf } from "../../../src/engines/tfjs/groups.ts";
import { range } from "../../support/reference.ts";
import { PAIR_DEEP, PAIR_MMOE, PAIR_OMOE, tinyRun } from "./runs.ts";

const RATES = [0.1, 0.02] as const;

/** What is to be trained at each index: MMoE at two rates, OMoE at both too. */
const company = (index: number): Run[] =>
  [PAIR_MMOE, PAIR_OMOE].flatMap((model) => RATES.map((lr) => tinyRun({ index, model }, { lr })));

/** The places in `runs` of each group's runs. */
const placesIn = (runs: readonly Run[], groups: readonly Group[]) =>
  groups.map((group) => group.runs.map((run) => runs.indexOf(run)));
const runsOf = (runs: readonly Run[], grouping: Grouping) => placesIn(runs, groupsOf(runs, grouping));

test("groupOf(companies) has one model's runs after the other's, and each replica's place among the rows", () => {
  const [a, b] = [company(0), company(1)];
  expect(groupOf([a, b])).toEqual({
    models: [PAIR_MMOE, PAIR_OMOE],
    runs: [a[0], a[1], b[0], b[1], a[2], a[3], b[2], b[3]],
    sources: [a[0], b[0]],
    places: [0, 0, 1, 1],
  });
});

describe("groupsOf(runs, { mixed: false })", () => {
  const placesOf = (runs: readonly Run[], sizeOf: Grouping["sizeOf"]) => runsOf(runs, { sizeOf, mixed: false });

  test("puts runs of one model and one setting together, in the order given", () => {
    const runs = [
      tinyRun(),
      tinyRun({ model: PAIR_OMOE }),
      tinyRun({ index: 1 }),
      tinyRun({}, { lr: 0.001 }),
      tinyRun({ index: 2 }),
    ];
    expect(placesOf(runs, () => 2)).toEqual([[0, 2], [1], [3], [4]]);
  });

  test("asks for the size of each kind of run", () => {
    const runs = range(6).map((index) => tinyRun(index < 3 ? { index } : { index, model: PAIR_OMOE }));
    const groups = placesOf(runs, ([run]) => (run?.model === PAIR_OMOE ? 1 : 5));
    expect(groups.map(({ length }) => length)).toEqual([3, 1, 1, 1]);
  });

  test("makes equal groups of a kind rather than one of few runs", () => {
    const runs = [...range(9).map((index) => tinyRun({ index })), tinyRun({ model: PAIR_OMOE })];
    expect(placesOf(runs, () => 4).map(({ length }) => length)).toEqual([3, 3, 3, 1]);
  });
});

describe("groupsOf(runs, { mixed: true })", () => {
  const placesOf = (runs: readonly Run[], sizeOf: Grouping["sizeOf"]) => runsOf(runs, { sizeOf, mixed: true });

  test("puts all models and rates of the same rows into one group, several of them as far as they go", () => {
    const runs = range(3).flatMap(company);
    expect(placesOf(runs, () => 2)).toEqual([
      [0, 1, 4, 5, 2, 3, 6, 7],
      [8, 9, 10, 11],
    ]);
  });

  test("shares no rows between correlations, numbers of tasks, seeds or settings", () => {
    const others = [
      tinyRun({ correlation: 0.9 }),
      tinyRun({ model: { ...PAIR_MMOE, tasks: 3 } }),
      tinyRun({ seed: 1 }),
      tinyRun({}, { steps: 5 }),
      tinyRun({}, { initializer: { name: "he-uniform" } }),
    ];
    for (const other of others) {
      const [group] = groupsOf([tinyRun(), other], { sizeOf: () => 2, mixed: true });
      expect(group?.sources).toHaveLength(group?.runs.length);
    }
  });

  test("keeps apart models that lack each other's rates, as after half of a sweep", () => {
    const runs = company(0).slice(1);
    expect(placesOf(runs, () => 4)).toEqual([[0], [1, 2]]);
  });

  test("puts runs at different rates together that have rows of their own", () => {
    const runs = [tinyRun(), tinyRun({ index: 1 }, { lr: 0.001 })];
    expect(placesOf(runs, () => 4)).toEqual([[0, 1]]);
  });

  test("divides what is too large: by models first, then by rates", () => {
    const runs = range(2).flatMap(company);
    const most = (count: number) => placesOf(runs, ({ length }) => Math.floor(count / length));
    expect(most(2)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ]);
    expect(most(1)).toEqual(range(8).map((i) => [i]));
  });

  test("keeps together as many models of a company as fit", () => {
    const models = [PAIR_MMOE, PAIR_OMOE, PAIR_DEEP, { ...PAIR_DEEP, name: "other" }, { ...PAIR_MMOE, name: "last" }];
    const runs = models.map((model) => tinyRun({ model }));
    expect(placesOf(runs, ({ length }) => Math.floor(3 / length))).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });

  test("has every run of a resumed sweep in one group, once", () => {
    const runs = [...range(5).flatMap(company), tinyRun({ model: PAIR_DEEP })].filter((_, i) => i % 3 !== 1);
    const groups = placesOf(runs, ({ length }) => Math.floor(7 / length));
    expect(groups.flat().sort((a, b) => a - b)).toEqual(range(runs.length));
  });
});
