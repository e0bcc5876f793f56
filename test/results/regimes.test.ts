import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { printed, runMain, temporaryFolder } from "../support/effects.ts";

test("mmoe regimes without a model shows how the committed contestants stand, and trains nothing", async () => {
  const folder = temporaryFolder();
  const all = printed(await runMain(["regimes"]));
  expect(all).toMatch(/^mmoe +\d+\.\d +\d+ +\d+ +-?\d+ +-?\d+$/m);
  const one = printed(await runMain(["regimes", "--only", "few-rows"]));
  expect(one).toMatch(/^mmoe +-\d+\.\d \[-\d+\.\d, -\d+\.\d\] +-\d+ +\d+ +loses$/m);
  expect(existsSync(join(folder, "regimes.csv"))).toBe(false);
});
