import seedrandom from "seedrandom";

/** A 64-bit Philox key, low word first. */
export type Key = readonly [number, number];

/** The key of the stream that `identity` names, e.g. `mmoe/seed=0/run=17/train/x`. */
export function keyOf(identity: string): Key {
  const random = seedrandom(identity);
  return [random.int32() >>> 0, random.int32() >>> 0];
}
