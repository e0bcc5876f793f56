import type { Env } from "../cuda/home.ts";
import type { CodeModel } from "../models/code.ts";
import { languageOf } from "../models/code.ts";
import { adapterOf } from "./engines.ts";

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
  const { describeInProcess } = await import("../engines/process/process-engine.ts"); // other plans need no process
  return describeInProcess(model, await adapterOf(languageOf(model), { env, ...(python !== undefined && { python }) }));
}
