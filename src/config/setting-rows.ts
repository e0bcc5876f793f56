import { type Config, constantsOf, type SettingOrigin } from "./config.ts";
import { OF_GENERATED } from "./generated.ts";
import { metricsText } from "./own-metrics.ts";
import { definitionText } from "./own-models.ts";
import { OF_GENERATOR, rowsText } from "./rows.ts";
import { OPTIONAL_SETTINGS, SETTING_KEYS, type SettingKey } from "./schema.ts";
import { CONSTANT_KEYS, OPTIMIZER_KEYS } from "./settings.ts";
import { inputsText } from "./table-inputs.ts";
import { kindsText, taskNames, tasksOfRuns } from "./task-kinds.ts";
import { choicesText } from "./tuned.ts";

/** A setting as shown to people. */
export interface SettingRow {
  readonly name: string;
  readonly value: string;
  /** On rows of the user's own nothing is the paper's, or assumed of it. */
  readonly from: SettingOrigin | "default";
  /** Why it has that mark; empty if no reason is recorded. */
  readonly why: string;
  /** True for a constant of the generator that the setting `data` names, which precedes it. */
  readonly ofGenerator: boolean;
}

/** Settings that are shown if they are not as they are without being given. */
const USUAL: readonly SettingKey[] = [
  ...([
    "tuned",
    "points",
    "ownModels",
    "metrics",
    "diagnostics",
    "rows",
    "patience",
    "chooseBy",
    "outputBias",
    "taskKinds",
  ] as const),
  ...OPTIMIZER_KEYS,
  ...(["embeddingStd", "embeddingSteps", "embeddingDecay", "evalRows"] as const),
  ...(["taskWeights", "taskWeightDecay"] as const),
  ...CONSTANT_KEYS.map(([key]) => key),
  ...OF_GENERATED,
];

function isDefault(config: Config, key: SettingKey): boolean {
  return JSON.stringify(config[key]) === JSON.stringify(OPTIONAL_SETTINGS[key]?.default);
}

/** A sweep's settings, each value with its mark: the config's settings in order, the generator's after `data`. */
export function settingRows(config: Config): SettingRow[] {
  const { rows, patience, refit } = config;
  const hidden: Partial<Record<SettingKey, boolean>> = {
    ...Object.fromEntries(USUAL.map((key) => [key, isDefault(config, key)])),
    validation: rows?.validationRows !== undefined || (refit && patience === null),
    refit: rows === null && patience === null && refit,
    labelKind: rows !== null,
    huberDelta: rows !== null && config.loss === "squared",
    decayFactor: isDefault(config, "decaySteps"),
    ...Object.fromEntries(OF_GENERATOR.map((key) => [key, rows !== null])),
  };
  const keys = SETTING_KEYS.filter((key) => !["name", "about"].includes(key) && !hidden[key]);
  return keys.flatMap((key) => {
    const value = key === "loss" ? lossText(config) : settingText(config, key);
    const from: SettingRow["from"] = rows !== null && config.origins[key] !== "yours" ? "default" : config.origins[key];
    const row = { name: key, value, from, why: "", ofGenerator: false };
    if (key !== "data") return [row];
    return [
      typeof config.data === "string" ? row : { ...row, value: "constants of its own" },
      ...constantsOf(config).map((one) => ({ ...one, value: valueText(one.value), ofGenerator: true })),
    ];
  });
}

/** `squared`; of labels that are classes `log loss`; of both `squared for spend, log loss for churn, segment`. */
function lossText(config: Config): string {
  const tasks = tasksOfRuns(config) ?? [];
  const names = taskNames(config);
  const [numbers, classes] = [true, false].map((isNumber) =>
    names.filter((_, k) => ((tasks[k]?.kind ?? "regression") === "regression") === isNumber),
  ) as [string[], string[]];
  if (classes.length === 0) return config.loss;
  if (numbers.length === 0) return "log loss";
  return `${config.loss} for ${numbers.join(", ")}, log loss for ${classes.join(", ")}`;
}

/** A setting of a config on one line; of what was tuned, the choices. */
export function settingText(config: Config, key: SettingKey): string {
  if (key === "rows" && config.rows !== null) {
    const inputs = inputsText(config.rows);
    return `${rowsText(config.rows)}${inputs && `; ${inputs}`}`;
  }
  if (key === "points" && config.points !== null) return "those of a search";
  if (key === "taskKinds") return kindsText(config.taskKinds);
  if (key === "ownModels") return config.ownModels.map((one) => `${one.name}: ${definitionText(one)}`).join("; ");
  if (key === "metrics" && config.metrics.length > 0) return metricsText(config.metrics);
  return key === "tuned" && config.tuned !== null ? choicesText(config.tuned) : valueText(config[key]);
}

/** A setting's value on one line: a list by commas, a matrix or constants as JSON. */
export function valueText(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "none";
  if (!Array.isArray(value)) return typeof value === "object" ? JSON.stringify(value) : String(value);
  return value.some(Array.isArray) ? JSON.stringify(value) : value.join(", ");
}
