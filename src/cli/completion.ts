import { version } from "../version.ts";
import { type Define, examples } from "./command.ts";
import { commandLines } from "./completion/command-line.ts";
import { manPage } from "./completion/man-page.ts";
import { bashCompletion, fishCompletion, zshCompletion } from "./completion/shells.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
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

async function completion(shell: string, { effects, program }: Context): Promise<number> {
  const kind = choiceOption("shell", shell, KINDS);
  const commands = commandLines(await program());
  effects.stdout.write(kind === "man" ? manPage(commands, version) : SCRIPTS[kind](commands));
  return EXIT.done;
}
