import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../errors.ts";
import { readBytes, readText } from "../../files.ts";
import type { Arithmetic } from "../training-settings.ts";
import { type BuiltSet, KERNEL_SETS, type KernelSet, type NativeSet } from "./kernel-sets.ts";
import type { Kernels } from "./kernels.ts";

/** A native set's functions: the memory comes first, then the arguments of `Kernels`. */
export type NativeKernels = {
  readonly [Name in keyof Kernels]: (
    memory: ArrayBuffer,
    ...args: Parameters<Kernels[Name]>
  ) => ReturnType<Kernels[Name]>;
};

/** The sets that a binary holds and this processor and system can run (kernels/binding.c). */
type Binding = Partial<Readonly<Record<BuiltSet, NativeKernels>>>;

/** This package, from src/ and from dist/ alike. */
const ROOT = new URL("../../../", import.meta.url);
/** Compiled here, in a checkout; else one of the published package. The first that loads is used. */
const FILES = [
  { path: "native/build/kernels.node", wayOut: "npm run kernels:native compiles them again" },
  { path: `native/prebuilt/${process.platform}-${process.arch}.node`, wayOut: "install mmoe again" },
];

let loaded: { binding: Binding; problem?: string } | undefined;

/** The binary's kernel sets; none, with the reason, if it is missing or can't be loaded. */
function load(): { binding: Binding; problem?: string } {
  const require = createRequire(import.meta.url);
  let problem = `there are no native kernels for ${process.platform}-${process.arch}`;
  for (const { path, wayOut } of FILES) {
    const file = fileURLToPath(new URL(path, ROOT));
    if (!existsSync(file)) continue;
    try {
      expectWhole(file);
      return { binding: require(file) as Binding };
    } catch (error) {
      const how = error instanceof UsageError ? ` (${wayOut})` : "";
      problem = `native kernels can't be loaded: ${(error as Error).message.split("\n")[0]}${how}`;
    }
  }
  return { binding: {}, problem };
}

/** The kernel sets that run here, the fastest first, and why no native one does. */
export function availableKernels(): { sets: KernelSet[]; problem?: string } {
  loaded ??= load();
  const { binding, problem } = loaded;
  const sets = KERNEL_SETS.filter((set) => set === "wasm" || binding[set] !== undefined);
  return { sets, ...(problem !== undefined && { problem }) };
}

/** Whether a set's kernels have fused arithmetic here: WebAssembly and the first processors with AVX2 do not. */
export function fuses(set: KernelSet): boolean {
  loaded ??= load();
  return set !== "wasm" && loaded.binding[`${set}Fused`] !== undefined;
}

/** The functions of a set that runs here. */
export function nativeKernels(set: NativeSet, arithmetic: Arithmetic): NativeKernels {
  loaded ??= load();
  const built = arithmetic === "fused" ? (`${set}Fused` as const) : set;
  const kernels = loaded.binding[built];
  if (kernels === undefined)
    throw new RangeError(`no kernels ${built} here: ${loaded.problem ?? "not this processor's"}`);
  return kernels;
}

const MOST_BYTES = 50e6;
const MOST_MANIFEST_BYTES = 10_000;

/**
 * Throws UsageError unless a binary is the file that its manifest describes (scripts/kernel-manifest.js). The system maps
 * a library into memory as it is: a truncated one kills the process at its first missing page.
 */
export function expectWhole(binary: string): void {
  const { bytes, sha256 } = manifestOf(`${binary}.json`);
  const content = readBytes(binary, { most: MOST_BYTES });
  if (content.length !== bytes) throw new UsageError(`${binary} is damaged: ${content.length} bytes, not ${bytes}`);
  if (createHash("sha256").update(content).digest("hex") !== sha256)
    throw new UsageError(`${binary} is damaged: its SHA-256 is not the one in its manifest`);
}

function manifestOf(path: string): { readonly bytes?: unknown; readonly sha256?: unknown } {
  const text = readText(path, { most: MOST_MANIFEST_BYTES });
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new UsageError(`${path}: not JSON`);
  }
}
