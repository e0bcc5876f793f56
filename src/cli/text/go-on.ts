import { MMOE } from "../../called-as.ts";
import { shellQuoted } from "../../shell.ts";

/** The command that trains the missing runs of `folder`, or those that its sweep has with other `options`. */
export function goOn(folder: string, ...options: string[]): string {
  return [MMOE, "sweep", shellQuoted(`${folder}/config.yaml`), ...options, "--out", shellQuoted(folder)].join(" ");
}
