import fc from "fast-check";
import { GATING_NAMES, type GatingTraits, traitsOf } from "../../../src/models/gatings.ts";
import { parameterBlocks } from "../../../src/models/parameters.ts";
import type { ModelSpec, Selection } from "../../../src/models/spec.ts";

/** Sizes around the kernels' tiles of 4 and 8, tails included. */
const units = fc.integer({ min: 1, max: 11 });
const layers = (least: number) => fc.array(units, { minLength: least, maxLength: 3 });

/** Experts that a task may have of its own, and whether it then has that one alone; any number without an entry. */
const TAKES: Partial<Record<GatingTraits["experts"], { readonly own: readonly number[]; readonly isAlone: boolean }>> =
  {
    one: { own: [1, 0], isAlone: true },
    shared: { own: [0], isAlone: false },
    "one-own": { own: [1], isAlone: false },
    alone: { own: [1], isAlone: true },
  };

/** Any member of the family, small. */
export const anySpec: fc.Arbitrary<ModelSpec> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 9 }),
    tasks: fc.integer({ min: 1, max: 5 }),
    shared: fc.integer({ min: 0, max: 6 }),
    perTask: fc.integer({ min: 0, max: 2 }),
    closed: fc.constantFrom(0, 0, 1, 2, 4),
    experts: layers(1),
    activation: fc.constantFrom(undefined, undefined, "none" as const, "swish" as const),
    norm: fc.boolean(),
    gating: fc.constantFrom(...GATING_NAMES),
    gate: layers(0),
    gateBias: fc.boolean(),
    levels: fc.constantFrom(1, 1, 1, 2, 3),
    top: fc.constantFrom(undefined, undefined, 1, 2, 3),
    gateDropout: fc.constantFrom(0, 0, 0.2, 0.7),
    noise: fc.constantFrom(false, false, true),
    importance: fc.constantFrom(0, 0, 0.5, 3),
    tower: layers(0),
    towerGate: fc.constantFrom(undefined, undefined, 1, 5),
    bias: fc.boolean(),
    dropout: fc.constantFrom(0, 0.2, 0.6),
    select: fc.constantFrom(
      undefined,
      undefined,
      { experts: 1, gamma: 3, entropy: 0.4 },
      { experts: 3, gamma: 2, entropy: 0 },
    ),
    funnel: fc.constantFrom(0, 0, 0, 2, 3),
    ranks: fc.record({ inputs: units, units, tasks: fc.integer({ min: 1, max: 4 }) }),
  })
  .map(
    ({
      shared,
      perTask,
      closed,
      activation,
      norm,
      towerGate,
      levels,
      top,
      gateDropout,
      noise,
      importance,
      select,
      ranks,
      funnel,
      gating,
      gate,
      gateBias,
      ...any
    }): ModelSpec => {
      const { experts, gates, links } = traitsOf({ gating });
      const { own: owns, isAlone } = TAKES[experts] ?? { own: [perTask], isAlone: false };
      const own = owns[shared % owns.length];
      const all = isAlone ? 1 - own : Math.max(shared, own === 0 ? 1 : 0);
      const isGated = gates !== "none";
      const isClosing = gates === "per-task" && any.tasks > 1 && !select && all + own > closed;
      const shut = isClosing ? Math.min(closed, all) : 0;
      const least = all + own - Math.ceil(shut / any.tasks); // experts that any gate sees
      const isPlain = links === "none" || links === "connections"; // experts have a last layer of their own
      const last = isPlain ? activation && { activation, norm } : activation === "none" && { activation };
      const hasLevels = gates === "per-task" && levels > 1;
      const spec: ModelSpec = {
        ...any,
        name: "any",
        gating,
        experts: {
          shared: all,
          perTask: own,
          closed: shut,
          layers: links === "masks" ? [5, ...any.experts] : any.experts,
          ...last,
        },
        ...(hasLevels && { levels }),
        ...(links === "constraint" && { constraint: 0.3 }),
        ...(links === "factors" && { ranks }),
        ...(funnel > 0 && any.tasks >= funnel && { funnel: [2, 0, 1].slice(3 - funnel) }),
        gate: {
          layers: gate,
          bias: gateBias,
          ...(isGated && { dropout: gateDropout, noise, importance }),
          ...(isGated && top && { top: Math.min(top, least) }),
        },
        tower: { layers: any.tower, ...(isPlain && any.tower.length > 0 && towerGate && { gate: towerGate }) },
      };
      return isGated && select ? selecting(spec, select) : spec;
    },
  );

/** A model with gates by codes in place of its own: a task's gate sees 2, 4 or 8 experts. */
function selecting(spec: ModelSpec, select: Selection): ModelSpec {
  const { experts, tasks } = spec;
  const seesAll = traitsOf(spec).sees === "all";
  const own = seesAll && !Number.isInteger(Math.log2(tasks)) ? 1 : experts.perTask;
  const ofTasks = seesAll ? own * tasks : own;
  const power = 2 ** Math.max(1, Math.ceil(Math.log2(ofTasks + experts.shared)));
  const shared = power - ofTasks;
  const gate = { layers: spec.gate.layers, bias: spec.gate.bias, select };
  const { levels: _, ...flat } = spec; // the shared gate of a level sees another number of experts
  return { ...flat, experts: { ...experts, perTask: own, shared }, gate };
}

/** Any member of the family with embeddings: up to three plain inputs, then numbers of vectors in one or two tables. */
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
    const limit = kind === "kernel" ? Math.sqrt(3 / shape[0]) : 0.3;
    return Array.from({ length: size }, () => limit * next());
  });
  return Float32Array.from(values);
}
