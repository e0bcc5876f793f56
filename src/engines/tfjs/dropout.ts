import { dropoutInto } from "../../models/dropout.ts";
import type { Key } from "../../random/key.ts";
import { modelKey, type Run } from "../engine.ts";
import type { Dropout } from "./forward.ts";
import type { Tf } from "./tf.ts";

/** The dropout of each step for a group of runs: every run drops by streams of its own. */
export function dropoutOf(tf: Tf, runs: readonly Run[]): (step: number) => Dropout | undefined {
  const probability = (runs[0] as Run).model.dropout;
  if (probability === 0) return () => undefined;

  const keys = new Map<string, Key[]>();
  const keysOf = (layer: string): Key[] => {
    const known = keys.get(layer) ?? runs.map((run) => modelKey(run, `dropout/${layer}`));
    keys.set(layer, known);
    return known;
  };

  return (step) => (units, stack, layer) => {
    const [, outer, inner, size] = units.shape as [number, number, number, number];
    const rowsOutside = stack === "experts" && layer === 0;
    const mask = new Float32Array(units.size);
    for (let at = 0, place = 0; at < mask.length; at += size, place++) {
      const [r, i, j] = [Math.floor(place / (outer * inner)), Math.floor(place / inner) % outer, place % inner];
      const [row, network] = rowsOutside ? [i, j] : [j, i];
      const key = keysOf(`${stack}/${network}/${layer}`)[r] as Key;
      dropoutInto(mask.subarray(at, at + size), key, probability, row, step);
    }
    return tf.mul(units, tf.tensor(mask, units.shape));
  };
}
