import type { Kept } from "../../records/checkpoints.ts";

/** `, 3 of them kept at 38 %`, rounded down, after a number of runs; empty for none. `before` is another beginning. */
export function keptText({ runs, share }: Kept, before = ", "): string {
  return runs === 0 ? "" : `${before}${runs} of them kept at ${Math.floor(100 * share)} %`;
}
