import type { Key } from "../random/key.ts";
import { philox } from "../random/philox.ts";

const words = new Uint32Array(4);

/**
 * Inverted dropout's factors for one row of a ReLU layer, into `out` [units]: 0 with `probability`, else
 * 1 / (1 - probability). Row, step and units are counted as for the data; the stream is a layer's of one expert or
 * tower, `dropout/experts/3/0`. A gate, `dropout/gates/0`, drops experts likewise: its weights times these are divided by their sum.
 */
export function dropoutInto(out: Float32Array, key: Key, probability: number, row: number, step: number): void {
  const threshold = probability * 2 ** 32;
  const kept = 1 / (1 - probability);
  for (let unit = 0; unit < out.length; unit++) {
    if (unit % 4 === 0) philox(words, key, unit / 4, row, step);
    out[unit] = words[unit % 4] < threshold ? 0 : kept;
  }
}
