import { Command, Help, Option } from "commander";
import { MMOE } from "../called-as.ts";
import { onLongWork } from "../long-work.ts";
import { shellQuoted } from "../text.ts";
import { version } from "../version.ts";
import { type Context, type Command as Declared, type Define, type Effects, EXIT, examples } from "./command.ts";
import { COMMANDS, type CommandEntry } from "./commands.ts";
import { showError } from "./show-error.ts";
import { roomOf } from "./text/blocks.ts";

/** Runs the command line `argv` (without node and script) and returns the exit code; the only place that catches. */
export async function main(argv: readonly string[], effects: Effects): Promise<number> {
  try {
    return await run(argv, effects);
  } catch (error) {
    return await showError(error, argv, effects);
  }
}

/** Names every command for the help, loads the files of those that `argv` names, and lets commander call one. */
async function run(argv: readonly string[], effects: Effects): Promise<number> {
  let code: number = EXIT.done;
  const program = rootCommand(effects);
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const command = addCommand(program, name, entry);
    if (!argv.includes(name)) continue;
    await defineCommand(command, entry, async (action) => {
      const context = contextOf(effects, command.opts(), argv);
      onLongWork(context.note);
      code = (await action(context)) || EXIT.done;
    });
    for (const one of [command, ...command.commands]) acceptOut(one);
  }
  if (argv[0] === "complete") (await import("./completion.ts")).complete(program, argv.slice(2));
  else await program.parseAsync([...argv], { from: "user" });
  return code;
}

function addCommand(program: Command, name: string, { summary, group }: CommandEntry): Command {
  return program.command(name).description(summary).helpGroup(`${group}:`);
}

async function defineCommand(command: Command, { load }: CommandEntry, run: Parameters<Define>[1]): Promise<void> {
  (await load()).define(command as unknown as Declared, run);
  command.option("--quiet", "nothing on stderr but errors").option("--debug", "a stack trace with errors");
}

/** What a sweep calls `--out`, other commands call `--output`; they take both. */
function acceptOut(command: Command): void {
  const has = (long: string) => command.options.some((option) => option.long === long);
  if (!has("--output") || has("--out")) return;
  command.addOption(new Option("--out <path>").hideHelp());
  command.on("option:out", (path: string) => command.setOptionValueWithSource("output", path, "cli"));
}

/** The command line with every command's options, for the pages of the site. */
export async function wholeProgram(effects: Effects): Promise<Command> {
  const program = rootCommand(effects);
  for (const [name, entry] of Object.entries(COMMANDS))
    await defineCommand(addCommand(program, name, entry), entry, async () => {});
  return program;
}

/** What commander's help adds to an option that may be given again: that there is none by default. */
const NO_DEFAULT = " (default: [])";

function rootCommand(effects: Effects): Command {
  const program = new Command("mmoe")
    .description("Reproduces the synthetic study of the MMoE paper (KDD 2018).")
    .version(version)
    .commandsGroup("This machine:") // that of `help`
    .helpCommand(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => effects.stdout.write(text),
      writeErr: (text) => effects.stderr.write(text),
      outputError: () => {}, // `showError` writes errors
      getOutHelpWidth: () => roomOf(effects.stdout).words,
      getErrHelpWidth: () => roomOf(effects.stderr).words,
    })
    .configureHelp({
      minWidthToWrap: 20,
      optionDescription: (option) => new Help().optionDescription(option).replace(NO_DEFAULT, ""),
    })
    .addHelpText(
      "after",
      examples("mmoe sweep --corr 0.5 --runs 8", "mmoe data --corr 0.5 -o pairs.csv", "mmoe models"),
    );
  return program.showHelpAfterError(false);
}

function contextOf(effects: Effects, { quiet = false }: { quiet?: boolean }, argv: readonly string[]): Context {
  const note = (line: string) => {
    if (!quiet) effects.stderr.write(`${line}\n`);
  };
  const words = argv.filter((word) => word !== "--overwrite").map(shellQuoted);
  return { effects, quiet, argv, commandLine: [MMOE, ...words].join(" "), note };
}
