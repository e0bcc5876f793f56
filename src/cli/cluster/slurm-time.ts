import { UsageError } from "../../errors.ts";

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
