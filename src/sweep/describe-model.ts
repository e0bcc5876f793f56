import type { Env } from "../cuda/home.ts";
import type { CodeModel } from "../models/code.ts";
import { languageOf } from "../models/code.ts";

/** What is known of a model in code once its file is loaded. */
interface DescribedModel {
  readonly about?: string | undefined;
  /** How many numbers each of its parameters has, by name. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly size: number;
}

export interface DescribeOptions {
  readonly python?: string | undefined;
  readonly env?: Env;
}

/** Loads a model in code, in a process that ends with it. Throws UsageError for what is no model. */
export async function describeModel(
  model: CodeModel,
  { python, env = process.env }: DescribeOptions = {},
): Promise<DescribedModel> {
  if (languageOf(model) === "Python") {
    const [{ describePython }, { findPython }] = await Promise.all([
      import("../engines/python/describe-python.ts"),
      import("../engines/python/find-python.ts"),
    ]);
    return describePython(model, findPython(python, env));
  }
  const { describeCode } = await import("../engines/tfjs/code/describe-code.ts"); // other plans need no process
  const { about, parameters, size } = await describeCode(model);
  return { about, size, parameters: Object.fromEntries(parameters.map(({ name, size }) => [name, size])) };
}
