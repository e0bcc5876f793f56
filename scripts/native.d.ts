import type { BuiltSet } from "../src/engines/cpu/kernel-sets.ts";

export const SETS: Readonly<Record<"x64" | "arm64", Partial<Readonly<Record<BuiltSet, readonly string[]>>>>>;
export const FLAGS: readonly string[];
export const SOURCES: readonly string[];
export function compile(
  compiler: readonly string[],
  arch: string,
  to: string,
  options?: { readonly flags?: readonly string[]; readonly link?: readonly string[] },
): Promise<void>;
