import type { CommandLine, OptionLine } from "./command-line.ts";

/** A manual page of all commands, in the macros of man(7). */
export function manPage(commands: readonly CommandLine[], version: string): string {
  return [
    `.TH MMOE 1 "" "mmoe ${escaped(version)}"`,
    ".SH NAME",
    "mmoe \\- reproduces the synthetic study of the MMoE paper (KDD 2018)",
    ".SH SYNOPSIS",
    ".B mmoe",
    ".I command",
    "[options]",
    ".SH COMMANDS",
    ...commands.flatMap(commandLines),
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

function commandLines({ name, about, options, takes }: CommandLine): string[] {
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
