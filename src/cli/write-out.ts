import type { Output } from "./effects.ts";

/**
 * Writes all of `text` to stdout, and waits until a slow reader has taken it: what waits would fill the memory. False where
 * the reader has left, or where stdout can't be written: the process tells at its end.
 */
export function writeOut(out: Output, text: string): Promise<boolean> {
  return new Promise((done) => {
    out.write(text, (error) => done(!error));
  });
}
