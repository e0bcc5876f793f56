// Models of the user's own: where they are defined, and what they are.
import { createHash } from "node:crypto";
import { generatorSettings } from "../data/presets.ts";
import { UsageError } from "../errors.ts";
import { checkSpec, type ModelSpec } from "../models/spec.ts";
import { type Ends, MODEL_NAMES, type ModelName, ZOO } from "../models/zoo.ts";
import type { OwnModel } from "./own-model-schema.ts";
import type { SettingKey, Settings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

/** Values in which a list of models may define some. */
interface Given {
  readonly models?: readonly (string | OwnModel)[] | undefined;
  readonly ownModels?: readonly OwnModel[] | undefined;
}

/** The same values with names in the list, and the definitions apart. */
export function definitionsApart<T extends Given>(values: T): Omit<T, keyof Given> & Partial<Settings> {
  const { models, ownModels, ...others } = values;
  const onTheSpot = models?.filter((model) => typeof model !== "string") ?? [];
  return {
    ...others,
    ...(models && { models: models.map((model) => (typeof model === "string" ? model : model.name)) }),
    ...((ownModels || onTheSpot.length > 0) && { ownModels: withModels(ownModels ?? [], onTheSpot) }),
  };
}

/** `before` with the definitions `more`, which replace those of the same name. */
export function withModels(before: readonly OwnModel[], more: readonly OwnModel[]): OwnModel[] {
  return [...before.filter(({ name }) => !more.some((one) => one.name === name)), ...more];
}

/** Only the definitions of models that are trained, in the order of the list. */
export function ownModelsIn({ models, ownModels }: Pick<Settings, "models" | "ownModels">): OwnModel[] {
  return models.flatMap((model) => ownModels.find(({ name }) => name === model) ?? []);
}

/**
 * Refuses names that are of no model, and definitions that are no model: UsageError. `place` names a setting, and a
 * place in it, as the user gave it.
 */
export function checkModels(settings: Settings, place: (key: SettingKey, at?: string) => string): void {
  const { inputs } = generatorSettings(settings.data);
  const own = settings.ownModels.map(({ name }) => name);
  const known = [...MODEL_NAMES, ...own];
  for (const [i, name] of settings.models.entries()) {
    if (known.includes(name)) continue;
    const expected = `expected one of ${known.join(", ")}, got "${name}"`;
    throw new UsageError(`${place("models", `[${i}]`)}: ${expected}${didYouMean(name, known)}`);
  }
  for (const model of settings.ownModels) checkDefinition(model, { inputs, tasks: settings.tasks }, place("ownModels"));
}

function checkDefinition(model: OwnModel, ends: Ends, at: string): void {
  const { name } = model;
  if ((MODEL_NAMES as string[]).includes(name))
    throw new UsageError(`${at}: model ${name}: mmoe has a model of this name; give yours another`);
  try {
    checkSpec(specOf(model, ends));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${at}: ${error.message}`);
  }
}

/** The spec of a model of one's own, or of the zoo: {@link checkModels} has found the name. */
export function modelNamed(name: string, ownModels: readonly OwnModel[], ends: Ends): ModelSpec {
  const own = ownModels.find((model) => model.name === name);
  return own === undefined ? ZOO[name as ModelName].build(ends) : specOf(own, ends);
}

function specOf({ name, like, experts, gate, tower, ...changes }: OwnModel, ends: Ends): ModelSpec {
  const base: ModelSpec = ZOO[like].build(ends);
  return {
    ...{ ...base, ...changes, name },
    experts: { ...base.experts, ...experts },
    gate: { ...base.gate, ...gate },
    tower: { ...base.tower, ...tower },
  } as ModelSpec;
}

/** A definition on one line: `like mmoe, experts.layers=[32,16]`. Equal definitions have equal texts. */
export function definitionText({ name: _, like, ...changes }: OwnModel): string {
  return [`like ${like}`, ...changesOf(changes).sort()].join(", ");
}

function changesOf(changes: object, path = ""): string[] {
  return Object.entries(changes).flatMap(([key, value]) => {
    if (typeof value === "object" && !Array.isArray(value)) return changesOf(value as object, `${path}${key}.`);
    return `${path}${key}=${JSON.stringify(value)}`;
  });
}

/** Eight hexadecimal digits of a definition. */
export function definitionHash(model: OwnModel): string {
  return createHash("sha256").update(definitionText(model)).digest("hex").slice(0, 8);
}
