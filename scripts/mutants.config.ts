// What `npm run mutants` runs on each mutant: some tests, without what a whole run prepares.
import { defineConfig } from "vitest/config";
import { STAND_INS } from "../test/support/fresh-dist.ts";

const MINUTE = 60_000;
const include = (process.env.MMOE_MUTANTS_TESTS ?? "test/stats/**/*.test.ts").split(",");

export default defineConfig({
  test: { include, alias: STAND_INS, testTimeout: 2 * MINUTE, hookTimeout: 2 * MINUTE },
});
