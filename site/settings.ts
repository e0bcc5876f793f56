// A page for each group of settings, made from their declaration.
import { loadConfig } from "../src/config/load.ts";
import { DECLARED, SETTING_KEYS, type SettingKey } from "../src/config/schema.ts";
import { expectedOf, isIdentity, notesOf } from "../test/docs/settings-page.ts";
import { code, table } from "./commands.ts";
import type { Page } from "./pages.ts";

export const GROUPS = {
  data: { title: "Data and tasks", guide: "reproduction" },
  sweep: { title: "The sweep", guide: "sweeps" },
  training: { title: "Training", guide: "methods" },
  optimizer: { title: "Optimizer and learning rate", guide: "config" },
  "initial-values": { title: "Initial values", guide: "reproduction" },
  losses: { title: "Losses and labels", guide: "your-table" },
  "early-stopping": { title: "Early stopping and validation", guide: "your-data" },
  measuring: { title: "Measuring and reporting", guide: "diagnostics" },
} as const;

/** Each setting's group: a new setting does not compile without one. */
const GROUP_OF: Readonly<Record<SettingKey, keyof typeof GROUPS>> = {
  name: "sweep",
  about: "sweep",
  data: "data",
  seed: "sweep",
  correlations: "data",
  tasks: "data",
  correlationMatrix: "data",
  groupSize: "data",
  betweenGroups: "data",
  inputs: "data",
  sines: "data",
  noiseStd: "data",
  labelScale: "data",
  labelled: "data",
  positives: "data",
  taskWeights: "training",
  taskWeightDecay: "training",
  models: "sweep",
  runs: "sweep",
  trainRows: "data",
  sampling: "data",
  batch: "training",
  steps: "training",
  optimizer: "optimizer",
  lr: "optimizer",
  schedule: "optimizer",
  warmup: "optimizer",
  decaySteps: "optimizer",
  decayFactor: "optimizer",
  beta1: "optimizer",
  momentum: "optimizer",
  nesterov: "optimizer",
  beta2: "optimizer",
  epsilon: "optimizer",
  weightDecay: "optimizer",
  clipNorm: "optimizer",
  initializer: "initial-values",
  initializerStd: "initial-values",
  outputBias: "initial-values",
  loss: "losses",
  huberDelta: "losses",
  labels: "losses",
  labelKind: "losses",
  dropout: "training",
  method: "training",
  embeddingStd: "initial-values",
  "method.alpha": "training",
  "method.c": "training",
  "method.rate": "training",
  "method.decay": "training",
  "method.sigma": "training",
  "method.temperature": "training",
  "method.mu": "training",
  "method.window": "training",
  "method.momentum": "training",
  embeddingSteps: "training",
  embeddingDecay: "training",
  arithmetic: "training",
  patience: "early-stopping",
  validation: "early-stopping",
  refit: "early-stopping",
  chooseBy: "early-stopping",
  metrics: "measuring",
  evalEvery: "measuring",
  heldoutRows: "measuring",
  evalRows: "measuring",
  report: "measuring",
  diagnostics: "measuring",
  tuned: "sweep",
  points: "sweep",
  ownModels: "sweep",
  taskKinds: "losses",
  rows: "data",
};

export function settingPages(): Page[] {
  const preset = loadConfig("paper");
  return Object.entries(GROUPS).map(([group, { title, guide }]) => {
    const keys = SETTING_KEYS.filter((key) => GROUP_OF[key] === group);
    const head = `# Settings: ${title.toLowerCase()}\n\nThe guide to these is [${guide}.md](../${guide}.md). [All settings](../settings.md) are on one page, too.`;
    return { path: `settings/${group}.md`, text: [head, ...keys.map((key) => settingText(key, preset))].join("\n\n") };
  });
}

function settingText(key: SettingKey, preset: ReturnType<typeof loadConfig>): string {
  const value = JSON.stringify(preset[key]);
  const rows = [
    ["may be", expectedOf(key)],
    ["in preset `paper`", value === undefined ? "not set" : `${code(value)} (${preset.origins[key] ?? "not marked"})`],
    ["another value is another sweep", isIdentity(key) ? "yes" : "no"],
    ["may be a list, to train every value", DECLARED[key].grid ? `yes: ${code(`--set ${key}=A,B`)}` : "no"],
    ["notes", notesOf(key)],
  ];
  return `## ${key}\n\n${table(
    ["property", "value"],
    rows.filter(([, text]) => text !== ""),
  )}`;
}
