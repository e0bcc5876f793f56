import { UsageError } from "../../errors.ts";
import { shellQuoted } from "../../shell.ts";
import { version } from "../../version.ts";
import { clusterName } from "./names.ts";

/** A sweep as a Slurm job array: each task trains one shard. */
export interface SlurmJob {
  readonly name: string;
  /** Absolute path of the folder that the sweep is started in, and that its logs go to. */
  readonly folder: string;
  /** The results folder. */
  readonly out: string;
  /** Shell text that starts mmoe. */
  readonly mmoe: string;
  /** Arguments of `mmoe sweep`, without the shard. */
  readonly words: readonly string[];
  readonly tasks: number;
  /** How many may run at a time; undefined for all. */
  readonly atOnce?: number | undefined;
  /** Time limit of a task, in Slurm's format. */
  readonly time: string;
  /** Seconds before that limit at which Slurm sends SIGTERM. */
  readonly warnSeconds: number;
  readonly partition?: string | undefined;
  readonly cpus: number;
  readonly gpus: number;
  /** How often a stopped task is requeued. */
  readonly restarts: number;
  /** Further options of sbatch, such as `account=lab`. */
  readonly extra: readonly string[];
}

/** Merging reads journals and writes CSV: seconds for most sweeps. */
const MERGE_TIME = "30:00";

/** The batch script of the array. Throws UsageError for a name that Slurm can't write a log under. */
export function slurmScript(job: SlurmJob): string {
  checkNames(job);
  const { folder, mmoe, words, tasks, restarts } = job;
  const directives = Object.entries(arrayOptions(job)).map(([key, value]) => directive(key, value));
  const sweep = [mmoe, "sweep", ...words.map(shellQuoted), "--shard", `"$SLURM_ARRAY_TASK_ID/${tasks}"`].join(" ");
  const merge = mergeOptions(job, "ARRAY_JOB_ID").map(shellQuoted).join(" ");
  return `#!/bin/bash
${[...directives, ...job.extra.map((option) => directive(...keyAndValue(option)))].join("\n")}
#
# Printed by mmoe ${version} slurm. This job, to be submitted behind the array, says whether the sweep is whole:
#   sbatch ${merge}
# Shards are counted in this file: \`sbatch --array=3,7 THIS_FILE\` trains two of them alone.

set -eu
cd -- ${shellQuoted(folder)}
task=\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID # SLURM_JOB_ID is, for one of the tasks, the whole array

# This shell stays, and hands SIGTERM on, to requeue the task when mmoe has stopped: after \`exec mmoe\` nobody could. It
# has to hand it on: ahead of the time limit, and always under proctrack/cgroup, Slurm signals the shell alone.
trap 'kill -TERM $(jobs -p) || true' TERM
${sweep} &
while :; do
  wait $! && code=0 || code=$? # the signal ends the wait, not mmoe
  kill -0 $! 2> /dev/null || break
done

# 75: mmoe stopped and kept what is finished; 143: the signal came before mmoe could listen; 137: mmoe was killed, as where
# memory is short, and what is finished is kept too. Requeued, the task goes on. A job that was cancelled, or that Slurm is
# requeuing already, is not RUNNING any more and is left alone.
if [ "$code" = 75 ] || [ "$code" = 143 ] || [ "$code" = 137 ]; then
  if [ "\${SLURM_RESTART_COUNT:-0}" -ge ${restarts} ]; then
    echo "mmoe: restarted ${restarts} times and not done: submit the script again to go on" >&2
  elif [ "$(squeue --all --noheader --jobs "$task" --format %T)" = RUNNING ]; then
    scontrol requeue "$task"
  fi
fi
exit "$code"
`;
}

/** Arguments of sbatch for the job that merges and checks the results when every task of `array` has ended. */
export function mergeOptions(job: SlurmJob, array: string): string[] {
  const { folder, out, mmoe, partition, extra } = job;
  return [
    `--dependency=afterany:${array}`,
    `--job-name=${jobName(job)}-merge`,
    `--time=${MERGE_TIME}`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...extra.map((option) => `--${option}`),
    `--output=${logs(folder)}/%x-%j.log`,
    "--wrap",
    `cd -- ${shellQuoted(folder)} && exec ${mmoe} merge ${shellQuoted(out)}`,
  ];
}

export function jobName({ name }: SlurmJob): string {
  return `mmoe-${name}`;
}

function arrayOptions(job: SlurmJob): Record<string, string | undefined> {
  const { folder, tasks, atOnce, time, warnSeconds, partition, cpus, gpus } = job;
  return {
    "job-name": jobName(job),
    array: `1-${tasks}${atOnce === undefined ? "" : `%${atOnce}`}`,
    time,
    ...(partition !== undefined && { partition }),
    nodes: "1",
    ntasks: "1",
    "cpus-per-task": String(cpus),
    ...(gpus > 0 && { gres: `gpu:${gpus}` }),
    signal: `B:TERM@${warnSeconds}`,
    requeue: undefined,
    "open-mode": "append",
    output: `${logs(folder)}/%x-%A_%a.log`,
  };
}

/** In a log's name Slurm expands %. */
function logs(folder: string): string {
  return folder.replaceAll("%", "%%");
}

function keyAndValue(option: string): [string, string?] {
  const at = option.indexOf("=");
  return at < 0 ? [option] : [option.slice(0, at), option.slice(at + 1)];
}

/** A line that sbatch reads as an option; it knows double quotes and backslashes. */
function directive(key: string, value?: string): string {
  if (value === undefined) return `#SBATCH --${key}`;
  return `#SBATCH --${key}=${/^[\w./,:=@%+-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`}`;
}

/** Refuses values that the script can't hold or keep. */
function checkNames({ folder, out, mmoe, partition, extra }: SlurmJob): void {
  clusterName("the working folder", folder, "path");
  clusterName("--out", out, "path");
  clusterName("--mmoe", mmoe, "command");
  if (partition !== undefined) clusterName("--partition", partition, "partition");
  for (const option of extra) clusterName("--sbatch", option, "sbatchOption");
  if (/^(npx|npm)\b/.test(mmoe)) {
    throw new UsageError(
      `--mmoe ${mmoe}: npm passes no signal on, so tasks could not stop in time; give node_modules/.bin/mmoe`,
    );
  }
  if (folder.includes("\\"))
    throw new UsageError(
      `${folder}: Slurm can't write logs to a folder with '\\' in its name; start in another folder`,
    );
}
