// Categories of many values, read as learned vectors: that all engines train them, and to the same numbers.

import { describe, expect, test } from "vitest";
import { fuses } from "../../src/engines/cpu/native.ts";
import type { Run } from "../../src/engines/engine.ts";
import { EMBEDDING_STEPS } from "../../src/engines/training-settings.ts";
import { type ModelName, ZOO } from "../../src/models/zoo.ts";
import { expectAgreement, expectSameDiagnostics } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";
import { DIMENSIONS, embeddedRun } from "../support/embedded-runs.ts";
import { fused, KINDS, NATIVE, statesAt, trained, trainedFrom } from "./cpu/same-bits.ts";

const engines = bothEngines();

const modelOf = (name: ModelName) => ZOO[name].build(DIMENSIONS);

/** Runs of models of all kinds, on the same rows. */
const runsOf = (training: Parameters<typeof embeddedRun>[1]) =>
  KINDS.map((name) => embeddedRun(modelOf(name), training));

const BATCHES = [
  ["batches of 1", { batch: 1 }],
  ["batches of 3 by sgd", { batch: 3, optimizer: "sgd" as const }],
  ["batches of 13", { batch: 13 }],
  ["batches of 100 by sgd", { batch: 100, optimizer: "sgd" as const }],
  ["batches of 70, drawn with replacement", { batch: 70, sampling: "replacement" as const }],
  ["batches of 3 by lazy steps", { batch: 3, embeddingSteps: "lazy" as const }],
  ["batches of 13 by lazy steps that are clipped", { batch: 13, embeddingSteps: "lazy" as const, clipNorm: 0.1 }],
  ["batches of 100 by lazy steps", { batch: 100, embeddingSteps: "lazy" as const }],
] as const;

describe.each(BATCHES)("in %s", (_, training) => {
  const runs = runsOf({ steps: 8, evalEvery: 3, ...training });

  test.runIf(NATIVE.length > 0)("every kernel set trains to the same bits", () => {
    const outcomes = trained("wasm", runs);
    for (const set of NATIVE) expect(trained(set, runs), set).toEqual(outcomes);
  });

  const [first, ...others] = NATIVE.filter(fuses);
  test.runIf(others.length > 0)("and so do those of fused arithmetic", () => {
    const outcomes = trained(first, fused(runs));
    for (const set of others) expect(trained(set, fused(runs)), set).toEqual(outcomes);
  });
});

test.each(EMBEDDING_STEPS)(
  "a run of %s steps that stops and goes on has the bits of one that never stopped",
  (embeddingSteps) => {
    const runs = runsOf({ batch: 13, steps: 150, evalEvery: 50, embeddingSteps });
    const set = NATIVE[0] ?? "wasm";
    const { states } = statesAt(40, set, runs);
    expect(states.every(({ step }) => step >= 40 && step < 150)).toBe(true);
    expect(trainedFrom(states, set, runs)).toEqual(trained(set, runs));
  },
);

const AGREEING: ModelName[] = [
  ...(["mmoe", "single-task", "omoe", "ple", "cross-stitch", "l2-constrained"] as const),
  ...(["tensor-factorization", "snr-trans", "dselect-k"] as const),
];
test.each(AGREEING)("cpu and tfjs agree on %s", (name) =>
  expectAgreement(embeddedRun(modelOf(name), { batch: 20 }), [engines.cpu, engines.tfjs]),
);

test("cpu and tfjs agree on a gate and an expert of each task's own, with tables of their own", () => {
  const model = { ...modelOf("mmoe"), name: "own", experts: { shared: 0, perTask: 2, layers: [9, 6] } };
  return expectAgreement(embeddedRun(model, { batch: 20 }), [engines.cpu, engines.tfjs]);
});

test("diagnostics are of what networks read, with the same values on both engines", async () => {
  const run: Run = { ...embeddedRun(modelOf("mmoe"), { batch: 20 }), diagnostics: ["gates", "units", "gradients"] };
  const found = await expectSameDiagnostics(run, [engines.cpu, engines.tfjs], 1e-3);
  expect(Object.keys(found?.values ?? {})).toEqual(expect.arrayContaining(["gateWeight/1/1", "gradientCosine/1/2"]));
});
