// What `npm run mutants` runs on each mutant: some tests, without what a whole run prepares.
import type { RunnerTestCase } from "vitest";
import { defineConfig } from "vitest/config";
import type { Reporter } from "vitest/node";
import { STAND_INS } from "../test/support/fresh-dist.ts";

const MINUTE = 60_000;
const include = (process.env.MMOE_MUTANTS_TESTS ?? "test/stats/**/*.test.ts").split(",");

/** A test file that does not load has no test, and StrykerJS 9 says that it noticed nothing: it gets a test that failed. */
const notLoaded: Reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      const { task: file } = module as unknown as { task: RunnerTestCase["file"] };
      if (file.result?.state !== "fail" || file.tasks.length > 0) continue;
      file.tasks.push({ ...file, type: "test", name: "loads", file } as unknown as RunnerTestCase);
    }
  },
};

export default defineConfig({
  test: {
    include,
    alias: STAND_INS,
    reporters: ["default", notLoaded],
    testTimeout: 2 * MINUTE,
    hookTimeout: 2 * MINUTE,
  },
});
