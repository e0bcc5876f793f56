// What the options of a sweep say of its settings.
import { autoStepsOverride } from "../config/auto-steps.ts";
import type { Override } from "../config/file-version.ts";
import { listOverride, override, setOverride } from "../config/load.ts";
import { envOverrides, modelFileOverrides, modelSetOverrides } from "../config/model-set.ts";
import { rowsOverride } from "../config/rows.ts";
import type { Settings } from "../config/schema.ts";
import { diagnosable, taskOverride } from "../config/task-kinds.ts";
import type { Env } from "../cuda/home.ts";
import { defined } from "../defined.ts";
import { DIAGNOSTIC_KINDS, type DiagnosticKind } from "../diagnostics/kinds.ts";
import { UsageError } from "../errors.ts";
import { listOption } from "./options.ts";

type OfRows = "rows" | "impute" | "oneHot" | "embedding";
type OfCells = "corr" | "models" | "runs" | "cross" | "seed";
type OfTraining = "steps" | "batch" | "lr" | "method";
type OfOptimizer = "optimizer" | "schedule" | "warmup" | "weightDecay" | "clipNorm";
type Repeated = "categorical" | "na" | "label" | "input" | "ignore" | "task" | "model" | "modelSet" | "env" | "set";

/** The options of a sweep that are settings of its config, as they were typed. */
export interface SettingOptions
  extends Readonly<Partial<Record<OfRows | OfCells | OfTraining | OfOptimizer, string>>>,
    Readonly<Record<Repeated, readonly string[]>> {
  readonly resplit?: boolean;
  readonly diagnostics?: string | true;
}

/**
 * The settings that options give, in the order in which later ones win; `variables` are those of the environment. Throws
 * UsageError for what is not valid.
 */
export function overridesOf(options: SettingOptions, variables: Env): Override[] {
  const { corr, task, models, model, modelSet, runs, steps, batch, lr, method, seed, set, diagnostics } = options;
  const { optimizer, schedule, warmup, weightDecay, clipNorm } = options;
  const layers: Override[] = [...rowsOverrides(options), ...set.map(setOverride)];
  layers.push(...task.map(taskOverride));
  if (corr !== undefined) layers.push(override("--corr", "correlations", listOption(corr)));
  if (models !== undefined) layers.push(override("--models", "models", listOption(models)));
  if (diagnostics !== undefined) {
    if (diagnostics === true) layers.push({ source: "--diagnostics", valuesAfter: allDiagnostics });
    else layers.push(override("--diagnostics", "diagnostics", listOption(diagnostics)));
  }
  const ofOptimizer = { optimizer, schedule, warmup, weightDecay, clipNorm };
  for (const [key, text] of Object.entries({ runs, steps, batch, lr, ...ofOptimizer, method, seed })) {
    if (key === "steps" && text === "auto") layers.push(autoStepsOverride("--steps"));
    else if (text !== undefined) layers.push(listOverride(flagOf(key), key, text));
  }
  if (options.cross !== undefined) layers.push(crossOverride(options.cross));
  return [
    ...layers,
    ...modelFileOverrides(model),
    ...modelSetOverrides(modelSet),
    ...envOverrides(options.env, variables),
  ];
}

/** `weightDecay` → `--weight-decay`. */
function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** All that can be measured of a sweep; where that is nothing, all that others measure, which is refused. */
function allDiagnostics(settings: Settings): { diagnostics: readonly DiagnosticKind[] } {
  const possible = diagnosable(settings);
  return { diagnostics: possible.length > 0 ? possible : DIAGNOSTIC_KINDS };
}

/** What `--rows` and the options of its columns give; refuses these without it. */
function rowsOverrides({
  rows,
  impute,
  oneHot,
  embedding,
  resplit,
  label,
  input,
  ...options
}: SettingOptions): Override[] {
  const lists = [label, input, options.ignore, options.categorical, options.na];
  const [labels, inputs, ignore, categorical, na] = lists.map((texts) =>
    texts.length > 0 ? texts.flatMap(listOption) : undefined,
  );
  const given = { impute, oneHot, embedding, labels, inputs, ignore, categorical, na, resplit };
  if (rows !== undefined)
    return [rowsOverride(rows, { ...given, oneHot: numberIn(oneHot), embedding: numberIn(embedding) })];
  const [stray] = Object.keys(defined(given));
  if (stray === undefined) return [];
  const flag = { labels: "label", inputs: "input", oneHot: "one-hot" }[stray] ?? stray;
  const key = stray === "resplit" ? "split" : stray;
  throw new UsageError(`--${flag}: is for --rows FILE; in a config, write rows: {file, ${key}}`);
}

/** A number as typed; what is none stays for the schema to refuse. */
function numberIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** `20x20`: data seeds by seeds of initial values. */
function crossOverride(text: string): Override {
  const [, data, initial] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (data === undefined || initial === undefined)
    throw new UsageError(`--cross: expected numbers of data and of initial values such as 20x20, got '${text}'`);
  return { source: "--cross", values: { cross: { data: Number(data), initial: Number(initial) } } };
}
