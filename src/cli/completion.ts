// Completion by Tab: the library's script for a shell asks `mmoe complete -- WORDS` for what may follow.
import { existsSync, readdirSync } from "node:fs";
import shells from "@bomb.sh/tab";
import declaredIn from "@bomb.sh/tab/commander";
import type { Command, Option } from "commander";
import { presetNames } from "../config/load.ts";
import { LOSS_SETS } from "../config/losses.ts";
import { GRID_KEYS, SETTING_KEYS } from "../config/schema.ts";
import { GENERATOR_PRESETS } from "../data/presets.ts";
import { DIAGNOSTIC_KINDS } from "../diagnostics/kinds.ts";
import { KERNEL_CHOICES } from "../engines/cpu/kernel-sets.ts";
import { METHODS } from "../engines/methods.ts";
import { SCALES, STATISTICS } from "../figures/draw/figure.ts";
import { THEME_NAMES } from "../figures/draw/style.ts";
import { FORMATS as FIGURE_FORMATS } from "../figures/files.ts";
import { SWEEP_FIGURES, TRIAL_FIGURES } from "../figures/gallery.ts";
import { MODEL_NAMES } from "../models/zoo.ts";
import { ENGINE_NAMES, TFJS_BACKENDS } from "../sweep/engines.ts";
import { TUNED_BY } from "../sweep/tune.ts";
import { type Define, examples } from "./command.ts";
import { WHAT } from "./export.ts";
import { choiceOption, TEXT_FORMATS } from "./options.ts";
import { ROW_FORMATS } from "./rows-output.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

export const define: Define = (command, run) => {
  command
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText(
      "after",
      `
Put one of these lines into the file that your shell reads when it starts:
  bash  ~/.bashrc, after bash-completion  source <(mmoe completion bash)
  zsh   ~/.zshrc, after compinit          source <(mmoe completion zsh)
  fish  ~/.config/fish/config.fish        mmoe completion fish | source

In a clone, where npx runs mmoe, put a function of that name before it:
  bash, zsh   mmoe() { npx mmoe "$@"; }
  fish        function mmoe; npx mmoe $argv; end
${examples("mmoe completion bash > ~/.local/share/bash-completion/completions/mmoe")}`,
    )
    .action((shell) => run(async () => shells.setup("mmoe", "mmoe", choiceOption("shell", shell, SHELLS))));
};

/** Prints what may follow `words`, of which the last is being typed; `program` has the options of the commands in them. */
export function complete(program: Command, words: readonly string[]): void {
  const word = words.at(-1) ?? "";
  for (const command of program.commands) {
    for (const one of [command, ...command.commands]) offerValues(one, word);
  }
  const offered = declaredIn(program);
  offered.commands.delete("complete"); // this one
  offered.parse([...words]);
}

/** Gives options and arguments the values from which the library chooses those that begin with `word`. */
function offerValues(command: Command, word: string): void {
  const name = command.name();
  for (const option of command.options) {
    const values = knownValues(name, option);
    const isPath = /<(file|folder)>/.test(option.flags);
    const before = LISTS.includes(keyOf(name, option)) ? word.slice(0, word.lastIndexOf(",") + 1) : "";
    option.argChoices = [...values.map((value) => `${before}${value}`), ...(isPath ? pathsAt(word) : [])];
  }
  for (const argument of command.registeredArguments)
    argument.argChoices = {
      shell: [...SHELLS],
      config: [...presetNames(), ...pathsAt(word)],
      preset: presetNames(),
    }[argument.name()] ?? [...pathsAt(word), ...pathsAt("results/")];
}

/** The files and folders that a path may name which begins with `word`. */
function pathsAt(word: string): string[] {
  const folder = word.slice(0, word.lastIndexOf("/") + 1);
  if (!existsSync(folder || ".")) return [];
  return readdirSync(folder || ".").map((name) => `${folder}${name}`);
}

/** The values of an option that are known. */
export function knownValues(command: string, option: Option): readonly string[] {
  return VALUES[keyOf(command, option)] ?? [];
}

function keyOf(command: string, { long }: Option): string {
  return [`${command} ${long}`, `${long}`].find((key) => key in VALUES) ?? "";
}

/** Values of options, by their flag, or by command and flag where these differ. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "--engine": ENGINE_NAMES,
  "--kernels": KERNEL_CHOICES,
  "--backend": TFJS_BACKENDS,
  "--loss": LOSS_SETS,
  "--models": MODEL_NAMES,
  "--describe": MODEL_NAMES,
  "--format": TEXT_FORMATS,
  "figures --format": FIGURE_FORMATS,
  "data --format": ROW_FORMATS,
  "--only": [...TRIAL_FIGURES, ...SWEEP_FIGURES].map(({ name }) => name),
  "--statistic": STATISTICS,
  "--scale": SCALES,
  "--theme": THEME_NAMES.filter((name) => name !== "page"),
  "--by": TUNED_BY,
  "--what": WHAT,
  "--data": Object.keys(GENERATOR_PRESETS),
  "--devices": ["all"],
  "--method": METHODS,
  "--diagnostics": DIAGNOSTIC_KINDS,
  "--each": GRID_KEYS,
  "--against": MODEL_NAMES,
  "--set": SETTING_KEYS.map((key) => `${key}=`),
  "--at": GRID_KEYS.map((key) => `${key}=`),
};

/** Options with known values that take several of them, separated by commas. */
const LISTS = ["--models", "--only", "figures --format", "--method", "--diagnostics", "--each"];
