// What cases of golden.test.ts do not show.
import { expect, test } from "vitest";
import { Diagnosis } from "../../src/diagnostics/diagnosis.ts";
import { network } from "../../src/diagnostics/network.ts";
import { affinityQuantities, conflictQuantities, unitQuantities } from "../../src/diagnostics/quantities.ts";
import { Tape } from "../../src/diagnostics/tape.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { parameterBlocks, parameterCount } from "../../src/models/parameters.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { type ModelName, ZOO } from "../../src/models/zoo.ts";
import { makeRun } from "../support/runs.ts";
import { MMOE } from "../support/specs.ts";
import { trainedRun } from "./golden/cases.ts";

test("a unit is dead that is on for less than 1 row in 1,000", () => {
  const model: ModelSpec = {
    ...MMOE,
    inputs: 1,
    tasks: 2,
    gating: "none",
    experts: { shared: 1, perTask: 0, layers: [4] },
    tower: { layers: [] },
  };
  const parameters = new Float64Array(parameterCount(model)).fill(1);
  const { offset } = parameterBlocks(model).find(({ name }) => name === "experts/0/0/bias") as { offset: number };
  parameters.set([-3.09, -3.0905, -3.5, 0], offset); // on for .0010008, .0009991 and .0002 of normal rows, and for half
  const tape = new Tape(parameters, 1);
  expect(unitQuantities(tape, network(tape, model, Float64Array.of(1))).deadUnits).toBe(0.5);
});

test("gradients of tasks that share nothing are not compared", () => {
  const gradient = (values: number[], reached: number[]) => {
    return { values: Float64Array.from(values), reached: Uint8Array.from(reached) };
  };
  const apart = [gradient([3, 0], [1, 0]), gradient([0, 2], [0, 1])];
  expect(conflictQuantities(apart)).toEqual({});
  expect(affinityQuantities(apart, [1, 1], () => expect.unreachable())).toEqual({});
});

const UNITS = ["deadUnits", "activeUnits", "deadTowerUnits"];
const GATES = ["gateWeight", "gateEntropy", "meanGateEntropy", "gateDistance", "expertsInUse"];
const GRADIENTS = ["gradientCosine", "gradientSimilarity", "curvatureBound", "affinity"];
const ALIGNMENT = ["unitAlignment", "alignment", "alignedLoss"];

test.each<[ModelName, string[]]>([
  ["single-task", [...UNITS, ...ALIGNMENT]],
  ["average", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
  ["cross-stitch", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
  ["l2-constrained", [...UNITS, ...ALIGNMENT]],
  ["tensor-factorization", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
  ["snr-trans", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
  ["mmoe-detached", [...GATES, ...UNITS, ...GRADIENTS, ...ALIGNMENT]],
  ["mmoe-linear", [...GATES, "deadTowerUnits", ...GRADIENTS, ...ALIGNMENT]],
  ["mmoe-top-k", [...GATES, ...UNITS, ...GRADIENTS, ...ALIGNMENT]],
])("%s has the quantities that apply to it: %j", (name, quantities) => {
  const run = trainedRun(name);
  const found = new Diagnosis(run).at(initialParameters(run));
  expect([...new Set(Object.keys(found).map((quantity) => quantity.split("/")[0]))]).toEqual(quantities);
  expect(Object.values(found).filter((value) => !Number.isFinite(value))).toEqual([]);
});

test("a run has the quantities of the kinds that it asks for", () => {
  const found = (diagnostics: readonly ("units" | "gates")[]) => {
    const run = makeRun({ model: ZOO.mmoe.build({ inputs: 100, tasks: 2 }), diagnostics });
    return Object.keys(new Diagnosis(run).at(initialParameters(run)));
  };
  expect(found(["units"])).toEqual(UNITS);
  expect(found([])).toEqual([]);
});
