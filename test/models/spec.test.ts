import { expect, test } from "vitest";
import { checkSpec } from "../../src/models/check-spec.ts";
import { GATING_NAMES as GATINGS, type Gating } from "../../src/models/gatings.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import { expertCount, expertsOf, gateCount, type ModelSpec, type Selection } from "../../src/models/spec.ts";
import { sharedBottomUnits } from "../../src/models/zoo.ts";
import { objectiveGradient } from "../support/reference.ts";
import {
  BY_GATING,
  CLOSED,
  CONSTRAINED,
  FACTORED,
  MMOE,
  SPECS,
  STITCHED,
  someParameters,
  someRows,
} from "../support/specs.ts";

const OWN: ModelSpec = { ...MMOE, experts: { shared: 2, perTask: 4, layers: [6] } };

function closed(changes: Partial<ModelSpec["experts"]>): ModelSpec {
  return { ...CLOSED, experts: { ...CLOSED.experts, ...changes } };
}

function selecting(changes: Partial<Selection>) {
  return { gate: { ...MMOE.gate, select: { experts: 2, gamma: 1, entropy: 0.1, ...changes } } };
}

test("expertsOf(spec, task) is the shared experts, then the task's own at shared + task · perTask + j", () => {
  expect(expertsOf(OWN, 0)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(expertsOf(OWN, 1)).toEqual([0, 1, 6, 7, 8, 9]);
  expect(expertsOf(OWN, 2)).toEqual([0, 1, 10, 11, 12, 13]);
  expect(expertCount(OWN)).toBe(14);
});

test("expertsOf(spec, task) leaves out closed experts, each to one task in turn", () => {
  expect([0, 1, 2, 3].map((path) => expertsOf(CLOSED, path))).toEqual([
    [1, 2, 4],
    [0, 2, 3, 4],
    [0, 1, 3, 4],
    [0, 1, 2, 3, 4],
  ]);
});

test("a level has a gate for the shared experts of the next, if there are any: the last has none", () => {
  const gates = (spec: ModelSpec) => [0, 1, 2].map((level) => gateCount({ ...spec, levels: 3 }, level));
  expect(gates(OWN)).toEqual([4, 4, 3]);
  expect(gates({ ...OWN, experts: { ...OWN.experts, shared: 0 } })).toEqual([3, 3, 3]);
  expect(expertsOf(OWN, 3)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
});

test("sharedBottomUnits follows from the sizes: 113 at the paper's", () => {
  expect(sharedBottomUnits({ inputs: 100, tasks: 2 })).toBe(113);
  expect(sharedBottomUnits({ inputs: 50, tasks: 3 })).toBe(92); // (50·16·8 + 16·8·3) / (50 + 8·3) = 91.7
});

test.each(SPECS)("checkSpec takes $name", (spec) => {
  expect(() => checkSpec(spec)).not.toThrow();
});

test.each<[string, Partial<ModelSpec>]>([
  ["model mmoe: inputs: expected a whole number from 1, got 0", { inputs: 0 }],
  ["model mmoe: tasks: expected a whole number from 1, got 1.5", { tasks: 1.5 }],
  ["model mmoe: tower.layers: expected a whole number from 1, got -8", { tower: { layers: [7, -8] } }],
  [
    "model mmoe: experts.shared: expected a whole number from 0, got NaN",
    { experts: { ...MMOE.experts, shared: Number.NaN } },
  ],
  ["model mmoe: expected an expert for each task, got none", { experts: { ...MMOE.experts, shared: 0 } }],
  ["model mmoe: experts.layers: expected a layer, got none", { experts: { ...MMOE.experts, layers: [] } }],
  [
    "model mmoe: experts.activation: expected relu, none or swish, got gelu",
    { experts: { ...MMOE.experts, activation: "gelu" as "relu" } },
  ],
  ["model closed: experts.closed: expected a whole number from 0, got 0.5", closed({ closed: 0.5 })],
  ["model closed: experts.closed: expected at most the 5 shared experts, got 6", closed({ closed: 6 })],
  ["model closed: experts.closed: expected an expert that task 1 sees, got none", closed({ shared: 1, closed: 1 })],
  ["model closed: experts.closed: expected 0 with one task, got 4", { ...CLOSED, tasks: 1 }],
  ["model closed: experts.closed: expected a gate for each task, got gating single", { ...CLOSED, gating: "single" }],
  [
    "model mmoe: experts.norm: expected activation swish or none, got relu",
    { experts: { ...MMOE.experts, norm: true } },
  ],
  [
    "model mmoe: experts.norm: expected no norm with gating l2-constrained, got one",
    { ...CONSTRAINED, name: "mmoe", experts: { ...CONSTRAINED.experts, activation: "none", norm: true } },
  ],
  [
    "model mmoe: experts.activation: expected relu or none with gating cross-stitch, got swish",
    { ...STITCHED, name: "mmoe", experts: { ...STITCHED.experts, activation: "swish" } },
  ],
  ["model mmoe: tower.gate: expected a whole number from 1, got 0", { tower: { layers: [7], gate: 0 } }],
  ["model mmoe: tower.gate: expected a layer in tower.layers, got none", { tower: { layers: [], gate: 4 } }],
  [
    "model mmoe: tower.gate: expected no gates of towers with gating cross-stitch, got 4",
    { ...STITCHED, name: "mmoe", tower: { layers: [7], gate: 4 } },
  ],
  ["model mmoe: gating none: expected one expert a task, got 5", { gating: "none" }],
  ["model mmoe: gating single: expected only shared experts, got 4 a task", { ...OWN, gating: "single" }],
  ["model mmoe: gating residual: expected one expert a task, got 4", { ...OWN, gating: "residual" }],
  [
    "model mmoe: gating cross-stitch: expected one expert a task and none shared, got 4 a task and 2 shared",
    { ...OWN, gating: "cross-stitch" },
  ],
  ["model mmoe: gate.select: expected a gate over 2, 4, 8, .. experts, got 5", selecting({})],
  ["model mmoe: gate.select.experts: expected a whole number from 1, got 0", selecting({ experts: 0 })],
  ["model mmoe: gate.select.gamma: expected a number above 0, got 0", selecting({ gamma: 0 })],
  ["model mmoe: gate.select.entropy: expected a number from 0, got -1", selecting({ entropy: -1 })],
  ["model mmoe: gate.select: expected a gate, got gating average", { ...selecting({}), gating: "average" }],
  ["model mmoe: gate.dropout: expected a number from 0 to below 1, got 1", { gate: { ...MMOE.gate, dropout: 1 } }],
  ["model mmoe: gate: expected dropout or select, got both", { gate: { ...selecting({}).gate, dropout: 0.1 } }],
  [
    "model mmoe: gate.dropout: expected a gate, got gating average",
    { gating: "average", gate: { ...MMOE.gate, dropout: 0.1 } },
  ],
  ["model mmoe: gate: expected top or select, got both", { gate: { ...selecting({}).gate, top: 2 } }],
  [
    "model mmoe: gating l2-constrained: expected one expert a task and none shared, got 4 a task and 2 shared",
    { ...OWN, gating: "l2-constrained" },
  ],
  ["model mmoe: constraint: expected gating l2-constrained, got per-task", { constraint: 0.1 }],
  [
    "model mmoe: gating l2-constrained: expected constraint, got none",
    { gating: "l2-constrained", experts: CONSTRAINED.experts },
  ],
  ["model constrained: constraint: expected a number from 0, got -0.1", { ...CONSTRAINED, constraint: -0.1 }],
  [
    "model mmoe: ranks: expected gating tensor-factorization, got per-task",
    { ranks: { inputs: 2, units: 2, tasks: 2 } },
  ],
  [
    "model factored: ranks.units: expected a whole number from 1, got 0",
    { ...FACTORED, ranks: { inputs: 2, units: 0, tasks: 2 } },
  ],
  ["model mmoe: gating snr-trans: expected only shared experts, got 4 a task", { ...OWN, gating: "snr-trans" }],
  ["model mmoe: levels: expected a whole number from 1, got 0", { levels: 0 }],
  ["model mmoe: levels: expected a gate for each task, got gating single", { gating: "single", levels: 2 }],
  ["model mmoe: gate: expected noise or select, got both", { gate: { ...selecting({}).gate, noise: true } }],
  [
    "model mmoe: gate.noise: expected a gate, got gating average",
    { gating: "average", gate: { ...MMOE.gate, noise: true } },
  ],
  ["model mmoe: gate.importance: expected a number from 0, got -1", { gate: { ...MMOE.gate, importance: -1 } }],
  [
    "model mmoe: experts.layers: expected two layers or more with gating attention, got 1",
    { gating: "attention", experts: { shared: 1, perTask: 0, layers: [6] } },
  ],
  ["model mmoe: gate.top: expected a whole number from 1, got 0", { gate: { ...MMOE.gate, top: 0 } }],
  ["model mmoe: gate.top: expected at most 5 experts, got 6", { gate: { ...MMOE.gate, top: 6 } }],
  ["model mmoe: gate.top: expected a gate, got gating average", { gating: "average", gate: { ...MMOE.gate, top: 2 } }],
  ["model mmoe: dropout: expected a number from 0 to below 1, got 1", { dropout: 1 }],
])("checkSpec: %s", (message, changes) => {
  expect(() => checkSpec({ ...MMOE, ...changes })).toThrow(new RangeError(message));
});

/** The slopes of each tensor in float64. */
function slopesOf(spec: ModelSpec): { name: string; slopes: number[] }[] {
  const slopes = objectiveGradient(spec, someParameters({ ...spec, name: "any" }), someRows(spec, 9));
  return parameterBlocks(spec).map(({ name, offset, size }) => ({
    name,
    slopes: [...slopes.subarray(offset, offset + size)],
  }));
}

/** The model of a gating with another instead, and with the fields of that; undefined if it is none. */
function withGating(spec: ModelSpec, gating: Gating): ModelSpec | undefined {
  const { constraint: _, ranks: __, ...rest } = spec;
  const { constraint, ranks } = BY_GATING[gating];
  const other: ModelSpec = { ...rest, gating, ...(constraint && { constraint }), ...(ranks && { ranks }) };
  try {
    checkSpec(other);
  } catch {
    return undefined;
  }
  return other;
}

/** Whether both are a model with the same tensors and the same gradients. */
function isSame(spec: ModelSpec, other: ModelSpec | undefined): boolean {
  if (other === undefined) return false;
  const names = (of: ModelSpec) => parameterBlocks(of).map(({ name, shape }) => `${name} ${shape}`);
  if (names(spec).join() !== names(other).join()) return false;
  const theirs = slopesOf(other).flatMap(({ slopes }) => slopes);
  const ours = slopesOf(spec).flatMap(({ slopes }) => slopes);
  return ours.every((slope, i) => Math.abs(slope - theirs[i]) < 1e-6);
}

test("no gating is another by a second name", () => {
  const twins = GATINGS.flatMap((a) =>
    GATINGS.filter(
      (b) =>
        b < a &&
        [[a, b] as const, [b, a] as const].every(([one, two]) =>
          isSame(BY_GATING[one], withGating(BY_GATING[one], two)),
        ),
    ).map((b) => [a, b]),
  );
  expect(twins).toEqual([]);
});

test.each(GATINGS)("every tensor of a model with gating %s learns", (gating) => {
  const idle = slopesOf(BY_GATING[gating]).filter(({ slopes }) => slopes.every((slope) => Math.abs(slope) < 1e-6));
  expect(idle.map(({ name }) => name)).toEqual([]);
});
