import { expect, test } from "vitest";
import { listed } from "../../src/listed.ts";

test("listed(words) joins them as in a sentence", () => {
  expect([listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])]).toEqual(["a", "a and b", "a, b and c"]);
});
