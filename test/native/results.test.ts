// The committed results of the TensorFlow engine.
import { expect, test } from "vitest";
import { mmoe } from "./mmoe.ts";

test.each(["results/methods", "results/methods-single"])("%s is trained again to the same losses", (folder) => {
  const { status, stdout, stderr } = mmoe("verify", folder, "--runs", "2");
  expect(stdout.match(/ (same|alike up to step 500)\n/g)).toHaveLength(2);
  expect([status, stderr]).toEqual([0, expect.stringContaining(" again on tfjs (tensorflow cpu")]);
});
