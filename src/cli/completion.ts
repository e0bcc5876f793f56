import { version } from "../version.ts";
import { type Context, type Define, examples } from "./command.ts";
import { type CommandLine, commandLines, type OptionLine } from "./completion/command-line.ts";
import { bashCompletion, fishCompletion, zshCompletion } from "./completion/shells.ts";
import { choiceOption } from "./options.ts";

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
const KINDS = [...(Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[]), "man"] as const;

export const define: Define = (command, run) => {
  command
    .argument("<shell>", "bash, zsh or fish; man prints the manual page")
    .addHelpText(
      "after",
      `
Put one of these lines into the file that your shell reads when it starts:
  bash  ~/.bashrc                   source <(mmoe completion bash)
  zsh   ~/.zshrc, after compinit    source <(mmoe completion zsh)
  fish  ~/.config/fish/config.fish  mmoe completion fish | source

In a clone, where npx runs mmoe, put a function of that name before it:
  bash, zsh   mmoe() { npx mmoe "$@"; }
  fish        function mmoe; npx mmoe $argv; end
${examples("mmoe completion bash > ~/.local/share/bash-completion/completions/mmoe", "mmoe completion man > mmoe.1")}`,
    )
    .action((shell: string) => run((context) => completion(shell, context)));
  for (const argument of command.registeredArguments) argument.argChoices = [...KINDS];
};

async function completion(shell: string, { effects, program }: Context): Promise<void> {
  const kind = choiceOption("shell", shell, KINDS);
  const commands = commandLines(await program());
  effects.stdout.write(kind === "man" ? manPage(commands, version) : SCRIPTS[kind](commands));
}

/** A manual page of all commands, in the macros of man(7). */
function manPage(commands: readonly CommandLine[], version: string): string {
  return [
    `.TH MMOE 1 "" "mmoe ${escaped(version)}"`,
    ".SH NAME",
    "mmoe \\- reproduces the synthetic study of the MMoE paper (KDD 2018)",
    ".SH SYNOPSIS",
    ".B mmoe",
    ".I command",
    "[options]",
    ".SH COMMANDS",
    ...commands.flatMap(manualLines),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(([name, about]) => [".TP", `.B ${name}`, escaped(about)]),
    ".SH EXIT STATUS",
    ...CODES.flatMap(([code, about]) => [".TP", `.B ${code}`, escaped(about)]),
    "",
  ].join("\n");
}

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["MMOE_ENGINE, MMOE_JOBS, MMOE_KERNELS", "what trains, if --engine, --jobs or --kernels do not say so"],
  ["MMOE_CUDA_HOME", "where mmoe cuda setup puts TensorFlow"],
  ["NO_COLOR", "if it is not empty, a terminal gets no colours"],
];

const CODES: readonly (readonly [string, string])[] = [
  ["0", "done"],
  ["1", "a bug of mmoe"],
  ["2", "a flag, a config or a file that you can fix"],
  ["3", "some run failed; the others are done"],
  ["4", "a check or comparison that was asked for does not hold, or runs are missing"],
  ["75", "stopped by SIGTERM or a time limit; the same command resumes"],
  ["130", "stopped by Ctrl-C; the same command resumes"],
];

function manualLines({ name, about, options, takes }: CommandLine): string[] {
  const words = takes.map((one) => ` ${one.name}`).join("");
  return [`.SS mmoe ${name}${words}`, escaped(sentence(about)), ...options.flatMap(optionLines)];
}

function optionLines({ flags, about, takes }: OptionLine): string[] {
  const name = `\\fI${escaped(takes.name)}\\fR`;
  const value = takes.kind === "nothing" ? "" : takes.optional ? ` [${name}]` : ` ${name}`;
  return [".TP", `\\fB${flags.map(escaped).join("\\fR, \\fB")}\\fR${value}`, escaped(about)];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Text in which nothing is a request or an escape. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^[.']/, "\\&$&");
}
