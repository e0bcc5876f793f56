import { fstatSync } from "node:fs";
import { writeAll } from "../write-whole.ts";
import type { Output } from "./effects.ts";

/**
 * Writes all of `text` to stdout, and waits until a slow reader has taken it, so that memory does not fill up. False if
 * the reader has left. Throws the system's error, for instance if stdout is a file on a full disk.
 */
export async function writeOut(out: Output, text: string): Promise<boolean> {
  if (out.fd !== undefined && fstatSync(out.fd).isFile()) {
    writeAll(out.fd, text); // Node's stdout takes part of a text for all of it
    return true;
  }
  return new Promise((done, fail) => {
    const taken = (error?: Error | null) => {
      if (!error) done(true);
      else if (HAS_LEFT.has((error as NodeJS.ErrnoException).code ?? "")) done(false);
      else fail(error);
    };
    out.write(text, taken);
  });
}

/** Codes by which the system, and then Node, says so. */
const HAS_LEFT = new Set(["EPIPE", "ERR_STREAM_DESTROYED"]);
