import { spawnSync } from "node:child_process";
import { defineConfig, type TestUserConfig } from "vitest/config";
import { STAND_INS } from "./test/support/fresh-dist.ts";
import { inCi } from "./test/support/in-ci.ts";

/** A temporary folder of the run's own. */
const TEMPORARY = "test/support/temporary.ts";
const MINUTE = 60_000;
const within = (minutes: number, hookMinutes = minutes) => ({
  testTimeout: minutes * MINUTE,
  hookTimeout: hookMinutes * MINUTE, // some install what they need
});
const USERS_FILES = { deps: { external: [/\/mmoe-test-/] } }; // Node loads them, as it will

/** Every day's tests of models in Python, where they are skipped: there, no Python has NumPy. */
function skippedEveryDay(): string[] {
  const python = process.env.MMOE_TEST_PYTHON ?? "python3";
  if (spawnSync(python, ["-c", "import numpy"]).status === 0) return [];
  return ["test/engines/process/python-*.test.ts", "test/cli/python-models.test.ts"];
}

/** Tests that need more than Node, or long, each in a folder of its name: `vitest run --mode soak`. */
const TIERS = {
  /** The built program, killed, stopped and crowded again and again: what takes long by its nature. */
  soak: { alias: STAND_INS, ...within(10) },
  /** What is committed as it is, by whichever programs, and the numbers and outputs of it in the pages. */
  results: { isolate: false, fileParallelism: false, alias: STAND_INS, ...within(5) },
  /** The search for the paper's setting, which no part of mmoe knows. Its files share the results that they read. */
  research: { include: ["research/test/**/*.test.ts"], isolate: false, fileParallelism: false, ...within(5) },
  /** What a user has of the package: its tarball, installed away from the checkout. */
  packed: within(5, 10),
  /** Native kernels as they are compiled for people: by sanitizers, zig and no compiler. An emulator and compilers are slow. */
  kernels: { fileParallelism: false, ...within(10) },
  /** A Slurm cluster, which they start on this machine: scripts/slurm. */
  slurm: within(2.5, 4),
  /** Debian's Chromium and Firefox: scripts/install-browsers.sh. Pictures of whole pages, drawn without a graphics card. */
  browser: { isolate: false, ...within(5) },
  /** The site, which is built first, in the same browsers. */
  site: { globalSetup: [TEMPORARY, "test/site/set-up.ts"], fileParallelism: false, ...within(5) },
  /** PyTorch, JAX, pandas and others from PyPI, in a virtual environment that is made first. */
  python: {
    globalSetup: [TEMPORARY, "test/python/set-up.ts"],
    get include() {
      return ["test/python/**/*.test.ts", ...skippedEveryDay()];
    },
    alias: STAND_INS,
    ...within(10),
  },
  /** TensorFlow's binding: made from nothing first, some 300 MB from npm and PyPI, unless MMOE_CUDA_HOME has one. */
  native: {
    globalSetup: [TEMPORARY, "test/native/set-up.ts"],
    execArgv: ["--expose-gc"], // memory is measured without JavaScript's garbage
    server: USERS_FILES,
    fileParallelism: false, // TensorFlow takes all cores
    ...within(10),
  },
} satisfies Record<string, TestUserConfig>;

/** All that needs Node alone. */
function everyDay(): TestUserConfig {
  const tiers = Object.keys(TIERS).map((tier) => `test/${tier}/**`);
  const alone = "test/**/*.alone.test.ts"; // change their process: a mock, the environment, the working folder
  const globalSetup = [TEMPORARY, "test/support/fresh-dist.ts"];
  return {
    projects: [
      { extends: true, test: { name: "structure", include: ["test/structure/**/*.test.ts"] } }, // needs no build
      { extends: true, test: { name: "alone", include: [alone], exclude: tiers, globalSetup } },
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: [alone, "test/structure/**", ...tiers],
          globalSetup,
          isolate: false, // they share what they import
        },
      },
    ],
    execArgv: ["--max-semi-space-size=64"], // MB: a tenth less processor time, which collected short-lived garbage
    maxWorkers: "100%", // many tests wait for processes that they start
    server: USERS_FILES,
    alias: STAND_INS,
    ...within(5), // some train a sweep, and the machine may be busy
  };
}

/** `mode` is vitest's `test` if none is given. */
export default defineConfig(({ mode }) => {
  const tier = (TIERS as Record<string, TestUserConfig>)[mode];
  if (tier === undefined && mode !== "test")
    throw new Error(`--mode: expected one of ${Object.keys(TIERS).join(", ")}, got '${mode}'`);
  const report = tier ? `test-report-${mode}.json` : "test-report.json";
  return {
    test: {
      ...(tier ? { include: [`test/${mode}/**/*.test.ts`], globalSetup: TEMPORARY, ...tier } : everyDay()),
      update: "none", // a snapshot that is missing fails; -u writes it
      ...inCi(report),
    },
  };
});
