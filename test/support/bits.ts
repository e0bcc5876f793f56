import { createHash } from "node:crypto";

/** The SHA-256 of parameters, which names their bits: to compare that takes less time than to compare arrays of thousands. */
export function bitsOf(parameters: Float32Array | undefined): string | undefined {
  return (
    parameters &&
    createHash("sha256")
      .update(new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength))
      .digest("hex")
  );
}
