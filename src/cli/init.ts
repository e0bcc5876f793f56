import { stringify } from "yaml";
import { MMOE } from "../called-as.ts";
import { loadConfig, presetNames } from "../config/load.ts";
import { DECLARED, SETTING_KEYS, type SettingKey } from "../config/schema.ts";
import { shellQuoted } from "../text.ts";
import { type Command, type Context, type Define, examples, type OptionsOf } from "./command.ts";
import { choiceOption, outputFile, writeOut, writeOutput } from "./options.ts";

const HELP = `
The config has one line per setting, commented out: the preset's value and what
it may be. Uncomment what you change.
${examples("mmoe init -o my.yaml && mmoe sweep my.yaml --dry-run", "mmoe init zoo")}`;

const withOptions = (command: Command) =>
  command
    .argument("[preset]", "the preset that the config extends", "paper")
    .option("-o, --output <file>", "where the config goes (default: stdout)")
    .option("--overwrite", "replace the output file")
    .addHelpText("after", HELP);

type InitOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((preset, options) => run((context) => init(preset, options, context)));

async function init(preset: string, options: InitOptions, { effects, note }: Context): Promise<void> {
  choiceOption("preset", preset, presetNames());
  const file = outputFile(options);
  if (file === undefined) {
    await writeOut(effects.stdout, starterYaml(preset, "my.yaml"));
    return;
  }
  const quoted = shellQuoted(file);
  writeOutput(file, starterYaml(preset, quoted));
  note(`${file}: uncomment what you change, then: ${MMOE} sweep ${quoted} --dry-run`);
}

/** What a file says of itself, and what mmoe writes. */
const NOT_SHOWN: readonly SettingKey[] = ["name", "about", "tuned", "ownModels"];

/**
 * A config file to start from: it extends `preset`, and every setting that it may change follows as a comment, with the
 * preset's value, what it may be and the value's mark. `file` is its name in the commands that it shows.
 */
function starterYaml(preset: string, file: string): string {
  const config = loadConfig(preset);
  const settings = SETTING_KEYS.filter((key) => !NOT_SHOWN.includes(key)).map((key) => {
    const mark = config.origins[key];
    const { schema, grid } = DECLARED[key];
    return `# ${key}: ${inLine(config[key])} # ${schema.description}${grid ? ", or a list" : ""} [${mark}]`;
  });
  return [
    `# A sweep like preset ${preset}. What it would train, and how long that takes; then the sweep:`,
    "#",
    `#   ${MMOE} sweep ${file} --dry-run`,
    `#   ${MMOE} sweep ${file}`,
    "#",
    "# Every setting is optional. Those below have the preset's values: uncomment what you change. In brackets is",
    "# where a value comes from: the paper states it, it was read off a figure, or we assumed it.",
    `extends: ${preset}`,
    "",
    "# name: my-sweep # a part of the folder's name; without it, this file's name",
    "# about: What it is for. # a sentence at the head of the report",
    ...settings,
    "",
  ].join("\n");
}

/** A value as YAML on one line. */
function inLine(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 }).trimEnd();
}
