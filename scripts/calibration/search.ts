// npm run search -- [OPTION ...]: trains what configs/calibration/plan.yaml lists, sweep by sweep, with options of `mmoe
// sweep` such as --jobs 1. It can be stopped at any time; the same command resumes. `npm run calibration` then adds what
// was trained.
import { spawnSync } from "node:child_process";
import { readPlan, wordsOf } from "./plan.ts";

for (const job of readPlan()) {
  const { status } = spawnSync("node", ["bin/mmoe.js", ...wordsOf(job), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
