import type { TableSettings } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { checkSpec } from "../models/check-spec.ts";
import { type CodeModel, isCode, type Language, languageOf, type Model } from "../models/code.ts";
import type { AnyRun, Run } from "./engine.ts";
import { isWeighted } from "./task-losses.ts";
import { OPTIMIZERS } from "./training-settings.ts";

/** The language of the models that an engine trains; null for engines that train all members of the family. */
const LANGUAGE_OF = {
  cpu: null,
  tfjs: null,
  cuda: null,
  python: "Python",
  node: "JavaScript",
} as const satisfies Record<string, Language | null>;

type EngineName = keyof typeof LANGUAGE_OF;

const ENGINES = Object.keys(LANGUAGE_OF) as EngineName[];

export function enginesOf(model: Model): EngineName[] {
  const language = isCode(model) ? languageOf(model) : null;
  return ENGINES.filter((engine) => LANGUAGE_OF[engine] === language);
}

/**
 * Refuses a run that `engine` can't train: UsageError for a model that is another engine's. Throws RangeError for a spec that is
 * no model, for a model and data that differ in their sizes, and for an unknown optimizer: people's settings are checked before.
 */
export function checkRun(engine: EngineName, run: AnyRun): void {
  const { id, model, data, correlationMatrix, training } = run;
  if (!enginesOf(model).includes(engine)) {
    const what = isCode(model) ? languageOf(model) : `gating ${model.gating}`;
    throw new UsageError(`model ${model.name}: ${what} is not in the ${engine} engine`);
  }
  if (["tfjs", "cuda"].includes(engine) && isWeighted(run))
    throw new UsageError(
      `engine ${engine}: trains without weights of rows and classes; leave them out, or give --engine cpu`,
    );
  if (!isCode(model)) checkSpec(model);
  const { optimizer } = training;
  if (!OPTIMIZERS.includes(optimizer))
    throw new RangeError(`run ${id}: expected an optimizer of ${OPTIMIZERS.join(", ")}, got ${optimizer}`);
  if (model.inputs !== data.inputs)
    throw new RangeError(`run ${id}: expected a model of ${data.inputs} inputs, as the data have, got ${model.inputs}`);
  const K = correlationMatrix?.length ?? (data as TableSettings).tasks;
  if (model.tasks !== K)
    throw new RangeError(`run ${id}: expected a model of ${K} tasks, as the data have, got ${model.tasks}`);
}

/** The runs of members of the family, and those of models in code. */
export function byKind(runs: readonly AnyRun[]): { specs: Run[]; codes: Run<CodeModel>[] } {
  return {
    specs: runs.filter((run): run is Run => !isCode(run.model)),
    codes: runs.filter((run): run is Run<CodeModel> => isCode(run.model)),
  };
}
