import type { TableSettings } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { checkSpec } from "../models/check-spec.ts";
import { type CodeModel, isCode, type Language, languageOf, type Model } from "../models/code.ts";
import { type GateKind, type Gating, gateKind } from "../models/spec.ts";
import type { AnyRun, Run } from "./engine.ts";
import type { Optimizer } from "./training-settings.ts";

export type AbleEngine = "cpu" | "tfjs" | "cuda" | "python" | "node";

/**
 * What an engine can train. Each member of a closed set is listed: a new one does not compile until every engine lists
 * it.
 */
interface Abilities {
  readonly gatings: Readonly<Record<Gating, boolean>>;
  readonly gates: Readonly<Record<GateKind, boolean>>;
  readonly optimizers: Readonly<Record<Optimizer, boolean>>;
  /** Models in code. */
  readonly code: Readonly<Record<Language, boolean>>;
  /** Methods other than the sum of the tasks' losses. */
  readonly methods: boolean;
}

const TENSORFLOW_JS: Abilities = {
  gatings: {
    ...{ none: true, average: true, single: true, "per-task": true },
    ...{ residual: true, detached: true, "cross-stitch": true, "snr-trans": true },
    ...{ "l2-constrained": true, "tensor-factorization": true },
  },
  gates: { softmax: true, "top-k": true, "dselect-k": true },
  optimizers: { adam: true, adamw: true, sgd: true },
  code: { JavaScript: false, Python: false },
  methods: true,
};

/** A process trains models in its language alone. */
function ofLanguage(language: Language): Abilities {
  return {
    gatings: {
      ...{ none: false, average: false, single: false, "per-task": false },
      ...{ residual: false, detached: false, "cross-stitch": false, "snr-trans": false },
      ...{ "l2-constrained": false, "tensor-factorization": false },
    },
    gates: { softmax: false, "top-k": false, "dselect-k": false },
    optimizers: { adam: true, adamw: true, sgd: true },
    code: { JavaScript: false, Python: false, [language]: true },
    methods: false,
  };
}

/** The engines' abilities by name: an engine that refuses a run says which others train it. */
export const ABILITIES: Readonly<Record<AbleEngine, Abilities>> = {
  cpu: {
    gatings: {
      ...{ none: true, average: true, single: true, "per-task": true },
      ...{ residual: true, detached: true, "cross-stitch": true, "snr-trans": true },
      ...{ "l2-constrained": true, "tensor-factorization": true },
    },
    gates: { softmax: true, "top-k": true, "dselect-k": true },
    optimizers: { adam: true, adamw: true, sgd: true },
    code: { JavaScript: false, Python: false },
    methods: true,
  },
  tfjs: TENSORFLOW_JS,
  cuda: TENSORFLOW_JS,
  python: ofLanguage("Python"),
  node: ofLanguage("JavaScript"),
};

/** Whether an engine can train a model. */
export function trains(engine: AbleEngine, model: Model): boolean {
  const { gatings, gates, code } = ABILITIES[engine];
  if (isCode(model)) return code[languageOf(model)];
  return gatings[model.gating] && gates[gateKind(model)];
}

/** Whether an engine can train a run: its model, with its method. */
export function trainsRun(engine: AbleEngine, { model, training }: Pick<AnyRun, "model" | "training">): boolean {
  return trains(engine, model) && (training.method === "sum" || (ABILITIES[engine].methods && !isCode(model)));
}

/**
 * Refuses a run that `engine` can't train: UsageError with the missing ability and the engines that have it. Throws
 * RangeError for a spec that is no model, for a model and data that differ in their sizes, and for a method on a path
 * without methods: people's settings are checked before.
 */
export function checkRun(engine: AbleEngine, { id, model, data, correlationMatrix, training }: AnyRun): void {
  checkModel(engine, model);
  const { optimizer } = training;
  expectAbility(engine, `run ${id}: optimizer ${optimizer}`, ({ optimizers }) => optimizers[optimizer]);
  if (!trainsRun(engine, { model, training }))
    throw new RangeError(`run ${id}: expected method sum, got ${training.method}`);
  if (model.inputs !== data.inputs)
    throw new RangeError(`run ${id}: expected a model of ${data.inputs} inputs, as the data have, got ${model.inputs}`);
  const K = correlationMatrix?.length ?? (data as TableSettings).tasks;
  if (model.tasks !== K)
    throw new RangeError(`run ${id}: expected a model of ${K} tasks, as the data have, got ${model.tasks}`);
}

function checkModel(engine: AbleEngine, model: Model): void {
  if (isCode(model)) {
    const language = languageOf(model);
    expectAbility(engine, `model ${model.name}: ${language}`, ({ code }) => code[language]);
    return;
  }
  const { name, gating } = model;
  expectAbility(engine, `model ${name}: gating ${gating}`, ({ gatings }) => gatings[gating]);
  const kind = gateKind(model);
  expectAbility(engine, `model ${name}: gates ${kind}`, ({ gates }) => gates[kind]);
  checkSpec(model);
}

/** The runs of members of the family, and those of models in code. */
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
