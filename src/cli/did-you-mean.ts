import { statSync } from "node:fs";
import { presetNames } from "../config/load.ts";
import { SETTING_KEYS, type SettingKey } from "../config/schema.ts";
import { meantBy } from "../config/suggest.ts";
import { shellQuoted } from "../text.ts";

/** Settings that have an option of another name than their own. */
const SHORTER: Partial<Record<SettingKey, string>> = { correlations: "--corr" };

/** Options for what is no setting of ours, and what is typed for them. */
const OTHER_OPTIONS: Readonly<Record<string, string>> = {
  "--gpu": "--engine cuda",
  "--gpus": "--engine cuda",
  "--cuda": "--engine cuda",
  "--cpu": "--engine cpu",
  "--epoch": "--steps VALUE", // a number of epochs is no number of steps
  "--epochs": "--steps VALUE",
  "--threads": "--jobs",
  "--workers": "--jobs",
  "--num-workers": "--jobs",
  "--output": "--out",
  "-o": "--out",
  "--config": "CONFIG",
  "--trials": "--runs VALUE",
  "--repeats": "--runs VALUE",
};

/** Settings that have an option of their name. */
const SAME: readonly SettingKey[] = ["models", "runs", "steps", "batch", "lr", "seed"];

/**
 * What to type for an unknown option of a command with --set that stands for a setting: `--set dropout=0.1`, or the
 * option that the setting has. Undefined for any other word; if `exact`, also for a word that is only near a setting.
 */
export function settingFor(
  argv: readonly string[],
  flag: string,
  { exact }: { readonly exact: boolean },
): string | undefined {
  const other = OTHER_OPTIONS[flag];
  if (other !== undefined) return other;
  const word = camelCase(flag);
  const setting = meantBy(word, SETTING_KEYS) as SettingKey | undefined;
  if (setting === undefined || (exact && setting !== word)) return undefined;
  const option = SHORTER[setting] ?? (SAME.includes(setting) ? `--${setting}` : undefined);
  const value = givenValue(argv, flag);
  return option === undefined ? `--set ${setting}=${value ?? "VALUE"}` : `${option} ${value ?? "VALUE"}`;
}

/** `--train-rows=9` as `trainRows`. */
function camelCase(flag: string): string {
  return flag.replace(/^--/, "").replaceAll(/[-_](.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The word after `flag`, unless that is another option. */
function givenValue(argv: readonly string[], flag: string): string | undefined {
  const joined = argv.find((word) => word.startsWith(`${flag}=`));
  if (joined !== undefined) return shellQuoted(joined.slice(flag.length + 1));
  const next = argv[argv.indexOf(flag) + 1];
  return next === undefined || /^-\D/.test(next) ? undefined : shellQuoted(next);
}

/** What other programs call our commands. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  train: "sweep",
  run: "sweep",
  fit: "sweep",
  start: "sweep",
  resume: "sweep",
  plot: "figures",
  draw: "figures",
  fig: "figures",
  ls: "status",
  show: "summary",
  results: "summary",
  eval: "summary",
  evaluate: "summary",
  list: "models",
  diff: "compare",
  test: "claims",
  gpu: "cuda",
  install: "cuda",
  rerun: "verify",
  html: "report",
};

/** What to type for an unknown command: the one that it stands for or is near to; for a path, a command that takes it. */
export function commandFor(word: string, commands: readonly string[]): string | undefined {
  if (Object.hasOwn(OTHER_NAMES, word)) return OTHER_NAMES[word];
  const found = statSync(word, { throwIfNoEntry: false });
  if (found?.isDirectory()) return `summary ${shellQuoted(word)}`;
  if (presetNames().includes(word) || (found && /\.(ya?ml|json)$/.test(word))) return `sweep ${shellQuoted(word)}`;
  return meantBy(word, commands);
}
