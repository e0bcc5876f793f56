import { afterAll, expect, test } from "vitest";
import { Room, setArrays, stepArrays } from "../../../src/engines/tfjs/feed-arrays.ts";
import { FeedCrew } from "../../../src/engines/tfjs/feed-crew.ts";
import { FeedMaker } from "../../../src/engines/tfjs/feed-maker.ts";
import { groupOf } from "../../../src/engines/tfjs/grouping.ts";
import { range } from "../../support/reference.ts";
import { tinyRun } from "./runs.ts";

const crew = new FeedCrew(3);
afterAll(() => crew.dispose());

const groupOfSources = (F: number, training = {}) => groupOf(range(F).map((index) => [tinyRun({ index }, training)]));

test.each([1, 2, 7])("a crew of three makes what one maker makes, of %i sources", async (F) => {
  const group = groupOfSources(F);
  const [made, expected] = [new Room(stepArrays(group), 5).part(0, 5), new Room(stepArrays(group), 5).part(0, 5)];
  const [sets, expectedSets] = [new Room(setArrays(group)).part(0, 1), new Room(setArrays(group)).part(0, 1)];
  crew.begin(group);
  const correlations = new Map<number, number>();
  for (const i of range(3)) for (const [source, value] of await crew.sets(sets, i)) correlations.set(source, value);
  await crew.steps(made, 9, 5);

  const maker = new FeedMaker(group, { first: 0, end: F });
  const expectedCorrelations = range(F).map((f) => maker.sets(expectedSets, f));
  maker.steps(expected, 9, 5);
  expect(made).toEqual(expected);
  expect(sets).toEqual(expectedSets);
  expect(range(F).map((f) => correlations.get(f))).toEqual(expectedCorrelations);
  expect(await crew.sets(sets, F)).toEqual([]);
});

test("steps asked for while others are made come in the order asked", async () => {
  const group = groupOfSources(4, { trainRows: "fresh" });
  crew.begin(group);
  const [long, short] = [new Room(stepArrays(group), 300).part(0, 300), new Room(stepArrays(group), 1).part(0, 1)];
  const order: string[] = [];
  await Promise.all([
    crew.steps(long, 1, 300).then(() => order.push("long")),
    crew.steps(short, 301, 1).then(() => order.push("short")),
  ]);
  expect(order).toEqual(["long", "short"]);
});

test("a crew that ends tells those who wait", async () => {
  const ending = new FeedCrew(2);
  const group = groupOfSources(2, { trainRows: "fresh" });
  ending.begin(group);
  const waiting = ending.steps(new Room(stepArrays(group), 9).part(0, 9), 1, 9);
  const told = expect(waiting).rejects.toThrow("a thread that makes rows ended");
  await ending.dispose();
  await told;
});
