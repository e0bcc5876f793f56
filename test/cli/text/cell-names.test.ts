import { expect, test } from "vitest";
import { fewNote } from "../../../src/cli/text/cell-names.ts";

test("fewNote(counts, of) says that intervals are missing where one is over fewer than five, but not over none", () => {
  expect(fewNote([200, 4])).toEqual(["no interval of fewer than 5 runs"]);
  expect(fewNote([1], "pairs")).toEqual(["no interval of fewer than 5 pairs"]);
  expect(fewNote([5, 0])).toEqual([]);
});
