import { MMOE } from "../called-as.ts";
import { presetNames } from "../config/load.ts";
import { starterYaml } from "../config/starter.ts";
import { writable } from "../records/find-results.ts";
import { shellQuoted } from "../shell.ts";
import { writeWholeSync } from "../write-whole.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { choiceOption } from "./options.ts";
import { outputFile, writeOut } from "./output-file.ts";

interface Options {
  readonly output?: string;
  readonly overwrite?: boolean;
}

export const define: Define = (command, run) => {
  command
    .argument("[preset]", "the preset that the config extends", "paper")
    .option("-o, --output <file>", "where the config goes (default: stdout)")
    .option("--overwrite", "replace the output file")
    .addHelpText(
      "after",
      `
The config has one line per setting, commented out: the preset's value and what
it may be. Uncomment what you change.
${examples("mmoe init -o my.yaml && mmoe sweep my.yaml --dry-run", "mmoe init zoo")}`,
    )
    .action((preset: string, options: Options) => run((context) => init(preset, options, context)));
};

async function init(preset: string, options: Options, { effects, note }: Context): Promise<number> {
  choiceOption("preset", preset, presetNames());
  const file = outputFile(options);
  if (file === undefined) {
    await writeOut(effects.stdout, starterYaml(preset, "my.yaml"));
    return EXIT.done;
  }
  const quoted = shellQuoted(file);
  writable(file, () => writeWholeSync(file, starterYaml(preset, quoted)), "give another -o");
  note(`${file}: uncomment what you change, then: ${MMOE} sweep ${quoted} --dry-run`);
  return EXIT.done;
}
