// Each binary of native kernels has a manifest beside it, BINARY.json: its size and SHA-256, which mmoe checks before it
// loads the binary, and hashes of what it was made from, by which scripts know whether to make it again.
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

export const sha256 = (content) => createHash("sha256").update(content).digest("hex");

const manifestOf = (binary) => `${binary}.json`;

/** Moves the finished file `from` to `to`, on the same disk, with its manifest; nobody ever reads a part of either. */
export function place(from, to, { inputs, compiler }) {
  const bytes = readFileSync(from);
  writeFileSync(
    manifestOf(from),
    `${JSON.stringify({ bytes: bytes.length, sha256: sha256(bytes), inputs, compiler }, null, 2)}\n`,
  );
  for (const path of [manifestOf(to), to]) if (!isFile(path)) rmSync(path, { recursive: true, force: true });
  chmodSync(from, 0o644); // a linker makes programs, and nobody runs this
  renameSync(manifestOf(from), manifestOf(to));
  renameSync(from, to);
}

export function removeBinary(binary) {
  for (const path of [binary, manifestOf(binary)]) rmSync(path, { recursive: true, force: true });
}

/** Whether a binary is whole and made from these inputs by this compiler; by any compiler if that is undefined. */
export function isCurrent(binary, { inputs, compiler }) {
  if (!isFile(binary) || !isFile(manifestOf(binary))) return false;
  try {
    const manifest = JSON.parse(readFileSync(manifestOf(binary), "utf8"));
    const isMadeOfThese = manifest.inputs === inputs && (compiler ?? manifest.compiler) === manifest.compiler;
    return isMadeOfThese && sha256(readFileSync(binary)) === manifest.sha256;
  } catch {
    return false; // no JSON
  }
}

const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
