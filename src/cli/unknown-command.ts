import { statSync } from "node:fs";
import { presetNames } from "../config/load.ts";
import { meantBy } from "../config/suggest.ts";
import { shellQuoted } from "../shell.ts";

/** What other programs call our commands. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  train: "sweep",
  run: "sweep",
  fit: "sweep",
  start: "sweep",
  resume: "sweep",
  plot: "figures",
  draw: "figures",
  fig: "figures",
  ls: "status",
  show: "summary",
  results: "summary",
  eval: "summary",
  evaluate: "summary",
  list: "models",
  diff: "compare",
  test: "claims",
  gpu: "cuda",
  install: "cuda",
  rerun: "verify",
  html: "report",
};

/** What to type for an unknown command: the one that it stands for or is near to; for a path, a command that takes it. */
export function commandFor(word: string, commands: readonly string[]): string | undefined {
  if (Object.hasOwn(OTHER_NAMES, word)) return OTHER_NAMES[word];
  const found = statSync(word, { throwIfNoEntry: false });
  if (found?.isDirectory()) return `summary ${shellQuoted(word)}`;
  if (presetNames().includes(word) || (found && /\.(ya?ml|json)$/.test(word))) return `sweep ${shellQuoted(word)}`;
  return meantBy(word, commands);
}
