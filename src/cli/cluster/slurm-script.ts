import { spawnSync } from "node:child_process";
import { UsageError } from "../../errors.ts";
import { shellQuoted } from "../../text.ts";
import { version } from "../../version.ts";
import type { Effects } from "../command.ts";
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

# Slurm's controller may be busy, or away, just now.
patiently() {
  for pause in 1 3 9; do "$@" && return; sleep $pause; done
  "$@"
}

# 75: mmoe stopped and kept what is finished; 143: the signal came before mmoe could listen; 137: mmoe was killed, as where
# memory is short, and what is finished is kept too. Requeued, the task goes on. A job that was cancelled, or that Slurm is
# requeuing already, is not RUNNING any more and is left alone.
if [ "$code" = 75 ] || [ "$code" = 143 ] || [ "$code" = 137 ]; then
  if [ "\${SLURM_RESTART_COUNT:-0}" -ge ${restarts} ]; then
    echo "mmoe: restarted ${restarts} times and not done: submit the script again to go on" >&2
  elif ! state=$(patiently squeue --all --noheader --jobs "$task" --format %T) ||
    { [ "$state" = RUNNING ] && ! patiently scontrol requeue "$task"; }; then
    echo "mmoe: Slurm did not requeue the task: submit the script again to go on" >&2
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

/** Slurm sends a signal up to a minute earlier than asked; mmoe stops within seconds. */
const WARN_SECONDS = 120;
/** Largest value of --time-limit. */
const LONGEST_SECONDS = 24 * 86_400;

interface StopTimes {
  /** Seconds before the limit at which Slurm is asked to send SIGTERM. */
  readonly warnSeconds: number;
  /**
   * The --time-limit of mmoe itself: it ends before the signal, with its runs, if it knows in time how long they take.
   */
  readonly timeLimit: string;
}

/** When a task must stop that Slurm ends after `text`, the value of `flag`. A short limit is halved. */
export function stopTimes(flag: string, text: string): StopTimes {
  const seconds = slurmSeconds(flag, text);
  const warnSeconds = Math.min(WARN_SECONDS, Math.floor(seconds / 2));
  return { warnSeconds, timeLimit: durationText(Math.min(seconds - Math.floor(1.5 * warnSeconds), LONGEST_SECONDS)) };
}

/** A time as --time-limit takes it: 3h57m. */
function durationText(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  return parts.map(([count, unit]) => (count > 0 ? `${count}${unit}` : "")).join("");
}

/** Seconds of a Slurm time: M, M:S, H:M:S, D-H, D-H:M or D-H:M:S. */
function slurmSeconds(flag: string, text: string): number {
  const [, days, rest = ""] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(text) ?? [];
  const parts = rest.split(":").map(Number) as [number, number?, number?];
  const [hours, minutes = 0, seconds = 0] = days !== undefined || parts.length === 3 ? parts : [0, ...parts];
  const total = Number(days ?? 0) * 86_400 + hours * 3600 + minutes * 60 + seconds;
  if (rest !== "" && total >= 60) return total;
  throw new UsageError(
    `${flag}: expected a Slurm time limit of at least a minute, such as 4:00:00 or 1-12, got '${text}'`,
  );
}

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
  return stdout.split(";")[0].trim(); // NUMBER;CLUSTER if there are several clusters
}
