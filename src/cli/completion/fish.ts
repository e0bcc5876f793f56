import type { CommandLine, OptionLine, Takes } from "./command-line.ts";

/** A script for fish's `complete`. */
export function fishCompletion(commands: readonly CommandLine[]): string {
  const first = commands.map(
    ({ name, about }) => `complete -c mmoe -n __fish_use_subcommand -f -a ${name} -d ${quoted(about)}`,
  );
  return `# fish completion for mmoe; made by: mmoe completion fish
${[...first, ...commands.flatMap(commandLines)].join("\n")}
`;
}

function commandLines({ name, options, takes }: CommandLine): string[] {
  const of = `complete -c mmoe -n '__fish_seen_subcommand_from ${name}'`;
  return [
    ...takes.slice(0, 1).map((one) => `${of} ${afterOf(one)}`),
    ...options.map((option) => `${of} ${optionText(option)}`),
  ];
}

function optionText({ flags, about, takes }: OptionLine): string {
  const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const after = takes.kind === "nothing" ? "" : `${takes.optional ? "" : " -r"} ${afterOf(takes)}`;
  return `${names.join(" ")} -d ${quoted(about)}${after}`;
}

function afterOf({ kind, values, list, keys }: Takes): string {
  const words = values.map((value) => (keys ? `${value}=` : value)).join(" ");
  if (list) return `-f -a ${quoted(`(__fish_complete_list , 'printf "%s\\n" ${words}')`)}`;
  if (kind === "folder") return "-f -a '(__fish_complete_directories)'";
  if (kind === "file") return values.length > 0 ? `-F -a ${quoted(words)}` : "-F";
  return values.length > 0 ? `-f -a ${quoted(words)}` : "-f";
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
