import type { Output } from "./effects.ts";

/**
 * Writes all of `text` to stdout, and waits until a slow reader has taken it, so that memory does not fill up. False if
 * the reader has left, or if stdout can't be written: the process says so at its end.
 */
export function writeOut(out: Output, text: string): Promise<boolean> {
  return new Promise((done) => {
    out.write(text, (error) => done(!error));
  });
}
