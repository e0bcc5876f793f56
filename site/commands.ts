// A page for each command, made from the declaration of the command line.
import type { Command, Option } from "commander";
import { knownValues } from "../src/cli/completion.ts";
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
  claims: "statistics",
  figures: "figures",
  tune: "sweeps",
  export: "library",
  report: "figures",
  play: "findings",
  slurm: "clusters",
  k8s: "clusters",
  data: "config",
  cuda: "engines",
  doctor: "engines",
  models: "models",
};

export function commandPages(program: Command): Page[] {
  return program.commands.map((command) => ({ path: `commands/${command.name()}.md`, text: commandPage(command) }));
}

function commandPage(command: Command): string {
  const guide = GUIDES[command.name()];
  const parts = command.commands.length > 0 ? innerSections(command) : [usage(command), optionTables(command)];
  const more = guide === undefined ? "" : `The guide to it is [${guide}.md](../${guide}.md).`;
  return [
    `# mmoe ${command.name()}`,
    sentence(command.description()),
    ...parts,
    notes(command),
    more,
    "All commands: [which command do I want?](../all-pages.md#which-command-do-i-want)",
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The commands within a command, such as `mmoe cuda setup`. */
function innerSections(command: Command): string[] {
  return command.commands.flatMap((inner) => [
    `## mmoe ${command.name()} ${inner.name()}`,
    sentence(inner.description()),
    usage(inner),
    optionTables(inner, "###"),
  ]);
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
function optionTables(command: Command, mark = "##"): string {
  const groups = new Map<string, string[][]>();
  for (const option of command.options) {
    const group = option.helpGroupHeading ?? "Options:";
    groups.set(group, [...(groups.get(group) ?? []), optionRow(command, option)]);
  }
  groups.set("Options:", [...(groups.get("Options:") ?? []), [code("-h, --help"), "show help"]]);
  return [...groups]
    .map(([group, rows]) => `${mark} ${group.replace(/:$/, "")}\n\n${table(["option", "does"], rows)}`)
    .join("\n\n");
}

/** The values that are known stand below; text about them names few values by itself. */
function optionRow(command: Command, option: Option): string[] {
  const { flags, description } = option;
  const values = knownValues(command.name(), option).map((value) => value.replace(/=$/, ""));
  const isNamed = values.every((value) => description.includes(value));
  return [code(flags), isNamed ? description : `${description}\n${values.map(code).join(", ")}`];
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
