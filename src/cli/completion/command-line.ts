import type { Argument, Command, Option } from "commander";
import { presetNames } from "../../config/load.ts";
import { LOSS_SETS } from "../../config/losses.ts";
import { GRID_KEYS, SETTING_KEYS } from "../../config/schema.ts";
import { GENERATOR_PRESETS } from "../../data/presets.ts";
import { DIAGNOSTIC_KINDS } from "../../diagnostics/kinds.ts";
import { KERNEL_CHOICES } from "../../engines/cpu/kernel-sets.ts";
import { METHODS } from "../../engines/methods.ts";
import { SCALES, STATISTICS } from "../../figures/draw/figure.ts";
import { THEME_NAMES } from "../../figures/draw/style.ts";
import { FORMATS as FIGURE_FORMATS } from "../../figures/files.ts";
import { SWEEP_FIGURES, TRIAL_FIGURES } from "../../figures/gallery.ts";
import { MODEL_NAMES } from "../../models/zoo.ts";
import { ENGINE_NAMES, TFJS_BACKENDS } from "../../sweep/engines.ts";
import { TUNED_BY } from "../../sweep/tune.ts";
import { WHAT } from "../export.ts";
import { TEXT_FORMATS } from "../options.ts";
import { ROW_FORMATS } from "../rows-output.ts";

/** What follows an option, or stands as an argument. */
export interface Takes {
  /** `file` and `folder` are paths. */
  readonly kind: "nothing" | "text" | "file" | "folder";
  /** What it is called in help. */
  readonly name: string;
  /** Values that are known. */
  readonly values: readonly string[];
  /** Several values, by commas. */
  readonly list: boolean;
  /** The values are keys: `=` and a value follow. */
  readonly keys?: boolean;
  /** The value is optional. */
  readonly optional?: boolean;
}

export interface OptionLine {
  /** `-o` and `--output`, or only the long one. */
  readonly flags: readonly string[];
  readonly about: string;
  readonly takes: Takes;
}

export interface CommandLine {
  readonly name: string;
  readonly about: string;
  readonly options: readonly OptionLine[];
  /** Arguments; a command within the command is one of them. */
  readonly takes: readonly Takes[];
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
  "--set": SETTING_KEYS,
  "--at": GRID_KEYS,
};

/** Those of them whose values are keys. */
const KEYS = ["--set", "--at"];

/** Those of them that take several, by commas. */
const LISTS = ["--models", "--only", "figures --format", "--method", "--diagnostics", "--each"];

/** Every command of a program with its options, as commander knows them. */
export function commandLines(program: Command): CommandLine[] {
  return program.commands.map((command) => {
    const inner = command.commands;
    const options = [command, ...inner].flatMap(({ options }) => options);
    const unique = [...new Map(options.map((option) => [option.long, option])).values()];
    const takes = command.registeredArguments.map(takesOf);
    const commands: Takes = { kind: "text", name: "command", values: inner.map((one) => one.name()), list: false };
    return {
      name: command.name(),
      about: command.description(),
      options: [...unique.map((option) => optionLine(command.name(), option)), HELP],
      takes: inner.length > 0 ? [commands] : takes,
    };
  });
}

const NOTHING: Takes = { kind: "nothing", name: "", values: [], list: false };
const HELP: OptionLine = { flags: ["-h", "--help"], about: "show help", takes: NOTHING };

function optionLine(command: string, { short, long, description, flags }: Option): OptionLine {
  const [, bracket, name] = /([<[])(.+?)[>\]]/.exec(flags) ?? [];
  const key = [`${command} ${long}`, `${long}`].find((one) => one in VALUES) ?? "";
  const takes: Takes =
    name === undefined
      ? NOTHING
      : {
          kind: name === "file" || name === "folder" ? name : "text",
          name,
          values: VALUES[key] ?? [],
          list: LISTS.includes(key),
          keys: KEYS.includes(key),
          optional: bracket === "[",
        };
  return { flags: [short, long].filter((flag) => flag !== undefined), about: description, takes };
}

/** An argument of a command is a folder of results, or a config. */
function takesOf(argument: Argument): Takes {
  const name = argument.name();
  if (name === "config") return { kind: "file", name, values: presetNames(), list: false };
  const values = argument.argChoices ?? [];
  return { kind: values.length > 0 ? "text" : "folder", name, values, list: false };
}
