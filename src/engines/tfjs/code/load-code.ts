import { pathToFileURL } from "node:url";
import { type CodeModel, readCode } from "../../../models/code.ts";
import type { ModelCode, Parameter, Shape } from "./model-code.ts";
import { authorsError, calling, modelError, shownPath } from "./user-error.ts";

/** A model's code, and what it declares. */
export interface LoadedCode {
  readonly model: CodeModel;
  readonly code: ModelCode;
  readonly parameters: readonly Declared[];
  /** The number of all parameters. */
  readonly size: number;
  readonly state: readonly Declared[];
}

/** What a model's code declares by names and shapes. */
export type Kind = "parameters" | "state";

export interface Declared extends Parameter {
  readonly name: string;
  /** The product of the shape. */
  readonly size: number;
}

/** Of parameters a run keeps six copies. */
const MOST_NUMBERS = 2 ** 27;

/** Imports a model's file, and asks it for its parameters. Throws UsageError for a file that is not that model. */
export async function loadCode(model: CodeModel): Promise<LoadedCode> {
  const { text, sha256 } = readCode(model.file, `model ${model.name}: ${shownPath(model.file)}`);
  if (sha256 !== model.sha256) {
    const hashes = `its SHA-256 was ${model.sha256.slice(0, 8)}..., now it is ${sha256.slice(0, 8)}...`;
    throw modelError(model, `has changed (${hashes}); bring back what it was, or give the model another name`);
  }
  checkImports(model, text);
  const code = codeIn(model, await imported(model));
  const parameters = declared(model, code, "parameters");
  // Before the first step there is nothing to keep: no initializer is for it.
  const state = declared(model, code, "state").map((one) => ({ ...one, initial: one.initial ?? 0 }));
  return { model, code, parameters, size: sizeOf(parameters), state };
}

export function sizeOf(declared: readonly Declared[]): number {
  return declared.reduce((sum, { size }) => sum + size, 0);
}

/** `import ... from "x"`, `export ... from "x"`, `import "x"`, and `import("x")` in a line that is no comment. */
const IMPORTS = [
  /^[ \t]*(?:import|export)\b[^;"'`()=]*\bfrom\s*["']([^"']+)["']/gm,
  /^[ \t]*import\s*["']([^"']+)["']/gm,
  /^(?![ \t]*(?:\*|\/[*/])).*\bimport\(\s*["'`]([^"'`]+)["'`]/gm,
];

/** The hash names results, so it must be of all the code; and tensors of another TensorFlow.js do not mix with ours. */
function checkImports(model: CodeModel, text: string): void {
  for (const match of IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)])) {
    const [statement, from = ""] = match;
    const line = text.slice(0, match.index + statement.length).split("\n").length;
    if (/^[./]|^file:/.test(from))
      throw modelError(model, `imports '${from}': the hash is of one file; put all of the model into it`, line);
    if (from.startsWith("@tensorflow/"))
      throw modelError(model, `imports '${from}': use the tf that forward is given`, line);
  }
}

async function imported(model: CodeModel): Promise<unknown> {
  const url = `${pathToFileURL(model.file).href}?sha256=${model.sha256}`; // a changed file is another module
  try {
    return ((await import(/* @vite-ignore */ url)) as { default?: unknown }).default;
  } catch (error) {
    throw authorsError(model, error);
  }
}

function codeIn(model: CodeModel, value: unknown): ModelCode {
  const expected = "expected a default export { parameters, forward }";
  if (typeof value !== "object" || value === null) throw modelError(model, `${expected}, got ${kindOf(value)}`);
  const code = value as ModelCode;
  for (const key of ["parameters", "forward"] as const) {
    if (typeof code[key] !== "function")
      throw modelError(model, `${key}: expected a function, got ${kindOf(code[key])}`);
  }
  for (const key of ["state", "diagnostics"] as const) {
    if (!["undefined", "function"].includes(typeof code[key]))
      throw modelError(model, `${key}: expected a function, got ${kindOf(code[key])}`);
  }
  if (!["undefined", "string"].includes(typeof code.about))
    throw modelError(model, `about: expected a text, got ${kindOf(code.about)}`);
  return code;
}

function declared(model: CodeModel, code: ModelCode, kind: Kind): Declared[] {
  const { inputs, tasks } = model;
  if (code[kind] === undefined) return [];
  const given: unknown = calling(model, () => code[kind]?.({ inputs, tasks }));
  if (typeof given !== "object" || given === null || Array.isArray(given) || Object.keys(given).length === 0)
    throw modelError(model, `${kind}: expected { name: shape }, got ${kindOf(given)}`);
  const all = Object.entries(given).map(([name, value]) => declaration(model, `${kind}: ${name}`, name, value));
  if (sizeOf(all) <= MOST_NUMBERS) return all;
  throw modelError(model, `${kind}: expected at most ${MOST_NUMBERS} numbers, got ${sizeOf(all)}`);
}

function declaration(model: CodeModel, place: string, name: string, value: Shape | Parameter): Declared {
  const parameter = Array.isArray(value) ? { shape: value as Shape } : (value as Parameter | undefined);
  const { shape, initial } = parameter ?? {};
  if (name.includes("#")) throw modelError(model, `${place}: expected a name without '#', which marks streams`);
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size > 0);
  if (!isShape)
    throw modelError(model, `${place}: expected a shape of whole numbers from 1, got ${kindOf(shape ?? value)}`);
  if (!["undefined", "number", "function"].includes(typeof initial))
    throw modelError(model, `${place}: initial: expected a number or a function, got ${kindOf(initial)}`);
  return { ...(parameter as Parameter), name, size: shape.reduce((product, size) => product * size, 1) };
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 60);
  } catch {
    return "an object"; // that is within itself
  }
}
