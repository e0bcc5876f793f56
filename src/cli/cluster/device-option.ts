import { spawnSync } from "node:child_process";
import { UsageError } from "../../errors.ts";
import type { Effects } from "../effects.ts";

/** Read by CUDA: the devices that a process may use, by number or UUID. Slurm sets it to those of a job. */
export const VISIBLE = "CUDA_VISIBLE_DEVICES";

/**
 * The devices of `--devices`, each as CUDA_VISIBLE_DEVICES names it to one process. If that variable is set already,
 * numbers count within it, and `all` is all of those; else `all` is all that nvidia-smi lists.
 */
export function devicesOption(text: string, env: Effects["env"]): string[] {
  const visible = env[VISIBLE]?.split(",").filter((device) => device !== "");
  if (text === "all") return visible?.length ? visible : listed(env);
  const numbers = text.split(",").map((item) => (/^\d+$/.test(item) ? Number(item) : Number.NaN));
  if (numbers.some(Number.isNaN) || new Set(numbers).size < numbers.length) {
    throw new UsageError(`--devices: expected all, or different numbers such as 0,1, got '${text}'`);
  }
  const beyond = numbers.find((number) => visible !== undefined && number >= visible.length);
  if (beyond !== undefined) {
    throw new UsageError(`--devices: there is no device ${beyond} in ${VISIBLE}=${env[VISIBLE]}, which counts from 0`);
  }
  return numbers.map((number) => visible?.[number] ?? String(number));
}

function listed(env: Effects["env"]): string[] {
  const { status, stdout } = spawnSync("nvidia-smi", ["--list-gpus"], { env: { ...env }, encoding: "utf8" });
  const count = status === 0 ? stdout.split("\n").filter((line) => line.startsWith("GPU ")).length : 0;
  if (env[VISIBLE] === undefined && count > 0) return Array.from({ length: count }, (_, i) => String(i));
  const where = env[VISIBLE] === undefined ? "nvidia-smi lists none" : `${VISIBLE} is empty`;
  throw new UsageError(`--devices all: no device found: ${where}; name them (--devices 0,1), or leave out --devices`);
}
