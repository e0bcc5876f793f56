import { spawnSync } from "node:child_process";
import { UsageError } from "../../errors.ts";
import type { Effects } from "../effects.ts";

/** Submits a job, `input` as its script, and gives its number. Throws UsageError with what sbatch says against it. */
export function submit(options: readonly string[], env: Effects["env"], input = ""): string {
  const { status, stdout, stderr } = spawnSync("sbatch", ["--parsable", ...options], {
    input,
    env: { ...env },
    encoding: "utf8",
  });
  if (status === null)
    throw new UsageError("sbatch can't be started here; without --submit the script is printed, to take there");
  if (status !== 0) throw new UsageError(stderr.replaceAll("sbatch: error: ", "").trim().split("\n").join("; "));
  return (stdout.split(";")[0] as string).trim(); // NUMBER;CLUSTER where there are several clusters
}
