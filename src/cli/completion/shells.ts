import type { CommandLine, OptionLine, Takes } from "./command-line.ts";

/** A script for bash's `complete`. */
export function bashCompletion(commands: readonly CommandLine[]): string {
  return `# bash completion for mmoe; made by: mmoe completion bash
_mmoe_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_mmoe_keys() { compopt -o nospace 2> /dev/null; COMPREPLY=($(compgen -S = -W "$1" -- "$cur")); }
_mmoe_list() {
  local before=
  [[ $cur == *,* ]] && before=\${cur%,*},
  COMPREPLY=($(compgen -P "$before" -W "$1" -- "\${cur##*,}"))
}
_mmoe_files() { compopt -o filenames 2> /dev/null; COMPREPLY+=($(compgen -f -- "$cur")); }
_mmoe_folders() { compopt -o filenames 2> /dev/null; COMPREPLY+=($(compgen -d -- "$cur")); }

_mmoe() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if ((COMP_CWORD == 1)); then
    _mmoe_words "${[...commands.map(({ name }) => name), "help", "--help", "--version"].join(" ")}"
    return
  fi
  case "\${COMP_WORDS[1]} $prev" in
${commands.flatMap(optionCases).join("\n")}
  esac
  case "\${COMP_WORDS[1]}" in
${commands.map(bashCase).join("\n")}
  esac
}
complete -F _mmoe mmoe
`;
}

/** What follows each option of a command that takes something. */
function optionCases({ name, options }: CommandLine): string[] {
  return options
    .filter(({ takes }) => takes.kind !== "nothing")
    .map(({ flags, takes }) => {
      const patterns = flags.map((flag) => `"${name} ${flag}"`).join(" | ");
      const offer = `${completionOf(takes)} return`;
      return `    ${patterns}) ${takes.optional ? `if [[ $cur != -* ]]; then ${offer}; fi` : offer} ;;`;
    });
}

function completionOf({ kind, values, list, keys }: Takes): string {
  const offer = keys ? "keys" : list ? "list" : "words";
  const words = values.length === 0 ? "" : `_mmoe_${offer} "${values.join(" ")}"; `;
  return kind === "text" ? words : `${words}_mmoe_${kind}s;`;
}

function bashCase({ name, options, takes }: CommandLine): string {
  const flags = options.flatMap((option) => option.flags).join(" ");
  const kinds = takes.map(completionOf);
  const others = [...new Set(kinds)].join(" ") || ":;";
  return `    ${name}) if [[ $cur == -* ]]; then _mmoe_words "${flags}"; else ${others} fi ;;`;
}

/** A script for zsh: as \`_mmoe\` in a folder of $fpath, or to be sourced after compinit. */
export function zshCompletion(commands: readonly CommandLine[]): string {
  return `#compdef mmoe
# zsh completion for mmoe; made by: mmoe completion zsh
_mmoe() {
  local -a commands=(
${commands.map(({ name, about }) => `    ${zshQuoted(`${name}:${about}`)}`).join("\n")}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${commands.map(zshCase).join("\n")}
  esac
}
if [ "$funcstack[1]" = _mmoe ]; then _mmoe "$@"; else compdef _mmoe mmoe; fi
`;
}

function zshCase({ name, options, takes }: CommandLine): string {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...takes.slice(0, 1).map((one) => zshQuoted(`*:${one.name}:${actionOf(one)}`)),
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
  return flags.map((flag) => zshQuoted(`*${flag}${after !== "" && flag.startsWith("--") ? "=" : ""}[${text}]${after}`));
}

function actionOf({ kind, values, list, keys }: Takes): string {
  const words = values.join(" ");
  if (keys) return `{ compadd -S = -- ${words} }`;
  if (list) return `_values -s , value ${words}`;
  const paths = kind === "folder" ? "_files -/" : "_files";
  if (kind === "text") return values.length > 0 ? `(${words})` : " ";
  return values.length > 0 ? `{ compadd -- ${words}; ${paths} }` : paths;
}

function zshQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A script for fish's `complete`. */
export function fishCompletion(commands: readonly CommandLine[]): string {
  const first = commands.map(
    ({ name, about }) => `complete -c mmoe -n __fish_use_subcommand -f -a ${name} -d ${fishQuoted(about)}`,
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
  return `${names.join(" ")} -d ${fishQuoted(about)}${after}`;
}

function afterOf({ kind, values, list, keys }: Takes): string {
  const words = values.map((value) => (keys ? `${value}=` : value)).join(" ");
  if (list) return `-f -a ${fishQuoted(`(__fish_complete_list , 'printf "%s\\n" ${words}')`)}`;
  if (kind === "folder") return "-f -a '(__fish_complete_directories)'";
  if (kind === "file") return values.length > 0 ? `-F -a ${fishQuoted(words)}` : "-F";
  return values.length > 0 ? `-f -a ${fishQuoted(words)}` : "-f";
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
