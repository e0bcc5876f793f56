import type { CommandLine, Takes } from "./command-line.ts";

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
${commands.map(commandCase).join("\n")}
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

function commandCase({ name, options, takes }: CommandLine): string {
  const flags = options.flatMap((option) => option.flags).join(" ");
  const kinds = takes.map(completionOf);
  const others = [...new Set(kinds)].join(" ") || ":;";
  return `    ${name}) if [[ $cur == -* ]]; then _mmoe_words "${flags}"; else ${others} fi ;;`;
}
