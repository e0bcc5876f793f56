import { expect, test } from "vitest";
import { attack, FAULTS_OUTSIDE } from "../attack/attack.ts";

test.each(FAULTS_OUTSIDE)("a small attack holds against $name", async (fault) => {
  const [result] = await attack([fault], { note: () => {}, deadline: Number.POSITIVE_INFINITY, seed: "ci", tries: 50 });
  if (result?.lacking !== undefined) console.warn(`${fault.name}: not tried: ${result.lacking}`);
  expect(result?.failures).toEqual([]);
});
