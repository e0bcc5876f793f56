import { createHash } from "node:crypto";
import { UsageError } from "../../errors.ts";
import { readBytes, readText } from "../../regular-file.ts";

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
