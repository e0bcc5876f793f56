import type { CommandLine, OptionLine, Takes } from "./command-line.ts";

/** A script for zsh: as \`_mmoe\` in a folder of $fpath, or to be sourced after compinit. */
export function zshCompletion(commands: readonly CommandLine[]): string {
  return `#compdef mmoe
# zsh completion for mmoe; made by: mmoe completion zsh
_mmoe() {
  local -a commands=(
${commands.map(({ name, about }) => `    ${quoted(`${name}:${about}`)}`).join("\n")}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${commands.map(commandCase).join("\n")}
  esac
}
if [ "$funcstack[1]" = _mmoe ]; then _mmoe "$@"; else compdef _mmoe mmoe; fi
`;
}

function commandCase({ name, options, takes }: CommandLine): string {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...takes.slice(0, 1).map((one) => quoted(`*:${one.name}:${actionOf(one)}`)),
  ];
  return [`    ${name})`, "      _arguments \\", `${specs.map((spec) => `        ${spec}`).join(" \\\n")} ;;`].join(
    "\n",
  );
}

function optionSpecs({ flags, about, takes }: OptionLine): string[] {
  const text = about.replaceAll(/[[\]\\:]/g, "\\$&");
  const after =
    takes.kind === "nothing"
      ? ""
      : `${takes.optional ? "::" : ":"}${takes.name.replaceAll(":", "\\:")}:${actionOf(takes)}`;
  return flags.map((flag) => quoted(`*${flag}${after !== "" && flag.startsWith("--") ? "=" : ""}[${text}]${after}`));
}

function actionOf({ kind, values, list, keys }: Takes): string {
  const words = values.join(" ");
  if (keys) return `{ compadd -S = -- ${words} }`;
  if (list) return `_values -s , value ${words}`;
  const paths = kind === "folder" ? "_files -/" : "_files";
  if (kind === "text") return values.length > 0 ? `(${words})` : " ";
  return values.length > 0 ? `{ compadd -- ${words}; ${paths} }` : paths;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
