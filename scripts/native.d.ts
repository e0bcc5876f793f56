import type { NativeSet } from "../src/engines/cpu/kernel-sets.ts";

export const SETS: Readonly<Record<"x64" | "arm64", Partial<Readonly<Record<NativeSet, readonly string[]>>>>>;
export const FLAGS: readonly string[];

export function compile(
  compiler: readonly string[],
  arch: string,
  to: string,
  options?: { flags?: readonly string[]; link?: readonly string[]; objects?: string },
): Promise<void>;
