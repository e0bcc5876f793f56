import { existsSync } from "node:fs";
import { Command, CommanderError, Help, Option } from "commander";
import { MMOE } from "../called-as.ts";
import { UsageError } from "../errors.ts";
import { onLongWork } from "../long-work.ts";
import { isSystemError, machineError, systemReason } from "../system-errors.ts";
import { printable, shellQuoted } from "../text.ts";
import { numberOf } from "../units.ts";
import { version } from "../version.ts";
import {
  type Context,
  type Command as Declared,
  type Define,
  type Effects,
  EXIT,
  examples,
  troubleCode,
} from "./command.ts";
import { COMMANDS, type CommandEntry, commandsOn } from "./commands.ts";
import { roomOf } from "./text/blocks.ts";
import { paintFor } from "./text/paint.ts";

/** Runs the command line `argv` (without node and script) and returns the exit code; the only place that catches. */
export async function main(typed: readonly string[], effects: Effects): Promise<number> {
  const argv = asSummary(typed, effects);
  try {
    return await dispatch(argv, effects);
  } catch (error) {
    return report(await explained(error, argv), argv, effects);
  }
}

/** Commands that are tables of `mmoe summary` now: the old words work, and say so. */
const TABLES: readonly string[] = ["seesaw", "cost", "variance"];

function asSummary(argv: readonly string[], { stderr }: Effects): readonly string[] {
  const at = argv[0] === "help" ? 1 : 0;
  const [name = "", ...rest] = argv.slice(at);
  if (!TABLES.includes(name)) return argv;
  if (!rest.includes("--quiet")) stderr.write(`${MMOE} ${name} is ${MMOE} summary --${name} now\n`);
  return at === 1 ? ["help", "summary"] : ["summary", ...rest, `--${name}`];
}

async function dispatch(argv: readonly string[], effects: Effects): Promise<number> {
  let code: number = EXIT.done;
  checkLists(argv);
  const program = rootCommand(effects);
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const command = addCommand(program, name, entry);
    if (!argv.includes(name)) continue;
    await defineCommand(command, entry, async (action) => {
      const context = contextOf(effects, command.opts(), argv);
      onLongWork(context.note);
      code = (await action(context)) || EXIT.done;
    });
    for (const one of [command, ...command.commands]) takeOut(one);
  }
  await program.parseAsync([...withoutHelp(argv, Object.keys(COMMANDS))], { from: "user" });
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
function takeOut(command: Command): void {
  const has = (long: string) => command.options.some((option) => option.long === long);
  if (!has("--output") || has("--out")) return;
  command.addOption(new Option("--out <path>").hideHelp());
  command.on("option:out", (path: string) => command.setOptionValueWithSource("output", path, "cli"));
}

/** The command line with every command's options. */
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
      outputError: () => {}, // `report` writes errors
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
  return { effects, quiet, argv, commandLine: [MMOE, ...words].join(" "), note, program: () => wholeProgram(effects) };
}

/** An error of commander with what to type: an unknown option that stands for a setting, a folder that was left out. */
async function explained(error: unknown, argv: readonly string[]): Promise<unknown> {
  if (!(error instanceof CommanderError)) return error;
  if (error.code === "commander.missingArgument" && commandsOn("results").includes(argv[0] ?? ""))
    return withFolders(error);
  if (error.code === "commander.unknownCommand") return withCommand(error, argv);
  return error.code === "commander.unknownOption" ? withSetting(error, argv) : error;
}

async function withCommand(error: CommanderError, argv: readonly string[]): Promise<UsageError> {
  const { commandFor } = await import("./did-you-mean.ts");
  const commands = Object.keys(COMMANDS);
  const word = withoutHelp(argv, commands).find((each) => !each.startsWith("-")) ?? "";
  if (commands.includes(word))
    return new UsageError(`${oneLine(error.message)} (${MMOE} ${word} --help lists its commands)`);
  const meant = commandFor(word, commands);
  const hint = meant === undefined ? "" : `; did you mean '${meant}'?`;
  return new UsageError(`unknown command '${word}'${hint} (${MMOE} --help lists all commands)`);
}

async function withFolders({ message }: CommanderError): Promise<UsageError> {
  const { nearby } = await import("../records/read-results.ts");
  return new UsageError(`${oneLine(message)}${nearby("results")}`);
}

async function withSetting(error: CommanderError, argv: readonly string[]): Promise<unknown> {
  const flag = /'(-o|--.+?)(=.*)?'/.exec(error.message)?.[1];
  if (flag === undefined || !commandsOn("a sweep").includes(argv[0] ?? "")) return error;
  const { settingFor } = await import("./did-you-mean.ts");
  const meant = settingFor(argv, flag, { exact: error.message.includes("Did you mean") });
  return meant === undefined ? error : new UsageError(`unknown option '${flag}'; did you mean '${meant}'?`);
}

/** One line for each error, and its exit code; the stack too with --debug. */
function report(error: unknown, argv: readonly string[], effects: Effects): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done; // --help, --version
  if (error instanceof CommanderError && error.code === "commander.help") return EXIT.usage; // no command: help is shown
  if (isSystemError(error) && error.code === "ENAMETOOLONG") {
    const { path = "" } = error;
    return report(new UsageError(`'${path.slice(0, 60)}...': ${systemReason(error)}`), argv, effects);
  }
  const trouble = error instanceof UsageError ? undefined : machineError(error);
  const users = trouble !== undefined || error instanceof UsageError || error instanceof CommanderError;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const mmoe = paintFor(effects.stderr, effects.env)("bad", "mmoe:");
  const lines = error instanceof UsageError ? error.lines : [trouble?.message ?? message];
  for (const line of few(lines)) effects.stderr.write(`${mmoe} ${users ? "" : "internal error: "}${shown(line)}\n`);
  const debug = argv.includes("--debug");
  if (debug) effects.stderr.write(`${stack}\n`);
  else if (!users) effects.stderr.write("mmoe: this is a bug; --debug shows where\n");
  if (trouble) return troubleCode(trouble);
  return users ? EXIT.usage : EXIT.bug;
}

/** Lines that are shown of many that are wrong. */
const MOST_LINES = 20;
/** Characters that are shown of a line. */
const MOST_CHARACTERS = 2000;
/** Characters that are shown of a word, such as a value that was given: what was expected then still fits. */
const MOST_OF_WORD = 300;
const LONG_WORD = new RegExp(`\\S{${MOST_OF_WORD + 1},}`, "g");

function few(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `and ${numberOf(lines.length - MOST_LINES, "line")} more like these`];
}

function shown(message: string): string {
  const line = printable(oneLine(message)).replace(LONG_WORD, (word) => `${word.slice(0, MOST_OF_WORD)}...`);
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}...` : line;
}

/** commander's "error: unknown option '--cor'\n(Did you mean --corr?)" as our one line. */
function oneLine(message: string): string {
  return message
    .replace(/^error: /, "")
    .replace(/\n\(Did you mean (.+?)\?\)/, "; did you mean '$1'?")
    .replaceAll("\n", " ");
}

// Command lines that are often typed, and wrong.

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?(,.*)?$/i;
const FIGURE = /^(figure)?\d(,.*)?$/;
const MODEL = /^(shared-bottom|omoe|mmoe)[\w-]*(,.*)?$/;

/** A name that is no option, no config and no preset. */
const COLUMN = /^(?!-|.*\.(ya?ml|json)$|(paper|paper-long|fixed-rows|figure3|zoo|methods|smoke)$)./i;

/** Options that take a list by commas, and what an item looks like: no preset does. */
const LISTS: ReadonlyMap<string, RegExp> = new Map([
  ["--corr", NUMBER],
  ["--lr", NUMBER],
  ["--steps", NUMBER],
  ["--batch", NUMBER],
  ["--sines", NUMBER],
  ["--devices", NUMBER],
  ["--only", FIGURE],
  ["--models", MODEL],
  ["--label", COLUMN],
  ["--input", COLUMN],
  ["--ignore", COLUMN],
  ["--categorical", COLUMN],
]);

/** Refuses a list whose items are apart, as `--corr 0.5 0.9`: 0.9 would be taken for a file. Throws UsageError. */
function checkLists(argv: readonly string[]): void {
  for (const [at, flag] of argv.entries()) {
    const item = LISTS.get(flag);
    if (item === undefined) continue;
    const items = itemsFrom(argv.slice(at + 1), item);
    if (items.length < 2) continue;
    const list = items.map((text) => text.replace(/,$/, "")).join(",");
    throw new UsageError(`${flag} ${items.join(" ")}: a list has commas and no spaces: ${flag} ${list}`);
  }
}

/** The first words, as far as they look like items and are no files. */
function itemsFrom(words: readonly string[], item: RegExp): readonly string[] {
  const end = words.findIndex((word, i) => !item.test(word) || (i > 0 && existsSync(word)));
  return end < 0 ? words : words.slice(0, end);
}

/** `help swep` as `swep`, which is refused with the nearest command: help of an unknown command would be that of all. */
function withoutHelp(argv: readonly string[], commands: readonly string[]): readonly string[] {
  const [first, second = ""] = argv;
  return first === "help" && !["", "help", ...commands].includes(second) ? argv.slice(1) : argv;
}
