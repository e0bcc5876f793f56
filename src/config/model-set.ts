import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, extname } from "node:path";
import { UsageError } from "../errors.ts";
import type { GridPoint, GridValue } from "../identity/cell.ts";
import { type Language, languageOf, SEEN_BY_ALL } from "../models/code.ts";
import { type ModelName, plainText, variantName, ZOO } from "../models/zoo.ts";
import { checkedBy } from "./checked-by.ts";
import type { Override } from "./file-version.ts";
import { LONGEST_NAME } from "./kinds.ts";
import { parseValue } from "./load.ts";
import {
  CHANGE_KEYS,
  CHANGES_SCHEMA,
  type CodeDefinition,
  type OwnModel,
  type SpecDefinition,
} from "./own-model-schema.ts";
import { MODEL_SET as FLAG, isCodeDefinition, plainlyNamed } from "./own-models.ts";
import type { Settings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

/**
 * An override from each `--model ./my-model.mjs`: a model in JavaScript or Python, named by its file, after those of the
 * list. Throws UsageError for names of models that are no file, and for two models of one name.
 */
export function modelFileOverrides(files: readonly string[]): Override[] {
  const given = new Map<string, string>();
  return files.map((text) => {
    const model = modelIn(text);
    checkIsFile(model.file);
    const other = given.get(model.name) ?? text;
    if (other !== text)
      throw new UsageError(
        `--model: ${other} and ${text} would both be named ${model.name}; name them in a config's models`,
      );
    given.set(model.name, text);
    return { source: "--model", valuesAfter: ({ models }) => ({ models: withModel(models, model) }) };
  });
}

/** `my.py=My model`: a file, with the model's name behind its ending, before class and options. */
function modelIn(text: string): CodeDefinition {
  const [, file = text, label, rest = ""] = /^(.*?\.(?:py|[cm]?[jt]s))=([^:]*)(.*)$/is.exec(text) ?? [];
  const made = pythonModel(file + rest) ?? { name: basename(file, extname(file)), file };
  if (label === undefined) return made;
  if (label.trim() === "") throw new UsageError(`--model: expected FILE=NAME such as "my.py=My model", got '${text}'`);
  return plainlyNamed({ ...made, name: label.trim() });
}

/**
 * `nets.py`, `nets.py:Wide`, `nets.py:Wide:width=64,depth=2` or `nets.py:width=64`, named by what tells it from others:
 * `nets`, `Wide`, `Wide-width-64-depth-2`, `nets-width-64`. Undefined for a file in another language.
 */
function pythonModel(text: string): CodeDefinition | undefined {
  const [, file, rest = ""] = /^(.*?\.py)(?::(.*))?$/is.exec(text) ?? [];
  if (file === undefined) return undefined;
  const [first = "", ...others] = rest.split(":");
  const [made, given] = first.includes("=") ? ["", [first, ...others].join(":")] : [first, others.join(":")];
  const options = optionsIn(text, given);
  const said = Object.entries(options).map(([key, value]) => `-${key}-${plainText(String(value))}`);
  return {
    name: `${made || basename(file, extname(file))}${said.join("")}`,
    file,
    ...(made && { class: made }),
    ...(said.length > 0 && { options }),
  };
}

/** The options in `width=64,depth=2`. */
function optionsIn(model: string, text: string): NonNullable<CodeDefinition["options"]> {
  const parts = text === "" ? [] : text.split(/,(?=\s*\p{XID_Continue}+=)/u);
  return Object.fromEntries(
    parts.map((part) => {
      const [, key, value] = /^\s*([\p{XID_Start}_]\p{XID_Continue}*)=(.*)$/su.exec(part) ?? [];
      if (key === undefined)
        throw new UsageError(
          `--model: expected FILE.py:CLASS:OPTION=VALUE,... such as nets.py:Wide:width=64, got '${model}'`,
        );
      return [key, parseValue(value ?? "") as string];
    }),
  );
}

/** The list with a model at its end, or in the place where it is named already. */
function withModel(models: readonly string[], model: CodeDefinition) {
  return models.includes(model.name) ? models.map((name) => (name === model.name ? model : name)) : [...models, model];
}

/** Refuses a notebook, and `--model mmoe`, which means `--models mmoe`. */
function checkIsFile(file: string): void {
  if (/\.ipynb$/i.test(file))
    throw new UsageError(`--model: expected a file such as ./my_model.py or ./my-model.mjs, got '${file}'`);
  const names = file.split(",");
  if (!names.every((name) => Object.hasOwn(ZOO, name)) || existsSync(file)) return;
  throw new UsageError(
    `--model: expected a file such as ./my_model.py or ./my-model.mjs, got '${file}'; for mmoe's own models give --models ${file}`,
  );
}

/**
 * An override from each `--env NAME`: all models in code see this variable, and its value is part of what they are. Throws
 * UsageError for one that is not set, and for one that all see anyway.
 */
export function envOverrides(
  names: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): Override[] {
  const values = names.map((name) => {
    const value = variables[name];
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new UsageError(`--env: expected the name of a variable, got '${name}'`);
    if (SEEN_BY_ALL.includes(name)) throw new UsageError(`--env ${name}: every model sees it; leave the option out`);
    if (value === undefined) throw new UsageError(`--env ${name}: this variable is not set`);
    return [name, value] as const;
  });
  if (values.length === 0) return [];
  return [{ source: "--env", valuesAfter: (before) => ({ models: seeing(before, Object.fromEntries(values)) }) }];
}

/** The list, each model in code with more variables. */
function seeing({ models, ownModels }: Settings, values: Readonly<Record<string, string>>): (string | OwnModel)[] {
  const codes = ownModels.filter((model) => isCodeDefinition(model)).filter(({ name }) => models.includes(name));
  if (codes.length === 0) throw new UsageError("--env: is for your own models in code; give one by --model FILE");
  return models.map((name) => {
    const own = codes.find((model) => model.name === name);
    return own ? { ...own, env: { ...own.env, ...values } } : name;
  });
}

const CHANGE_CODE: Readonly<Record<Language, string>> = {
  JavaScript: "change its file",
  Python: "give options, as --model nets.py:Wide:width=64",
};

/** A change of one model, e.g. of `mmoe` the value 4 at `experts.shared`. */
interface Change {
  readonly model: string;
  readonly path: readonly string[];
  /** As it was typed. */
  readonly text: string;
  /** The option that gave it. */
  readonly flag: string;
}

/**
 * One override from all `--model-set mmoe.experts.shared=4`: each model that they change becomes, in its place, a model
 * of the user whose name says what was changed, `mmoe-experts.shared-4`.
 */
export function modelSetOverrides(assignments: readonly string[]): Override[] {
  if (assignments.length === 0) return [];
  return [{ source: FLAG, valuesAfter: (before) => ({ models: changedModels(before, assignments) }) }];
}

function changedModels(settings: Settings, assignments: readonly string[]): (string | OwnModel)[] {
  const changes = assignments.map((assignment) => changeIn(assignment, settings, FLAG));
  return settings.models.map((name) => {
    const own = changes.filter(({ model }) => model === name);
    if (own.length === 0) return name;
    const definition = definitionOf(name, settings);
    if (!isCodeDefinition(definition)) return changed(definition, own);
    throw new UsageError(`${FLAG}: model ${name} is ${languageOf(definition)}; ${CHANGE_CODE[languageOf(definition)]}`);
  });
}

type Models = Pick<Settings, "models" | "ownModels">;

/** What a model of a sweep is, also one of the zoo. */
export function definitionOf(name: string, { ownModels }: Models): OwnModel {
  return ownModels.find((model) => model.name === name) ?? { name, like: name as ModelName };
}

const AXIS = "--axis";

/** The model, field and values in `--axis mmoe.experts.layers=8,16`; of a class in Python the field is an option. */
export function axisIn(assignment: string, settings: Models): Omit<Change, "flag"> {
  return changeIn(assignment, settings, AXIS);
}

/** The values in a list such as `8,16,[32,16]`; a list in it is one value, `[32,16]`. */
export function valuesIn(text: string): GridValue[] {
  const values = parseValue(`[${text}]`);
  if (!Array.isArray(values) || values.length < 2 || values.includes(null))
    throw new UsageError(`${AXIS}: expected several values, or a range such as 16..64, got '${text}'`);
  return values.map((value) => (typeof value === "object" ? JSON.stringify(value) : value));
}

/**
 * A model with other values of its fields or, in Python, of its options; its name says them. Throws UsageError for values that
 * it can't have.
 */
export function withFields(definition: OwnModel, fields: GridPoint): OwnModel {
  const changes = Object.entries(fields).map(([key, value]) => ({
    ...{ model: definition.name, flag: AXIS, text: String(value) },
    path: key.split(".").slice(isCodeDefinition(definition) ? 1 : 0), // options.width
  }));
  const model = isCodeDefinition(definition) ? withOptions(definition, changes) : changed(definition, changes);
  const { name } = model;
  if (name.length <= LONGEST_NAME) return model;
  const digits = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return { ...model, name: `${name.slice(0, LONGEST_NAME - 9)}-${digits}` };
}

function withOptions(definition: CodeDefinition, changes: readonly Change[]): CodeDefinition {
  const { name, options } = definition;
  const given = Object.fromEntries(changes.map(({ path: [key], text }) => [key, parseValue(text) as string]));
  return { ...definition, name: variantName(name, changes), label: undefined, options: { ...options, ...given } };
}

function changeIn(assignment: string, settings: Models, flag: string): Change {
  const { models } = settings;
  const parts = /^([^=]+)=(.*)$/s.exec(assignment);
  const [, target = "", text = ""] = parts ?? [];
  const model = models.find((name) => target.startsWith(`${name}.`));
  if (model !== undefined) {
    const field = target.slice(model.length + 1);
    const isOption = flag === AXIS && isCodeDefinition(definitionOf(model, settings));
    return { model, path: isOption ? [field] : pathIn(field, flag), text, flag };
  }
  if (!/^[^.]+\../.test(target))
    throw new UsageError(`${flag}: expected model.field=value such as mmoe.experts.shared=4, got '${assignment}'`);
  const named = target.slice(0, target.indexOf("."));
  const hint = didYouMean(named, models) || `; --models adds it`;
  throw new UsageError(`${flag}: no model '${named}' among ${models.join(", ")}${hint}`);
}

/** `experts=4` of a model whose experts all tasks see is `experts.shared=4`; of another it could be more than one thing. */
function spelledOut(change: Change, { like, experts }: SpecDefinition): Change {
  const { model, path, text, flag } = change;
  if (path.join(".") !== "experts" || text.startsWith("{")) return change;
  const { shared, perTask } = { ...ZOO[like].build({ inputs: 2, tasks: 2 }).experts, ...experts };
  if (perTask === 0) return { ...change, path: ["experts", "shared"] }; // which says what it may be
  if (!/^\d+$/.test(text)) return change;
  const own = `${model}.experts.perTask=${text}`;
  throw new UsageError(
    shared === 0
      ? `${flag}: ${model}.experts: each task has its own experts; give ${own}`
      : `${flag}: ${model}.experts: some all tasks see, some are a task's own; give ${model}.experts.shared=${text} or ${own}`,
  );
}

function pathIn(text: string, flag: string): string[] {
  const path = text.split(".");
  const [field = ""] = path;
  if (CHANGE_KEYS.includes(field)) return path;
  const expected = `expected one of ${CHANGE_KEYS.join(", ")}, got '${field}'`;
  throw new UsageError(`${flag}: ${expected}${didYouMean(field, CHANGE_KEYS)}`);
}

/** The definition with the values at their paths. */
function changed(definition: SpecDefinition, given: readonly Change[]): OwnModel {
  const changes = given.map((change) => spelledOut(change, definition));
  const { flag } = changes[0];
  const tree = changes.reduce<object>(
    (before, { path, text }) => withValue(before, path, typed(text, path)),
    definition,
  );
  checkedBy(CHANGES_SCHEMA, tree, (path) => `${flag}: ${definition.name}.${path}`, flag);
  return { ...tree, label: undefined, name: variantName(definition.name, changes) } as SpecDefinition;
}

function withValue(tree: object, [key = "", ...rest]: readonly string[], value: unknown): object {
  const inner: unknown = Object.entries(tree).find(([name]) => name === key)?.[1];
  const branch = typeof inner === "object" && inner !== null ? inner : {};
  return { ...tree, [key]: rest.length === 0 ? value : withValue(branch, rest, value) };
}

/** A list by commas, as `layers` are: `32,16`. */
function typed(text: string, path: readonly string[]): unknown {
  const isList = path.at(-1) === "layers" && !text.startsWith("[");
  return isList ? text.split(",").map((item) => parseValue(item.trim())) : parseValue(text);
}
