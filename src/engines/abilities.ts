import { UsageError } from "../errors.ts";
import { type CodeModel, isCode, type Model } from "../models/code.ts";
import { checkSpec, type GateKind, type Gating, gateKind } from "../models/spec.ts";
import type { AnyRun, Optimizer, Run } from "./engine.ts";
import type { MethodName } from "./methods.ts";

export type AbleEngine = "cpu" | "tfjs" | "cuda";

/**
 * What an engine can train. Each member of a closed set is listed: a new one does not compile until every engine lists
 * it.
 */
export interface Abilities {
  readonly gatings: Readonly<Record<Gating, boolean>>;
  readonly gates: Readonly<Record<GateKind, boolean>>;
  readonly optimizers: Readonly<Record<Optimizer, boolean>>;
  readonly methods: Readonly<Record<MethodName, boolean>>;
  /** Models in JavaScript. */
  readonly code: boolean;
}

const TENSORFLOW_JS: Abilities = {
  gatings: {
    ...{ none: true, average: true, single: true, "per-task": true },
    ...{ residual: true, detached: true, "cross-stitch": true, "snr-trans": true },
  },
  gates: { softmax: true, "top-k": true, "dselect-k": true },
  optimizers: { adam: true, sgd: true },
  methods: methods(true),
  code: true,
};

/** The engines' abilities by name: an engine that refuses a run says which others train it. */
export const ABILITIES: Readonly<Record<AbleEngine, Abilities>> = {
  cpu: {
    gatings: {
      ...{ none: true, average: true, single: true, "per-task": true },
      ...{ residual: true, detached: true, "cross-stitch": false, "snr-trans": false },
    },
    gates: { softmax: true, "top-k": true, "dselect-k": false },
    optimizers: { adam: true, sgd: true },
    methods: methods(false),
    code: false,
  },
  tfjs: TENSORFLOW_JS,
  cuda: TENSORFLOW_JS,
};

/** Every engine sums gradients; the other methods weigh those of each task. */
function methods(others: boolean): Abilities["methods"] {
  return {
    sum: true,
    ...{ uncertainty: others, gradnorm: others, pcgrad: others, mgda: others },
    ...{ cagrad: others, "nash-mtl": others, famo: others, "aligned-mtl": others },
  };
}

/** Whether an engine can train a model. */
export function trains(engine: AbleEngine, model: Model): boolean {
  const { gatings, gates, code } = ABILITIES[engine];
  if (isCode(model)) return code;
  return gatings[model.gating] && gates[gateKind(model)];
}

/**
 * Refuses a model or a method that `engine` can't train: UsageError with its name, the missing ability and the engines
 * that have it. Throws RangeError for a spec that is not a model.
 */
export function checkModel(engine: AbleEngine, model: Model, method: MethodName = "sum"): void {
  checkMethod(engine, model, method);
  if (isCode(model)) {
    expectAbility(engine, `model ${model.name}: JavaScript`, ({ code }) => code);
    return;
  }
  const { name, gating } = model;
  expectAbility(engine, `model ${name}: gating ${gating}`, ({ gatings }) => gatings[gating]);
  const kind = gateKind(model);
  expectAbility(engine, `model ${name}: gates ${kind}`, ({ gates }) => gates[kind]);
  checkSpec(model);
}

/** A model in JavaScript has no method but `sum` on any engine. */
function checkMethod(engine: AbleEngine, model: Model, method: MethodName): void {
  if (isCode(model) && method !== "sum")
    throw new UsageError(`model ${model.name}: method ${method} is not for models in JavaScript; use --method sum`);
  expectAbility(engine, `method ${method}`, ({ methods }) => methods[method]);
}

/** Refuses a run as `checkModel` does its model and method; throws RangeError if model and data differ in their sizes. */
export function checkRun(engine: AbleEngine, { id, model, data, correlationMatrix, training }: AnyRun): void {
  const { optimizer, method } = training;
  checkModel(engine, model, method);
  expectAbility(engine, `run ${id}: optimizer ${optimizer}`, ({ optimizers }) => optimizers[optimizer]);
  if (model.inputs !== data.inputs)
    throw new RangeError(`run ${id}: expected a model of ${data.inputs} inputs, as the data have, got ${model.inputs}`);
  const K = correlationMatrix.length;
  if (model.tasks !== K)
    throw new RangeError(`run ${id}: expected a model of ${K} tasks, as the data have, got ${model.tasks}`);
}

/** The runs of members of the family, and those of models in JavaScript. */
export function byKind(runs: readonly AnyRun[]): { specs: Run[]; codes: Run<CodeModel>[] } {
  return {
    specs: runs.filter((run): run is Run => !isCode(run.model)),
    codes: runs.filter((run): run is Run<CodeModel> => isCode(run.model)),
  };
}

/** Refuses a member of a closed set that came in by a cast: no engine lists it. */
function expectAbility(engine: AbleEngine, what: string, has: (abilities: Abilities) => boolean | undefined): void {
  if (has(ABILITIES[engine])) return;
  const able = Object.entries(ABILITIES).find(([, abilities]) => has(abilities));
  throw new UsageError(
    able ? `${what} is not in the ${engine} engine; use --engine ${able[0]}` : `${what} is in no engine`,
  );
}
