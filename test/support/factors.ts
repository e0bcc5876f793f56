import { dropoutInto } from "../../src/models/dropout.ts";
import type { Key } from "../../src/random/key.ts";
import type { Factors } from "./reference.ts";

/** What a model's units are multiplied by at `step`; undefined without dropout. `keyOf` gives the keys of its streams. */
export function factorsAt(probability: number, step: number, keyOf: (stream: string) => Key): Factors | undefined {
  if (probability === 0) return undefined;
  const known = new Map<string, Float32Array>();
  return (layer, row, units) => {
    const place = `${layer}/${row}`;
    const factors = known.get(place) ?? new Float32Array(units);
    if (!known.has(place)) dropoutInto(factors, keyOf(`dropout/${layer}`), probability, row, step);
    known.set(place, factors);
    return factors;
  };
}
