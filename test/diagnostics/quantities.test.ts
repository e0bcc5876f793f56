import { describe, expect, test } from "vitest";
import { TaskSet } from "../../src/data/task-set.ts";
import { Diagnosis } from "../../src/diagnostics/diagnosis.ts";
import type { DiagnosticKind } from "../../src/diagnostics/kinds.ts";
import { network } from "../../src/diagnostics/network.ts";
import {
  affinityQuantities,
  conflictQuantities,
  gateQuantities,
  unitQuantities,
} from "../../src/diagnostics/quantities.ts";
import { Tape } from "../../src/diagnostics/tape.ts";
import type { Run } from "../../src/engines/engine.ts";
import { parameterBlocks, parameterCount } from "../../src/models/parameters.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { keyOf } from "../../src/random/key.ts";
import { normals } from "../../src/random/normal.ts";
import { range, taskLosses } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";
import { MMOE, someParameters } from "../support/specs.ts";

/** Gates [N, E] as rows of weights. */
const gate = (rows: number[][], seen = range(rows[0].length)) => ({
  weights: { values: Float64Array.from(rows.flat()), width: seen.length, gradient: undefined },
  seen,
});
const spec: ModelSpec = { ...MMOE, tasks: 2, experts: { shared: 1, perTask: 1, layers: [6] } };

describe("gateQuantities(spec, net)", () => {
  test("are mean weights of all experts, entropies over log n, distances and perplexity, by hand", () => {
    const gates = [
      gate(
        [
          [0.5, 0.5],
          [1, 0],
        ],
        [0, 1],
      ),
      gate(
        [
          [0.5, 0.5],
          [0, 1],
        ],
        [0, 2],
      ),
    ];
    const q = gateQuantities(spec, { gates });
    expect([1, 2, 3].map((e) => [q[`gateWeight/1/${e}`], q[`gateWeight/2/${e}`]])).toEqual([
      [0.75, 0.25],
      [0.25, 0],
      [0, 0.75],
    ]);
    expect(q["gateEntropy/1"]).toBeCloseTo(0.5, 12);
    expect(q["meanGateEntropy/2"]).toBeCloseTo(0.25 * Math.log2(4) + 0.75 * Math.log2(4 / 3), 12);
    // in the first row half of the weight is common, and the divergence half a bit; in the second nothing is
    expect(q["gateDistance/1/2"]).toBeCloseTo((Math.sqrt(0.5) + 1) / 2, 12);
    const entropy = -[0.5, 0.125, 0.375].reduce((sum, share) => sum + share * Math.log(share), 0);
    expect(q.expertsInUse).toBeCloseTo(Math.exp(entropy), 12);
  });

  test("are none without gates", () => {
    expect(gateQuantities(spec, { gates: [] })).toEqual({});
  });
});

/** A bottom of `units` [D, H] without biases but `bias`, and towers that add up the units. */
function bottom(units: readonly (readonly number[])[], bias: readonly number[]) {
  const D = (units[0] as number[]).length;
  const model: ModelSpec = {
    ...MMOE,
    inputs: D,
    tasks: 2,
    gating: "none",
    experts: { shared: 1, perTask: 0, layers: [units.length] },
    tower: { layers: [] },
  };
  const parameters = new Float64Array(parameterCount(model));
  for (const { name, kind, offset, size } of parameterBlocks(model)) {
    const values =
      name.startsWith("experts") && kind === "kernel"
        ? range(size).map((i) => units[i % units.length]?.[Math.floor(i / units.length)])
        : name.startsWith("experts")
          ? bias
          : range(size).map(() => (kind === "bias" ? 0 : 1));
    parameters.set(values, offset);
  }
  return { model, parameters };
}

describe("unitQuantities(tape, net)", () => {
  test("know how often normal rows turn a unit on that reads them", () => {
    const { model, parameters } = bottom(
      [
        [3, 4],
        [0, 2],
        [1, 0],
      ],
      [5, 0, -3.5],
    );
    const tape = new Tape(parameters, 1);
    const q = unitQuantities(tape, network(tape, model, Float64Array.of(1, 1)));
    expect(q.deadUnits).toBeCloseTo(1 / 3, 12); // of -3.5: 0.00023
    expect(q.activeUnits).toBeCloseTo((0.8413447460685429 + 0.5 + 0.00023262907903552504) / 3, 12);
    expect(Object.keys(q)).not.toContain("deadTowerUnits");
  });

  test("call a unit dead that is on for less than 1 row in 1,000", () => {
    const { model, parameters } = bottom(
      [
        [1, 0],
        [0, 1],
        [1, 0],
        [0, 1],
      ],
      [-3.09, -3.0905, -3.5, 0], // on for .0010008, .0009991 and .0002 of normal rows, and for half
    );
    const tape = new Tape(parameters, 1);
    expect(unitQuantities(tape, network(tape, model, Float64Array.of(1, 1))).deadUnits).toBe(0.5);
  });

  test("count rows for units behind them", () => {
    const deep: ModelSpec = {
      ...MMOE,
      inputs: 1,
      tasks: 2,
      gating: "none",
      experts: { shared: 1, perTask: 0, layers: [1, 2] },
      tower: { layers: [1] },
    };
    const parameters = new Float64Array(parameterCount(deep));
    const set = (name: string, values: number[]) =>
      parameters.set(values, parameterBlocks(deep).find((block) => block.name === name)?.offset);
    set("experts/0/0/kernel", [1]);
    set("experts/0/1/kernel", [1, 1]);
    set("experts/0/1/bias", [-1.5, 0]);
    set("towers/1/0/bias", [2]);
    const tape = new Tape(parameters, 4);
    const q = unitQuantities(tape, network(tape, deep, Float64Array.of(-1, 1, 2, 3)));
    expect(q).toEqual({ deadUnits: 0, activeUnits: (0.5 + 0.5 + 0.75) / 3, deadTowerUnits: 0.5 });
  });
});

describe("gradients", () => {
  const gradient = (values: number[], reached = values.map(() => 1)) => ({
    values: Float64Array.from(values),
    reached: Uint8Array.from(reached),
  });

  test("conflict by what both tasks reach, as PCGrad defines it", () => {
    const q = conflictQuantities([gradient([3, 0, 9], [1, 1, 1]), gradient([-1, 1, 0], [1, 1, 0])]);
    expect(q["gradientCosine/1/2"]).toBeCloseTo(-1 / Math.SQRT2, 12);
    expect(q["gradientSimilarity/1/2"]).toBeCloseTo((2 * 3 * Math.SQRT2) / 11, 12);
    expect(q["curvatureBound/1/2"]).toBeCloseTo((0.5 * (16 + 1)) / (4 + 1), 12);
  });

  test("of tasks that share nothing are not compared", () => {
    const apart = [gradient([3, 0], [1, 0]), gradient([0, 2], [0, 1])];
    expect(conflictQuantities(apart)).toEqual({});
    expect(affinityQuantities(apart, [1, 1], () => expect.unreachable())).toEqual({});
  });
});

const D = 7;
const data = { inputs: D, scale: 0.6, alpha: [1.5, 4], beta: [0.3, 1.1], noiseStd: 0.1 };
const runOf = (model: ModelSpec, diagnostics: readonly DiagnosticKind[], training: Partial<Run["training"]> = {}) =>
  makeRun({ model, data, diagnostics, index: 2 }, { heldoutRows: 23, ...training });

/** The derivative of task k's loss by parameter p, by central differences. */
function slopeOf(losses: (at: Float64Array) => number[], parameters: Float64Array, k: number, p: number): number {
  const [above, below] = [1e-6, -1e-6].map((by) => {
    const moved = Float64Array.from(parameters);
    moved[p] += by;
    return losses(moved)[k];
  }) as [number, number];
  return (above - below) / 2e-6;
}

test("affinity and conflict of a run are those of its held-out losses, by central differences and one step", () => {
  const model: ModelSpec = { ...MMOE, inputs: D, tasks: 2 };
  const run = runOf(model, ["gradients"], { lr: 0.05 });
  const rows = new TaskSet(data, run.correlationMatrix, { seed: 0, run: 2 }).rows("heldout", 23);
  const parameters = Float64Array.from(someParameters(model));
  const losses = (at: ArrayLike<number>) => taskLosses(model, at, rows);
  const gradients = [0, 1].map((k) => range(parameters.length).map((p) => slopeOf(losses, parameters, k, p)));
  const shared = parameterBlocks(model)
    .filter(({ part }) => part === "experts")
    .flatMap(({ offset, size }) => range(size).map((i) => offset + i));
  const dot = (a: number[], b: number[]) => shared.reduce((sum, i) => sum + a[i] * b[i], 0);
  const q = new Diagnosis(run).at(parameters);
  const [g1, g2] = gradients as [number[], number[]];
  expect(q["gradientCosine/1/2"]).toBeCloseTo(dot(g1, g2) / Math.sqrt(dot(g1, g1) * dot(g2, g2)), 5);
  const before = losses(parameters);
  for (const [i, j] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const moved = Float64Array.from(parameters);
    for (const p of shared) moved[p] = moved[p] - 0.05 * gradients[i]?.[p];
    expect(q[`affinity/${i + 1}/${j + 1}`]).toBeCloseTo(1 - losses(moved)[j] / before[j], 5);
  }
  expect(q.affinity).toBeCloseTo((q["affinity/1/2"] + q["affinity/2/1"]) / 2, 12);
});

test("a step for a task moves only what another learns from too: not the experts that others see but don't teach", () => {
  const model: ModelSpec = {
    ...MMOE,
    inputs: D,
    tasks: 2,
    experts: { shared: 1, perTask: 2, layers: [6] },
    gating: "detached",
  };
  const run = runOf(model, ["gradients"], { lr: 0.05 });
  const rows = new TaskSet(data, run.correlationMatrix, { seed: 0, run: 2 }).rows("heldout", 23);
  const parameters = Float64Array.from(someParameters(model));
  const losses = (at: ArrayLike<number>) => taskLosses(model, at, rows);
  const shared = parameterBlocks(model)
    .filter(({ network }) => network === "experts/0") // the only one that both learn from
    .flatMap(({ offset, size }) => range(size).map((i) => offset + i));
  const moved = Float64Array.from(parameters);
  for (const p of shared) moved[p] -= 0.05 * slopeOf(losses, parameters, 0, p);
  const expected = 1 - losses(moved)[1] / losses(parameters)[1];
  expect(new Diagnosis(run).at(parameters)["affinity/1/2"]).toBeCloseTo(expected, 6);
});

test("Huber's loss has other gradients", () => {
  const model: ModelSpec = { ...MMOE, inputs: D, tasks: 2 };
  const of = (huberDelta: number | null) =>
    new Diagnosis(runOf(model, ["gradients"], { huberDelta })).at(someParameters(model));
  expect(of(1e6)["gradientCosine/1/2"]).toBeCloseTo(of(null)["gradientCosine/1/2"], 10);
  expect(of(0.1)["gradientCosine/1/2"]).not.toBeCloseTo(of(null)["gradientCosine/1/2"], 2);
});

test("a run has the quantities of the kinds that it asks for", () => {
  const model: ModelSpec = { ...MMOE, inputs: D, tasks: 2 };
  const parameters = normals(keyOf("some"), parameterCount(model));
  expect(Object.keys(new Diagnosis(runOf(model, ["units"])).at(parameters))).toEqual([
    "deadUnits",
    "activeUnits",
    "deadTowerUnits",
  ]);
  expect(new Diagnosis(runOf(model, [])).at(parameters)).toEqual({});
});
