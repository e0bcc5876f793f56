import { writeResults } from "./made-results.ts";

/** What every object inherits: a model may have such a name. */
export const INHERITED = Object.getOwnPropertyNames(Object.prototype).filter((name) => !name.startsWith("_"));

/** Commands that read a results folder, but for those that train. */
export const READERS: readonly (readonly string[])[] = [
  ["summary"],
  ["summary", "--full"],
  ["summary", "--csv"],
  ["claims"],
  ["claims", "--json"],
  ["compare", "FOLDER"],
  ["status"],
  ["merge", "--long"],
  ["summary", "--cost"],
  ["export", "-o", "FOLDER/runs-again.csv"],
  ["figures", "-o", "FOLDER/figures"],
  ["report"],
];

/** A results folder of mmoe and of models by these names, and the command line of one of `READERS` there. */
export function writeNamed(folder: string, names: readonly string[], runs: number): void {
  const own = names.map((name) => `{name: '${name}', like: omoe}`).join(", ");
  writeResults(folder, ({ index, correlation, model }) => 0.1 + index / 50 + correlation / 9 + model.name.length / 99, [
    `runs=${runs}`,
    "correlations=0.5,1",
    `models=[mmoe, ${own}]`,
    `name='${names[0]}'`,
  ]);
}

export function readerIn(folder: string, [command = "", ...options]: readonly string[]): string[] {
  return [command, folder, ...options.map((option) => option.replace("FOLDER", folder))];
}
