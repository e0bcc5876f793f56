import { spawnSync } from "node:child_process";
import { UsageError } from "../../errors.ts";
import type { Effects } from "../effects.ts";

/** Submits a job with `input` as its script, and returns its number. Throws UsageError with sbatch's error. */
export function submit(options: readonly string[], env: Effects["env"], input = ""): string {
  const { status, stdout, stderr } = spawnSync("sbatch", ["--parsable", ...options], {
    input,
    env: { ...env },
    encoding: "utf8",
  });
  if (status === null)
    throw new UsageError(
      "can't start sbatch here; leave out --submit to print the script, and submit it on the cluster",
    );
  if (status !== 0) throw new UsageError(stderr.replaceAll("sbatch: error: ", "").trim().split("\n").join("; "));
  return (stdout.split(";")[0] as string).trim(); // NUMBER;CLUSTER if there are several clusters
}
