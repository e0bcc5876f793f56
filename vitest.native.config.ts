import { defineConfig } from "vitest/config";
import { inCi } from "./test/support/in-ci.ts";

// What needs TensorFlow's binding: made from nothing first, some 300 MB from npm and PyPI, unless MMOE_CUDA_HOME has one.
export default defineConfig({
  test: {
    include: ["test/native/**/*.test.ts"],
    globalSetup: "test/native/set-up.ts",
    execArgv: ["--expose-gc"], // memory is measured without JavaScript's garbage
    server: { deps: { external: [/\/mmoe-test-/] } }, // users' files: Node loads them, as it will
    fileParallelism: false, // TensorFlow takes all cores
    testTimeout: 300_000,
    hookTimeout: 300_000,
    ...inCi("test-report-native.json"),
  },
});
