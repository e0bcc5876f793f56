import { statSync } from "node:fs";
import { presetNames } from "../config/load.ts";
import { SETTING_KEYS, type SettingKey } from "../config/schema.ts";
import { meantBy, standsFor } from "../config/suggest.ts";
import { shellQuoted } from "../text.ts";

/** What is typed in place of options that are for no setting, or for another. */
const OTHER_OPTIONS = {
  "--engine cuda": ["--gpu", "--gpus", "--cuda"],
  "--engine cpu": ["--cpu"],
  "--steps VALUE": ["--epoch", "--epochs"], // a number of epochs is no number of steps
  "--jobs": ["--threads", "--workers", "--num-workers"],
  "--out": ["--output", "-o"],
  CONFIG: ["--config"],
  "--runs VALUE": ["--trials", "--repeats"],
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
  const other = standsFor(flag, OTHER_OPTIONS);
  if (other !== undefined) return other;
  const word = camelCase(flag);
  const setting = meantBy(word, SETTING_KEYS) as SettingKey | undefined;
  if (setting === undefined || (exact && setting !== word)) return undefined;
  const value = givenValue(argv, flag) ?? "VALUE";
  if (setting === "correlations") return `--corr ${value}`;
  return SAME.includes(setting) ? `--${setting} ${value}` : `--set ${setting}=${value}`;
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
const OTHER_NAMES = {
  sweep: ["train", "run", "fit", "start", "resume"],
  figures: ["plot", "draw", "fig"],
  status: ["ls"],
  summary: ["show", "results", "eval", "evaluate"],
  models: ["list"],
  compare: ["diff"],
  claims: ["test"],
  cuda: ["gpu", "install"],
  verify: ["rerun"],
  report: ["html"],
};

/** What to type for an unknown command: the one that it stands for or is near to; for a path, a command that takes it. */
export function commandFor(word: string, commands: readonly string[]): string | undefined {
  const other = standsFor(word, OTHER_NAMES);
  if (other !== undefined) return other;
  const found = statSync(word, { throwIfNoEntry: false });
  if (found?.isDirectory()) return `summary ${shellQuoted(word)}`;
  if (presetNames().includes(word) || (found && /\.(ya?ml|json)$/.test(word))) return `sweep ${shellQuoted(word)}`;
  return meantBy(word, commands);
}
