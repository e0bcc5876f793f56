// Methods on the kernels: as tfjs trains them, and the same bits on every kernel set, in every layout, stopped or not. What each
// method makes of gradients is compared with PyTorch in test/python/methods.test.ts.
import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../../src/data/presets.ts";
import type { Run } from "../../../src/engines/engine.ts";
import { combinesGradients, METHODS, type MethodConstants, type MethodName } from "../../../src/engines/methods.ts";
import type { ModelSpec } from "../../../src/models/spec.ts";
import { type ModelName, ZOO } from "../../../src/models/zoo.ts";
import { expectAgreement } from "../../support/agreement.ts";
import { bothEngines } from "../../support/both-engines.ts";
import { DIMENSIONS, embeddedRun } from "../../support/embedded-runs.ts";
import { makeRun } from "../../support/runs.ts";
import { gappyRun } from "../tfjs/model/gappy-run.ts";
import { fused, NATIVE, statesAt, trained, trainedByWasm, trainedFrom } from "./same-bits.ts";

const engines = bothEngines();

const OTHERS = METHODS.filter((method) => method !== "sum");

interface Others {
  readonly batch?: number;
  readonly dropout?: number;
  readonly constants?: MethodConstants;
}

function runOf(name: ModelName, tasks: number, method: MethodName, others: Others = {}): Run {
  const { batch = 64, dropout = 0, constants } = others;
  const inputs = 37;
  const model = { ...ZOO[name].build({ inputs, tasks }), dropout };
  const training = { method, batch, trainRows: "fresh", heldoutRows: 8, lr: 0.001, steps: 8, evalEvery: 3 } as const;
  const withConstants = { ...training, ...(constants && { constants }) };
  const data = { ...GENERATOR_PRESETS.paper.settings, inputs };
  return makeRun({ model, data, correlationMatrix: correlationMatrix(tasks, 0.5), index: 2 }, withConstants);
}

const SPECIAL = [
  "omoe-linear",
  "dselect-k",
  "l2-constrained",
  "cross-stitch",
  "snr-trans",
  "mmoe-home",
  "ppnet",
  "tensor-factorization",
] as const;

/** Those whose parameters of one task get another gradient than the sum's: `db-mtl`'s that of log L_k. */
const OWN: readonly MethodName[] = ["gradnorm", "db-mtl"];

/** GradNorm differentiates by the last shared layer, which each model has elsewhere; the others take what is shared as one. */
const BY_MODEL: readonly MethodName[] = ["gradnorm", "pcgrad"];

const COMPARED: readonly (readonly [MethodName, ModelName, number])[] = [
  ...(["mmoe", "ple", ...SPECIAL] as const).map((name) => ["gradnorm", name, 3] as const),
  ...(["ple", ...SPECIAL] as const).map((name) => ["pcgrad", name, 3] as const),
  ["aligned-mtl", "shared-bottom", 10],
  ["excess", "ple", 3],
  ["db-mtl", "ple", 3],
];

test.each(COMPARED)("cpu and tfjs train by %s %s of %i tasks", async (method, name, tasks) => {
  await expectAgreement(runOf(name, tasks, method), [engines.cpu, engines.tfjs]);
});

/** Constants that are not the defaults. */
const CONSTANTS: readonly (readonly [MethodName, MethodConstants])[] = [
  ["gradnorm", { alpha: 0.4, rate: 0.2, momentum: 0.5 }],
  ["cagrad", { c: 0.8, momentum: 0.3 }],
  ["famo", { rate: 0.3, decay: 0.5, momentum: 0.6 }],
  ["dwa", { temperature: 0.5, window: 1, momentum: 0.2 }],
  ["stch", { mu: 0.3, window: 2 }],
  ["fairgrad", { alpha: 2.5 }],
  ["excess", { rate: 0.4, momentum: 0.3 }],
  ["db-mtl", { decay: 0.7, sigma: 0.5, momentum: 0.2 }],
];

test.each(CONSTANTS)("cpu and tfjs train by %s with %o", async (method, constants) => {
  await expectAgreement(runOf("mmoe", 2, method, { constants }), [engines.cpu, engines.tfjs]);
});

test.each(CONSTANTS)(
  "%s with %o, gaps and a momentum gives the same bits everywhere, stopped or not",
  (method, constants) => {
    const runs = [gappyRun(GAPPY, { method, constants, batch: 3, steps: 20, evalEvery: 3 })];
    for (const set of NATIVE) expect(trained(set, runs)).toEqual(trainedByWasm(runs));
    const { states } = statesAt(5, "wasm", runs);
    expect(trainedFrom(states, "wasm", runs)).toEqual(trainedByWasm(runs));
  },
);

const FEW = ["mmoe", "ple", "single-task", "snr-trans"] as const;
/** One or two levels, gates of several kinds, towers that read the same. */
const MODELS = [
  ...FEW,
  ...(["shared-bottom", "omoe", "adatt", "mmoe-linear", "shared-bottom-linear"] as const),
  ...SPECIAL.filter((name) => name !== "snr-trans"),
];

/** Runs of three tasks that train together, with dropout. */
const runsBy = (method: MethodName, batch: number, models: readonly ModelName[]): Run[] =>
  models.map((name) => runOf(name, 3, method, { batch, dropout: 0.1 }));

const GAPPY: ModelSpec = { ...ZOO.mmoe.build({ inputs: 3, tasks: 3 }) };

describe.each(OTHERS)("%s", (method) => {
  test.each([3, 21])("gives the same bits on every kernel set with batches of %i", (batch) => {
    const runs = runsBy(method, batch, BY_MODEL.includes(method) && batch > 3 ? MODELS : FEW);
    const gappy = [gappyRun(GAPPY, { method, batch })];
    expect(trainedByWasm(runs)?.every(({ failure }) => failure === undefined)).toBe(true);
    for (const set of NATIVE) {
      expect(trained(set, runs)).toEqual(trainedByWasm(runs));
      expect(trained(set, gappy)).toEqual(trainedByWasm(gappy));
    }
    const [first, ...others] = NATIVE;
    for (const set of others) expect(trained(set, fused(runs))).toEqual(trained(first, fused(runs)));
  });

  test("goes on from a state to the bits of a run that was not stopped", () => {
    const runs = runsBy(method, 13, FEW);
    const { states } = statesAt(5, "wasm", runs);
    expect(states.every(({ step }) => step > 4 && step < 8)).toBe(true);
    expect(trainedFrom(states, "wasm", runs)).toEqual(trainedByWasm(runs));
  });

  test("trains beside the sum, on the same code, what it trains alone", () => {
    const runs = [runOf("mmoe", 2, "sum"), runOf("mmoe", 2, method), runOf("mmoe", 2, "mgda")];
    expect(trained("wasm", runs)).toEqual(runs.flatMap((run) => trained("wasm", [run])));
  });
});

test.each(OTHERS.filter((method) => combinesGradients({ method }) && !OWN.includes(method)))(
  "%s trains networks that share nothing as the sum does, bit for bit",
  (method) => {
    for (const batch of [3, 64]) {
      const [ours, sum] = [method, "sum" as const].map((name) =>
        trained("wasm", [runOf("single-task", 3, name, { batch })]),
      );
      expect(ours).toEqual(sum);
    }
  },
);

const EMBEDDED = (["mmoe", "single-task"] as const).map((name) => ZOO[name].build(DIMENSIONS));

test.each(OTHERS)("%s trains embeddings to the same bits on every kernel set", (method) => {
  for (const model of EMBEDDED) {
    const run = embeddedRun(model, { method, batch: 24, lr: 0.003 });
    for (const set of NATIVE) expect(trained(set, [run])).toEqual(trainedByWasm([run]));
  }
});

test.each(["uncertainty", "gradnorm", "pcgrad"] as const)(
  "%s trains embeddings that all tasks read, and those of each task, as tfjs does",
  async (method) => {
    for (const model of EMBEDDED)
      await expectAgreement(embeddedRun(model, { method, batch: 24 }), [engines.cpu, engines.tfjs]);
  },
);
