import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import type { Env } from "./home.ts";

/**
 * Whether this process could see an NVIDIA card, told from files alone: nothing is started or loaded. `devices` is the
 * system's folder of devices; WSL has `dxg` in it for all cards.
 */
export function mayHaveCard(env: Env, devices = "/dev"): boolean {
  return !hidesCards(env) && existsSync(devices) && readdirSync(devices).some((name) => /^(nvidia\d+|dxg)$/.test(name));
}

/** Whether CUDA_VISIBLE_DEVICES names no card. */
export function hidesCards({ CUDA_VISIBLE_DEVICES }: Env): boolean {
  return CUDA_VISIBLE_DEVICES !== undefined && visible(CUDA_VISIBLE_DEVICES).length === 0;
}

/** The cards that CUDA_VISIBLE_DEVICES names, by index or UUID. CUDA stops at the first invalid one, such as -1. */
function visible(list: string): string[] {
  const names = list.split(",").map((name) => name.trim());
  const end = names.findIndex((name) => !/^(\d+$|GPU-|MIG-)/.test(name));
  return end < 0 ? names : names.slice(0, end);
}

/** Value of CUDA_VISIBLE_DEVICES for its first card alone. */
export function firstCardOf({ CUDA_VISIBLE_DEVICES: list }: Env): string {
  return list === undefined ? "0" : (visible(list)[0] ?? list);
}

/** A card as NVIDIA's driver describes it. */
export interface Card {
  /** E.g. `NVIDIA H100 80GB HBM3`. */
  readonly name: string;
  /** The driver's version. */
  readonly driver: string;
  /** NaN if the driver does not say, for instance for a slice of a card. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Fields that nvidia-smi is asked for, of each card. */
const FIELDS = ["index", "uuid", "name", "driver_version", "memory.free", "memory.total"];

/** nvidia-smi hangs if a card hangs. */
const ANSWERED_MS = 30_000;

/** Lines of nvidia-smi; none if it is missing, fails or hangs. */
export function nvidiaSmi(env: Env, args: readonly string[]): Promise<readonly string[]> {
  return new Promise((done) => {
    execFile("nvidia-smi", args, { env, timeout: ANSWERED_MS }, (error, stdout) => {
      done(error === null ? stdout.split("\n") : []);
    });
  });
}

/** The cards that this process sees, the one it computes on first; empty if nvidia-smi says nothing about them. */
export async function visibleCards(env: Env): Promise<Card[]> {
  const lines = await nvidiaSmi(env, [`--query-gpu=${FIELDS.join(",")}`, "--format=csv,noheader,nounits"]);
  const table = lines.map((line) => line.split(",").map((field) => field.trim()));
  const all = table.filter(({ length, 0: index }) => length === FIELDS.length && /^\d+$/.test(index)); // no warning
  const list = env.CUDA_VISIBLE_DEVICES;
  const names = list === undefined ? all.map(([index]) => index) : visible(list);
  return names.flatMap((name) => {
    const fields = all.find(([index, uuid]) => name === index || (name.startsWith("GPU-") && uuid?.startsWith(name)));
    return fields ? [cardOf(fields)] : [];
  });
}

function cardOf([, , name, driver, free, total]: readonly string[]): Card {
  const bytes = (mebibytes: string | undefined) => Number.parseFloat(mebibytes ?? "") * 2 ** 20;
  return { name, driver, freeBytes: bytes(free), totalBytes: bytes(total) };
}
