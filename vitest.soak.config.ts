import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { inCi } from "./test/support/in-ci.ts";

/** The built program, killed, stopped and crowded again and again: what takes long by its nature. */
export default defineConfig({
  test: {
    include: ["test/soak/**/*.test.ts"],
    env: { XDG_CACHE_HOME: fileURLToPath(new URL("test-output/cache", import.meta.url)) }, // not the user's
    testTimeout: 600_000,
    hookTimeout: 600_000, // the machine may be busy
    ...inCi("test-report-soak.json"),
  },
});
