import { pathToFileURL } from "node:url";
import type { CodeModel } from "../../../models/code.ts";
import { modelError } from "../../children/model-error.ts";
import type { ModelCode, Parameter, Shape } from "./model-code.ts";
import { authorsError, calling, MARK } from "./user-error.ts";
import { loadingWithoutChance, withoutChance } from "./without-chance.ts";

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

/** How often modules were loaded in this process. */
let loads = 0;

/**
 * Imports a model's file, and asks it for its parameters: each time a module of its own, which nothing before has touched.
 * Throws UsageError for a file that is no model.
 */
export async function loadCode(model: CodeModel): Promise<LoadedCode> {
  const given = await imported(model);
  return calling(model, () => {
    const code = codeIn(model, given);
    const parameters = declared(model, code, "parameters");
    // Before the first step there is nothing to keep: state starts at 0, and initializers do not apply.
    const state = declared(model, code, "state").map((one) => ({ ...one, initial: one.initial ?? 0 }));
    return { model, code, parameters, size: sizeOf(parameters), state };
  });
}

export function sizeOf(declared: readonly Declared[]): number {
  return declared.reduce((sum, { size }) => sum + size, 0);
}

async function imported(model: CodeModel): Promise<unknown> {
  const url = `${pathToFileURL(model.file).href}${MARK}${++loads}`;
  try {
    const load = () => import(/* @vite-ignore */ url) as Promise<{ default?: unknown }>;
    return (await loadingWithoutChance(load)).default;
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
  for (const key of ["state", "loss", "diagnostics"] as const) {
    if (!["undefined", "function"].includes(typeof code[key]))
      throw modelError(model, `${key}: expected a function, got ${kindOf(code[key])}`);
  }
  if (!["undefined", "string"].includes(typeof code.about))
    throw modelError(model, `about: expected a text, got ${kindOf(code.about)}`);
  return code;
}

function declared(model: CodeModel, code: ModelCode, kind: Kind): Declared[] {
  const { inputs, tasks, outputs } = model;
  if (code[kind] === undefined) return [];
  const given: unknown = withoutChance(() => code[kind]?.({ inputs, tasks, ...(outputs && { outputs }) }));
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
