import { CommanderError } from "commander";
import { MMOE } from "../called-as.ts";
import { UsageError } from "../errors.ts";
import { isSystemError, machineError, systemReason } from "../system-errors.ts";
import { printable } from "../text.ts";
import { numberOf } from "../units.ts";
import { type Effects, EXIT, troubleCode } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { paintFor } from "./text/paint.ts";

/** Says on stderr why a command line ended, and returns its exit code. */
export async function showError(error: unknown, argv: readonly string[], effects: Effects): Promise<number> {
  return show(await explained(error, argv), argv, effects);
}

/** An error of commander with what to type: where commands are listed, or how a setting is given. */
async function explained(error: unknown, argv: readonly string[]): Promise<unknown> {
  if (!(error instanceof CommanderError)) return error;
  if (error.code === "commander.unknownCommand") return withCommands(error, argv[0] ?? "");
  if (error.code === "commander.unknownOption" && SWEEPS.includes(argv[0] ?? "")) return withSetting(error);
  if (argv[0] === "regimes" && /'--regimes?(=.*)?'/.test(error.message))
    return new UsageError("unknown option '--regime'; did you mean '--only'?");
  return error;
}

function withCommands({ message }: CommanderError, name: string): UsageError {
  const listed = name in COMMANDS ? `${MMOE} ${name} --help lists its commands` : `${MMOE} --help lists all commands`;
  return new UsageError(`${oneLine(message)} (${listed})`);
}

/** Commands that take settings by --set. */
const SWEEPS: readonly string[] = ["sweep", "slurm", "k8s"];

/** `--dropout` as `--set dropout=VALUE`: a setting of this name or, unless commander knows a near option, the nearest one. */
async function withSetting(error: CommanderError): Promise<unknown> {
  const flag = /'(--.+?)(=.*)?'/.exec(error.message)?.[1];
  if (flag === undefined) return error;
  const { SETTING_KEYS } = await import("../config/schema.ts");
  const { meantBy } = await import("../config/suggest.ts");
  const word = flag.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const known = error.message.includes("Did you mean") ? SETTING_KEYS.filter((key) => key === word) : SETTING_KEYS;
  const meant = meantBy(word, known);
  return meant === undefined ? error : new UsageError(`unknown option '${flag}'; did you mean '--set ${meant}=VALUE'?`);
}

/** One line for each error, and its exit code; the stack too with --debug. */
function show(error: unknown, argv: readonly string[], effects: Effects): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done; // --help, --version
  if (error instanceof CommanderError && error.code === "commander.help") return EXIT.usage; // no command: help is shown
  if (isSystemError(error) && error.code === "ENAMETOOLONG") {
    const { path = "" } = error;
    return show(new UsageError(`'${path.slice(0, 60)}...': ${systemReason(error)}`), argv, effects);
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
    .replace(
      /\n\(Did you mean (one of )?(.+?)\?\)/,
      (_, __, near: string) => `; did you mean '${near.replaceAll(", ", "' or '")}'?`,
    )
    .replaceAll("\n", " ");
}
