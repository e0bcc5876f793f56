// Models of the user's own: where they are defined, and what they are.
import { createHash } from "node:crypto";
import { basename, extname, resolve } from "node:path";
import { codeFiles } from "../code/javascript-files.ts";
import { pythonFiles } from "../code/python-files.ts";
import { generatorSettings } from "../data/presets.ts";
import { defined } from "../defined.ts";
import { forAll, UsageError } from "../errors.ts";
import { checkSpec } from "../models/check-spec.ts";
import { languageOf, type Model } from "../models/code.ts";
import { traitsOf } from "../models/gatings.ts";
import { type Dimensions, gateCount, type ModelSpec } from "../models/spec.ts";
import { MODEL_NAMES, type ModelName, variantSpec, ZOO, zooLabel } from "../models/zoo.ts";
import type { GivenValues } from "./file-version.ts";
import { plainNameOf } from "./kinds.ts";
import type { CodeDefinition, OwnModel, SpecDefinition } from "./own-model-schema.ts";
import type { Place, Settings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import { embeddingsIn, inputsOfRows } from "./table-inputs.ts";

/** The option that changes models, and names them by what it changed. */
export const MODEL_SET = "--model-set";

/** A list of models may define some. */
interface ListedModels {
  readonly models?: readonly (string | OwnModel)[] | undefined;
  readonly ownModels?: readonly OwnModel[] | undefined;
}

/**
 * A list of names, and the definitions apart. Of a model in code they get the hash of its files, unless a stored config has
 * it. Throws UsageError for a file that can't be read, and for what it may not import.
 */
export function definitionsApart(
  { models, ownModels }: ListedModels,
  from: Pick<GivenValues, "source" | "folder">,
): Partial<Settings> {
  const listed = models?.map((model) => (typeof model === "string" ? model : plainlyNamed(model)));
  const onTheSpot = listed?.filter((model) => typeof model !== "string") ?? [];
  const definitions = forAll(withModels(ownModels ?? [], onTheSpot), (model) =>
    isCodeDefinition(model) ? found(model, from) : model,
  );
  return {
    ...(listed && { models: listed.map((model) => (typeof model === "string" ? model : model.name)) }),
    ...((ownModels || onTheSpot.length > 0) && { ownModels: definitions }),
  };
}

/** A definition whose name is plain, and the whole name as its label: ids and files have the plain one. */
export function plainlyNamed<T extends OwnModel>(model: T): T {
  const [stem, kind] = isCodeDefinition(model)
    ? [basename(model.file, extname(model.file)), "model"]
    : ["", model.like];
  const ofHash = `${kind}-${createHash("sha256").update(model.name).digest("hex").slice(0, 8)}`; // of names without such letters
  const name = plainNameOf(model.name, plainNameOf(stem, ofHash));
  return name === model.name ? model : { label: model.name, ...model, name: name.replace(/-+$/, "") };
}

export function isCodeDefinition(model: OwnModel): model is CodeDefinition {
  return "file" in model;
}

/** What is defined in code, with the hash of its files. */
export function found<T extends Pick<CodeDefinition, "name" | "file" | "sha256">>(
  model: T,
  { source, folder = "." }: Pick<GivenValues, "source" | "folder">,
  kind = "model",
): T {
  const file = resolve(folder, model.file);
  const at = `${source}: ${kind} ${model.name}: ${model.file}`;
  const code = { name: model.name, file };
  const filesOf = () => (languageOf(code) === "Python" ? pythonFiles(code, { source: at }) : codeFiles(code, at));
  return { ...model, file, sha256: model.sha256 ?? filesOf().sha256 };
}

/** `before` with the definitions `more`, which replace those of the same name. */
export function withModels(before: readonly OwnModel[], more: readonly OwnModel[]): OwnModel[] {
  return [...before.filter(({ name }) => !more.some((one) => one.name === name)), ...more];
}

/** Only the definitions of models that are trained, in the order of the list. */
export function ownModelsIn({ models, ownModels }: Pick<Settings, "models" | "ownModels">): OwnModel[] {
  return models.flatMap((model) => ownModels.find(({ name }) => name === model) ?? []);
}

/** Refuses names that are of no model, and definitions that are no model: UsageError. */
export function checkModels(settings: Settings, place: Place): void {
  const own = settings.ownModels.map(({ name }) => name);
  const twice = settings.models.find((name, i) => settings.models.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UsageError(`${place("models")}: several would be named ${twice} in ids and files; give them other names`);
  const known = [...MODEL_NAMES, ...own];
  forAll(settings.models, (name, i) => {
    if (known.includes(name)) return;
    const expected = `expected one of ${known.join(", ")}, got "${name}"`;
    throw new UsageError(`${place("models", `[${i}]`)}: ${expected}${didYouMean(name, known) || OWN_FILE}`);
  });
  forAll(settings.ownModels, (model) => checkDefinition(model, settings, place("ownModels")));
  const code = settings.ownModels.find((model) => isCodeDefinition(model) && settings.models.includes(model.name));
  if (code && settings.rows?.lists)
    throw new UsageError(
      `${place("models")}: ${code.name} is code, which reads no lists; leave it out, or ${settings.rows.lists.join(", ")}`,
    );
  if (code && settings.rows?.funnel)
    throw new UsageError(
      `${place("models")}: ${code.name} is code, which predicts labels apart; leave it out, or the funnel`,
    );
  const zoos = settings.models.filter((name): name is ModelName => !own.includes(name));
  forAll(zoos, (name) => checkedSpec(place("models"), () => ZOO[name].build(dimensionsOf(settings))));
}

const OWN_FILE = "; your own model needs its file: --model my-model.mjs";

/** Models of the zoo that came after sweeps with models of such names, which stay what they define. */
const LATER: readonly string[] = [
  "factorization-machine",
  "logistic-regression",
  "mmoe-top-k-noisy",
  "mtan",
] satisfies ModelName[];

function checkDefinition(model: OwnModel, settings: Settings, at: string): void {
  const { name } = model;
  if ((MODEL_NAMES as string[]).includes(name) && !LATER.includes(name))
    throw new UsageError(`${at}: model ${name}: mmoe has a model of this name; give yours another`);
  if (isCodeDefinition(model)) {
    checkCode(model, at);
    return;
  }
  checkedSpec(
    at,
    () => {
      const spec = variantSpec(model, dimensionsOf(settings));
      checkGateUsed(model, spec);
      return spec;
    },
    (message) => (at === MODEL_SET ? asTyped(message, model) : message),
  );
}

/** Refuses what is no model, or too large a one: UsageError by the name `at`. */
function checkedSpec(at: string, made: () => ModelSpec, worded = (message: string) => message): void {
  try {
    checkSpec(made());
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${at}: ${worded(error.message)}`);
  }
}

/** Only Python's models have options. */
function checkCode(model: CodeDefinition, at: string): void {
  const given = (["class", "options"] as const).find((key) => model[key] !== undefined);
  if (given === undefined || languageOf(model) === "Python") return;
  throw new UsageError(`${at}: model ${model.name}: ${given} is for models in Python, this is JavaScript`);
}

/** Refuses changes of a gate that the model has not, which would train the same model under another name. */
function checkGateUsed({ name, gate }: SpecDefinition, spec: ModelSpec): void {
  const [field] = Object.keys(gate ?? {});
  if (field === undefined || gateCount(spec) > 0 || traitsOf(spec).links === "masks") return;
  throw new RangeError(`model ${name}: gate.${field}: expected a gate, got gating ${spec.gating}`);
}

/** `model mmoe-experts.shared-0: ...`, a name that nobody typed, as `mmoe with experts.shared=0: ...`. */
function asTyped(message: string, model: SpecDefinition): string {
  const { name, label: _, like, ...changes } = model;
  const said = changesOf(changes).sort().join(", ").replaceAll('"', "");
  return message.replace(`model ${name}:`, `${like} with ${said}:`);
}

/** {@link checkTasks} and `checkRows` have found where the rows come from. */
function dimensionsOf({ data, rows, tasks }: Settings): Dimensions {
  if (rows) return { inputs: inputsOfRows(rows), ...embeddingsIn(rows), tasks };
  return { inputs: generatorSettings(data as NonNullable<typeof data>).inputs, tasks };
}

/** A model of the user or of the zoo: {@link checkModels} has found the name. */
export function modelNamed(name: string, ownModels: readonly OwnModel[], dimensions: Dimensions): Model {
  const own = ownModels.find((model) => model.name === name);
  if (own === undefined) return ZOO[name as ModelName].build(dimensions);
  if (!isCodeDefinition(own)) return variantSpec(own, dimensions);
  const { file, sha256, class: made, options, env } = own;
  const { embeddings, ...others } = dimensions;
  const categories = embeddings?.map(({ rows }) => rows);
  return { name, ...others, ...defined({ categories, class: made, options, env }), file, sha256: sha256 as string };
}

/** What a model is called in figures and reports. */
export function modelLabel({ ownModels }: Pick<Settings, "ownModels">, name: string): string {
  const own = ownModels.find((model) => model.name === name);
  return own ? (own.label ?? name) : zooLabel(name);
}

/**
 * A definition on one line: `like mmoe, experts.layers=[32,16]`, or `my-model.mjs (sha256 1f0c9d3e)`, or
 * `nets.py, class=Wide, options.width=64 (sha256 1f0c9d3e)`. Equal definitions have equal texts.
 */
export function definitionText(model: OwnModel): string {
  if (isCodeDefinition(model))
    return `${[basename(model.file), ...madeWith(model)].join(", ")} (sha256 ${definitionHash(model)})`;
  const { name: _, label: __, like, ...changes } = model;
  return [`like ${like}`, ...changesOf(changes).sort()].join(", ");
}

export function changesOf(changes: object, path = ""): string[] {
  return Object.entries(changes).flatMap(([key, value]) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return changesOf(value as object, `${path}${key}.`);
    return `${path}${key}=${JSON.stringify(value)}`;
  });
}

function madeWith({ class: made, options, env }: CodeDefinition): string[] {
  return changesOf(defined({ class: made, options, env })).sort();
}

/**
 * Eight hexadecimal digits of a definition: of a model in code, those of its files, wherever they are, or, with a class,
 * options or variables, of these together.
 */
export function definitionHash(model: OwnModel): string {
  const made = isCodeDefinition(model) ? madeWith(model) : [];
  if (isCodeDefinition(model) && made.length === 0) return (model.sha256 as string).slice(0, 8);
  const text = isCodeDefinition(model) ? [model.sha256, ...made].join("\n") : definitionText(model);
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
