import { dropoutInto } from "../../src/models/dropout.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import type { Key } from "../../src/random/key.ts";
import { normalsInto } from "../../src/random/normal.ts";
import { wordsInto } from "../../src/random/philox.ts";
import type { Factors, Noise } from "./reference.ts";

/** What a model's units and gates are multiplied by at `step`; undefined without dropout. `keyOf` gives the keys of its streams. */
export function factorsAt(spec: ModelSpec, step: number, keyOf: (stream: string) => Key): Factors | undefined {
  const { dropout, gate } = spec;
  if (dropout === 0 && !gate.dropout) return undefined;
  const known = new Map<string, Float32Array>();
  return (layer, row, units) => {
    const place = `${layer}/${row}`;
    const factors = known.get(place) ?? new Float32Array(units);
    const probability = layer.includes("gates/") ? gate.dropout : dropout;
    if (!known.has(place)) dropoutInto(factors, keyOf(`dropout/${layer}`), probability ?? 0, row, step);
    known.set(place, factors);
    return factors;
  };
}

/** Normals by which logits of gates are noisy at `step`. */
export function normalsAt(step: number, keyOf: (stream: string) => Key): Factors {
  return (gate, row, E) => {
    const out = new Float32Array(E);
    normalsInto(out, keyOf(`noise/${gate}`), row, step);
    return out;
  };
}

/** log u - log(1 - u) of SNR's gates at `step`, u from the words of their stream; undefined for other models. */
export function noiseAt(spec: ModelSpec, step: number, keyOf: (stream: string) => Key): Noise | undefined {
  if (spec.gating !== "snr-trans") return undefined;
  const E = spec.experts.shared;
  const words = new Uint32Array(spec.tasks * E);
  wordsInto(words, keyOf("noise/links"), 0, step);
  return (k, e) => {
    const u = (words[k * E + e] + 0.5) / 2 ** 32;
    return Math.log(u / (1 - u));
  };
}
