// A page for each command, made from the declaration of the command line.
import type { Command } from "commander";
import { type CommandLine, commandLines, type OptionLine, type Takes } from "../src/cli/completion/command-line.ts";
import { table as markdownTable } from "../test/docs/made-tables.ts";
import type { Page } from "./pages.ts";

/** The guide that says more of a command. */
const GUIDES: Readonly<Record<string, string>> = {
  sweep: "sweeps",
  init: "config",
  status: "clusters",
  merge: "clusters",
  verify: "reproduction",
  summary: "statistics",
  compare: "statistics",
  claims: "claims",
  figures: "figures",
  tune: "sweeps",
  export: "library",
  report: "figures",
  play: "findings",
  slurm: "clusters",
  k8s: "clusters",
  data: "config",
  census: "census",
  cuda: "engines",
  doctor: "engines",
  models: "models",
};

export function commandPages(program: Command): Page[] {
  const lines = new Map(commandLines(program).map((line) => [line.name, line]));
  return program.commands.map((command) => ({
    path: `commands/${command.name()}.md`,
    text: commandPage(command, lines.get(command.name()) as CommandLine),
  }));
}

function commandPage(command: Command, line: CommandLine): string {
  const guide = GUIDES[line.name];
  const parts = command.commands.length > 0 ? innerSections(command) : [usage(command), optionTables(command, line)];
  const more = guide === undefined ? "" : `The guide to it is [${guide}.md](../${guide}.md).`;
  return [
    `# mmoe ${line.name}`,
    sentence(line.about),
    ...parts,
    notes(command),
    more,
    "All commands: [which command do I want?](../commands.md)",
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The commands within a command, such as `mmoe census prepare`. */
function innerSections(command: Command): string[] {
  const lines = commandLines(command);
  return command.commands.flatMap((inner, i) => {
    const line = lines[i];
    return [
      `## mmoe ${command.name()} ${line.name}`,
      sentence(line.about),
      usage(inner),
      optionTables(inner, line, "###"),
    ];
  });
}

function usage(command: Command): string {
  const words: string[] = [];
  for (let one: Command | null = command; one !== null; one = one.parent) words.unshift(one.name());
  const rows = command.registeredArguments.map((argument) => [
    code(argument.name()),
    argument.description +
      (argument.defaultValue === undefined ? "" : ` (default: ${code(String(argument.defaultValue))})`),
  ]);
  return [
    "```",
    `${words.join(" ")} ${command.usage()}`,
    "```",
    "",
    rows.length > 0 ? table(["argument", "is"], rows) : "",
  ].join("\n");
}

/** Options under the headings that they have in the help. */
function optionTables(command: Command, { options }: CommandLine, mark = "##"): string {
  const groupOf = new Map(command.options.map((option) => [option.long, option.helpGroupHeading ?? "Options:"]));
  const groups = new Map<string, OptionLine[]>();
  for (const option of options) {
    const group = groupOf.get(option.flags.at(-1)) ?? "Options:";
    groups.set(group, [...(groups.get(group) ?? []), option]);
  }
  return [...groups]
    .map(([group, lines]) => `${mark} ${group.replace(/:$/, "")}\n\n${table(["option", "does"], lines.map(optionRow))}`)
    .join("\n\n");
}

/** The values that are known stand below; text about them names few values by itself. */
function optionRow({ flags, about, takes }: OptionLine): string[] {
  const values = takes.values.filter((value) => !about.includes(value));
  const known = values.length === 0 ? "" : `\n${takes.values.map(code).join(", ")}`;
  return [code(`${flags.join(", ")}${valueText(takes)}`), `${about}${known}`];
}

function valueText({ kind, name, optional }: Takes): string {
  if (kind === "nothing") return "";
  return optional ? ` [${name}]` : ` <${name}>`;
}

/** What the help says below the options: its paragraphs, and its examples as code. */
function notes(command: Command): string {
  let help = "";
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  const [said = "", examples = ""] = help
    .slice(help.lastIndexOf("display help for command"))
    .replace(/^.*\n/, "")
    .split("\nExamples:\n");
  const about = said.trim() === "" ? "" : block(said);
  return [about, examples.trim() === "" ? "" : `## Examples\n\n${block(examples)}`]
    .filter((part) => part !== "")
    .join("\n\n");
}

function block(text: string): string {
  const lines = text.replace(/^\n+/, "").trimEnd().split("\n");
  const margin = Math.min(...lines.filter((line) => line !== "").map((line) => line.search(/\S/)));
  return ["```", ...lines.map((line) => line.slice(margin)), "```"].join("\n");
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const [first = "", ...others] = head;
  return markdownTable(
    first,
    rows.map((row) => row.map(escaped)),
    others,
  );
}

/** Text in a cell: a bracket would be an element of the page. */
function escaped(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 === 1 ? part : part.replaceAll("<", "&lt;").replaceAll("{{", "&#123;&#123;")))
    .join("")
    .replaceAll("\n", "<br>");
}

export const code = (text: string) => `\`${text}\``;

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
