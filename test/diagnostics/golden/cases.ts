// The models and runs whose diagnostics make.py computes too.

import { DIAGNOSTIC_KINDS } from "../../../src/diagnostics/kinds.ts";
import type { GeneratedRun } from "../../../src/engines/engine.ts";
import type { ModelSpec } from "../../../src/models/spec.ts";
import { type ModelName, ZOO } from "../../../src/models/zoo.ts";
import { makeRun } from "../../support/runs.ts";
import { ATTENTION, BOTTOM, CLOSED, DEEP, GATED_TOWERS, MMOE, NOISY, NORMED, OMOE, PLE } from "../../support/specs.ts";

const D = 7;
const data = { inputs: D, scale: 0.6, alpha: [1.5, 4], beta: [0.3, 1.1], noiseStd: 0.1 };

const SPECS: readonly ModelSpec[] = [
  MMOE,
  OMOE,
  BOTTOM,
  PLE,
  CLOSED,
  NORMED,
  GATED_TOWERS,
  { ...NOISY, gate: { ...NOISY.gate, top: 5 } }, // all: make.py tells by few rows what a task can learn by
  ATTENTION,
  DEEP,
  { ...MMOE, name: "shared-and-own", experts: { shared: 3, perTask: 2, layers: [6] } },
  { ...MMOE, name: "single-task", experts: { shared: 0, perTask: 1, layers: [6] }, gating: "none" },
  { ...MMOE, name: "detached", experts: { shared: 1, perTask: 2, layers: [6] }, gating: "detached" },
  { ...MMOE, name: "residual", experts: { shared: 2, perTask: 1, layers: [6] }, gating: "residual" },
  { ...DEEP, name: "deep-ple", experts: { shared: 2, perTask: 1, layers: [8, 6] }, levels: 3 },
  { ...OMOE, name: "linear", experts: { ...OMOE.experts, activation: "none" } },
  { ...DEEP, name: "deep-linear", experts: { ...DEEP.experts, activation: "none" } },
];

/** Runs with parameters of order 1, more held-out rows than a diagnosis takes, and Huber's loss for one of them. */
export const SMALL_RUNS: readonly GeneratedRun[] = SPECS.map((spec) =>
  makeRun(
    { model: { ...spec, inputs: D }, data, diagnostics: DIAGNOSTIC_KINDS, index: 2 },
    { heldoutRows: 100, lr: 0.05, huberDelta: spec === DEEP ? 0.4 : null },
  ),
);

/** How many of its held-out rows a diagnosis takes. */
export const ROWS = 64;

export const TRAINED = ["ple", "adatt", "shared-bottom", "omoe-linear"] as const;

/** A short run of three tasks, whose diagnostics are taken of the weights that an engine trained. */
export function trainedRun(name: ModelName): GeneratedRun {
  return makeRun(
    { model: ZOO[name].build({ inputs: 100, tasks: 3 }), diagnostics: DIAGNOSTIC_KINDS },
    { optimizer: "sgd", lr: 0.02, steps: 14, evalEvery: 5 },
  );
}
