import fc from "fast-check";
import { ABILITIES, trains } from "../../../src/engines/abilities.ts";
import { parameterBlocks } from "../../../src/models/parameters.ts";
import type { Gating, ModelSpec } from "../../../src/models/spec.ts";
import { MODEL_NAMES, type ModelName, ZOO } from "../../../src/models/zoo.ts";

/** Sizes around the kernels' tiles of 4 and 8, tails included. */
const units = fc.integer({ min: 1, max: 11 });
const layers = (least: number) => fc.array(units, { minLength: least, maxLength: 3 });

/** The zoo's models that the cpu engine trains. */
export const CPU_MODELS: readonly ModelName[] = MODEL_NAMES.filter((name) =>
  trains("cpu", ZOO[name].build({ inputs: 100, tasks: 2 })),
);

/** Any member of the family that the cpu engine trains, small. */
export const anySpec: fc.Arbitrary<ModelSpec> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 9 }),
    tasks: fc.integer({ min: 1, max: 5 }),
    shared: fc.integer({ min: 0, max: 6 }),
    perTask: fc.integer({ min: 0, max: 2 }),
    experts: layers(1),
    gating: fc.constantFrom(
      ...(Object.keys(ABILITIES.cpu.gatings) as Gating[]).filter((gating) => ABILITIES.cpu.gatings[gating]),
    ),
    gate: layers(0),
    gateBias: fc.boolean(),
    levels: fc.constantFrom(1, 1, 1, 2, 3),
    top: fc.constantFrom(undefined, undefined, 1, 2, 3),
    tower: layers(0),
    bias: fc.boolean(),
    dropout: fc.constantFrom(0, 0.2, 0.6),
  })
  .map(
    ({
      inputs,
      tasks,
      shared,
      perTask,
      experts,
      gating,
      gate,
      gateBias,
      levels,
      top,
      tower,
      bias,
      dropout,
    }): ModelSpec => {
      const own = { ...{ single: 0, none: Number(shared % 2 === 0), residual: 1 } }[gating as string] ?? perTask;
      const all = gating === "none" ? 1 - own : Math.max(shared, own === 0 ? 1 : 0);
      const least = all + own; // experts that any gate sees
      const isGated = gating !== "none" && gating !== "average";
      return {
        ...{ name: "any", inputs, tasks, gating, bias, dropout },
        experts: { shared: all, perTask: own, layers: experts },
        ...(isGated && gating !== "single" && levels > 1 && { levels }),
        gate: { layers: gate, bias: gateBias, ...(isGated && top && { top: Math.min(top, least) }) },
        tower: { layers: tower },
      };
    },
  );

/** The same with embeddings: up to three plain inputs, then numbers of vectors in one or two tables. */
export const anyEmbedded: fc.Arbitrary<ModelSpec> = fc
  .record({
    spec: anySpec,
    plain: fc.integer({ min: 0, max: 3 }),
    embeddings: fc.array(fc.record({ rows: fc.integer({ min: 2, max: 9 }), size: fc.integer({ min: 1, max: 19 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
  })
  .map(({ spec, plain, embeddings }) => ({ ...spec, inputs: plain + embeddings.length, embeddings }));

/** Numbers from -1 to 1 that depend on `seed` alone. */
export function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Values for every parameter, biases included, of a size that keeps activations near 1. */
export function anyParameters(spec: ModelSpec, next: () => number): Float32Array {
  const values = parameterBlocks(spec).flatMap(({ kind, shape, size }) => {
    const limit = kind === "kernel" ? Math.sqrt(3 / (shape[0] as number)) : 0.3;
    return Array.from({ length: size }, () => limit * next());
  });
  return Float32Array.from(values);
}
